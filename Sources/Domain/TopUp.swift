// A wish to put money into a wallet, from the first request to the provider's last word.

/// A top-up as it is stored.
public struct TopUp: Equatable, Sendable {
  public let id: Identifier
  public let userID: Identifier
  public let walletID: Identifier
  public let reference: TopUpReference
  public let amount: Money
  public let status: Status
  /// The provider's invoice; nil while it is not yet known.
  public let invoice: InvoiceLink?
  /// Until then somebody is busy asking the provider about it.
  public let leaseUntil: Timestamp?
  public let createdAt: Timestamp
  /// Nil unless it is PAID.
  public let paidAt: Timestamp?

  public init(
    id: Identifier, userID: Identifier, walletID: Identifier, reference: TopUpReference,
    amount: Money, status: Status, invoice: InvoiceLink?, leaseUntil: Timestamp?,
    createdAt: Timestamp, paidAt: Timestamp? = nil
  ) {
    self.id = id
    self.userID = userID
    self.walletID = walletID
    self.reference = reference
    self.amount = amount
    self.status = status
    self.invoice = invoice
    self.leaseUntil = leaseUntil
    self.createdAt = createdAt
    self.paidAt = paidAt
  }

  /// Not paid, and nobody here knows the provider's invoice, if there is one. It may have expired
  /// before the answer that names it was seen.
  public var needsInvoice: Bool { invoice == nil && (status == .pending || status == .expired) }

  /// Whether money that was paid at this moment came after its end: after the top-up was given up,
  /// or after the invoice's last moment.
  public func isLate(paidAt: Timestamp?) -> Bool {
    if status == .expired || status == .failed { return true }
    guard let paidAt, let end = invoice?.expiresAt else { return false }
    return paidAt > end
  }

  /// The same, leased until then.
  public func leased(until end: Timestamp) -> TopUp {
    TopUp(
      id: id, userID: userID, walletID: walletID, reference: reference, amount: amount,
      status: status, invoice: invoice, leaseUntil: end, createdAt: createdAt, paidAt: paidAt)
  }

  /// PAID is final. From any other status a payment leads to PAID, since the money is there;
  /// EXPIRED and FAILED are reached from PENDING only.
  public enum Status: String, Sendable {
    case pending = "PENDING"
    case paid = "PAID"
    case expired = "EXPIRED"
    case failed = "FAILED"
  }
}

/// Where the payer pays.
public struct InvoiceLink: Equatable, Sendable {
  public let id: String
  public let url: String
  public let expiresAt: Timestamp?

  public init(id: String, url: String, expiresAt: Timestamp?) {
    self.id = id
    self.url = url
    self.expiresAt = expiresAt
  }
}

/// The smallest and the largest amount of one top-up.
public struct TopUpLimits: Equatable, Sendable {
  public let minimum: Money
  public let maximum: Money

  public init(minimum: Money, maximum: Money) {
    self.minimum = minimum
    self.maximum = maximum
  }

  /// The amount, if it lies within the limits.
  public func check(_ amount: Money) throws(Invalid) -> Money {
    guard amount >= minimum else { throw Invalid("must be at least \(minimum.whole)") }
    guard amount <= maximum else { throw Invalid("must be at most \(maximum.whole)") }
    return amount
  }
}

/// Our name for a top-up at the provider: `WTU-YYYYMMDD-` and 16 hexadecimal digits.
public struct TopUpReference: Hashable, Sendable {
  public let text: String

  /// Nil unless `text` has the form of our references: it belongs to somebody else's invoice.
  public init?(_ text: String) {
    guard TopUpReference.isOurs(text.utf8.span) else { return nil }
    self.text = text
  }

  private static func isOurs(_ text: Span<UInt8>) -> Bool {
    guard text.count == 29 else { return false }
    for index in text.indices {
      let byte = text[index]
      let fits =
        switch index {
        case 0: byte == UInt8(ascii: "W")
        case 1: byte == UInt8(ascii: "T")
        case 2: byte == UInt8(ascii: "U")
        case 3, 12: byte == UInt8(ascii: "-")
        case 4..<12: byte.isDigit
        default: byte.isDigit || (UInt8(ascii: "A")...UInt8(ascii: "F")).contains(byte)
        }
      guard fits else { return false }
    }
    return true
  }

  /// A new one: today's date in UTC, and 64 random bits.
  public static func make(in world: World) -> TopUpReference {
    TopUpReference(known: datedReference("WTU", in: world))
  }

  private init(known text: String) {
    self.text = text
  }
}
