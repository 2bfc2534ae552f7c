// The faults, by what they befall.

/// What befalls an exchange with Xendit.
enum NetworkFault: String, CaseIterable {
  case notSent = "not sent"
  case requestLost = "request lost"
  case answerLost = "answer lost"
  case slow = "done, answered too late"
  /// Xendit is eventually consistent: the invoice is there, the look-up does not show it yet.
  case foundLater = "done, answer lost, found later"
  case listLag = "answered, found later"
  case stale = "shows nothing young"
  case refused = "400"
  case unauthorized = "401"
  case missing = "404"
  case odd = "409"
  case limited = "429 with Retry-After"
  case limitedBare = "429"
  case failedBefore = "500, not done"
  case failedAfter = "500, done"
  case garbage = "done, answer garbled"
  case otherAmount = "done with another amount"
  case otherInvoice = "answered about another invoice"
  case crashBefore = "crash before it"
  case crashAfter = "crash after it"

  func befalls(_ kind: Call.Kind) -> Bool {
    switch self {
    case .foundLater, .listLag, .otherAmount: kind == .create
    case .stale: kind == .find
    case .otherInvoice: kind != .list
    default: true
    }
  }

  /// How often it is drawn: an invoice too many, or not found, is what the rare calls are for.
  var weight: Int {
    switch self {
    case .foundLater: 12
    case .listLag, .stale: 8
    default: 1
    }
  }

  func name(on kind: Call.Kind) -> String { "fault: \(kind.rawValue) × \(rawValue)" }

  /// Whether Xendit never comes to do it.
  var prevents: Bool {
    switch self {
    case .notSent, .requestLost, .refused, .unauthorized, .missing, .odd, .limited, .limitedBare,
      .failedBefore, .crashBefore:
      true
    default: false
    }
  }
}

/// What befalls a program at a write.
enum WriteFault: String, CaseIterable {
  case crashBefore = "crash before it"
  case crashInside = "crash in mid-transaction"
  case crashAfter = "crash after the commit"
  case busy = "not done"
  /// The store answered "busy", yet it was committed.
  case unknown = "done, told as unknown"
  case judgementFails = "judgement fails"

  func befalls(_ program: ProgramName) -> Bool {
    self != .judgementFails || program == .webhook
  }

  func name(in program: ProgramName) -> String {
    "fault: \(program.rawValue)'s write × \(rawValue)"
  }
}

/// What befalls a webhook on its way.
enum DeliveryFault: String, CaseIterable {
  case lost = "lost, sent again later"
  case lostForGood = "lost for good"
  case duplicated = "arrives, and again"
  case answerLost = "arrives, answer lost"
  case late = "late"

  var name: String { "fault: webhook × \(rawValue)" }
}

/// What whoever has the callback token may report.
enum Forgery: String, CaseIterable {
  case paid = "paid, the real invoice"
  case paidOther = "paid, an invented invoice"
  case amount = "another amount"
  case amountUnreadable = "no amount"
  case currency = "another currency"
  case elsewhere = "another top-up's invoice"
  case unknownReference = "an unknown reference"
  case foreign = "a foreign reference"
  case unreadable = "no event at all"
  case expired = "expired"
  case failed = "failed"

  var name: String { "fault: forged × \(rawValue)" }

  /// How often it is drawn: the rare calls are for those that leave an invoice to be ended.
  var weight: Int {
    switch self {
    case .paidOther, .expired, .failed: 4
    default: 1
    }
  }
}

/// What befalls our machine's wall clock.
enum ClockFault {
  static let forward = "fault: clock × forward"
  static let backward = "fault: clock × backward"
  static let names = [forward, backward]
}
