// A model of Xendit, not of us: its invoices, and what its calls do to them. It tells the truth,
// though not always at once.

import Domain

/// An invoice as Xendit has it.
struct SimulatedInvoice {
  let id: String
  let reference: String
  /// What is to be paid.
  let amount: Int64
  let metadata: String
  let createdMilliseconds: Int64
  let expiresMilliseconds: Int64
  /// From when on the look-up shows it.
  let foundMilliseconds: Int64
  var status = Status.pending
  var paidAmount: Int64?
  var paidMilliseconds: Int64 = 0
  /// Whether a client was ever given its link.
  var isKnownToPayer = false

  enum Status: String {
    case pending = "PENDING"
    case paid = "PAID"
    case settled = "SETTLED"
    case expired = "EXPIRED"
  }

  var isPaid: Bool { status == .paid || status == .settled }
  var url: String { "https://checkout.xendit.co/web/\(id)" }
}

/// All invoices of the account.
final class Invoices {
  private(set) var all: [SimulatedInvoice] = []
  /// Those that may still expire, so that not all need be looked through.
  private var open: [Int] = []
  private var placesByReference: [String: [Int]] = [:]
  private var placeByID: [String: Int] = [:]

  func place(ofID id: String) -> Int? { placeByID[id] }

  func places(of reference: String) -> [Int] { placesByReference[reference] ?? [] }

  subscript(place: Int) -> SimulatedInvoice { all[place] }

  func add(_ invoice: SimulatedInvoice) -> Int {
    let place = all.count
    all.append(invoice)
    open.append(place)
    placesByReference[invoice.reference, default: []].append(place)
    placeByID[invoice.id] = place
    return place
  }

  /// Expires what has run out by then.
  /// - Returns: the places of those that expired just now.
  func expire(at milliseconds: Int64) -> [Int] {
    let due = open.filter { all[$0].expiresMilliseconds <= milliseconds }
    guard !due.isEmpty else { return [] }
    open.removeAll { all[$0].expiresMilliseconds <= milliseconds }
    let expired = due.filter { all[$0].status == .pending }
    for place in expired { all[place].status = .expired }
    return expired
  }

  /// At the merchant's wish.
  /// - Returns: false if it is not open.
  func expire(_ place: Int) -> Bool {
    guard all[place].status == .pending else { return false }
    all[place].status = .expired
    return true
  }

  func pay(_ place: Int, amount: Int64, at milliseconds: Int64) {
    all[place].status = .paid
    all[place].paidAmount = amount
    all[place].paidMilliseconds = milliseconds
  }

  func settle(_ place: Int) { all[place].status = .settled }

  func tellPayer(_ place: Int) { all[place].isKnownToPayer = true }
}

extension SimulatedInvoice {
  /// As Xendit's calls and webhooks show it.
  func json(_ clock: Clock) -> String {
    var text = """
      {"id":"\(id)","external_id":"\(reference)","user_id":"62440e322008e87fb29c1fd0",\
      "status":"\(status.rawValue)","merchant_name":"Dompet","amount":\(amount),\
      "created":"\(clock.at(createdMilliseconds).rfc3339)",\
      "updated":"\(clock.at(isPaid ? paidMilliseconds : createdMilliseconds).rfc3339)",\
      "expiry_date":"\(clock.at(expiresMilliseconds).rfc3339)","invoice_url":"\(url)",\
      "currency":"IDR","should_send_email":false,"metadata":\(metadata)
      """
    if let paidAmount, isPaid {
      text += #","paid_amount":\#(paidAmount),"paid_at":"\#(clock.at(paidMilliseconds).rfc3339)""#
    }
    return text + "}"
  }
}
