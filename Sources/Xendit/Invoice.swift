// An invoice: as we ask Xendit for one, and as Xendit describes it.

import Domain
import JSON

/// What a new invoice shall be.
public struct InvoiceRequest: Sendable {
  public var reference: TopUpReference
  public var amount: Money
  public var description: String
  /// Where Xendit may write to; nil if it need not know.
  public var payerEmail: String?
  /// How long it can be paid.
  public var durationSeconds: Int
  public var successRedirectURL: String?
  public var failureRedirectURL: String?
  public var metadata: InvoiceMetadata

  public init(
    reference: TopUpReference, amount: Money, description: String, payerEmail: String?,
    durationSeconds: Int, successRedirectURL: String?, failureRedirectURL: String?,
    metadata: InvoiceMetadata
  ) {
    self.reference = reference
    self.amount = amount
    self.description = description
    self.payerEmail = payerEmail
    self.durationSeconds = durationSeconds
    self.successRedirectURL = successRedirectURL
    self.failureRedirectURL = failureRedirectURL
    self.metadata = metadata
  }

  /// The body of the call that creates it.
  public var json: [UInt8] {
    var writer = JSONWriter()
    writer.object { body in
      body.member("external_id", reference.text)
      body.member("amount", amount.rupiah)
      body.member("currency", Money.currency)
      body.member("description", description)
      if let payerEmail { body.member("payer_email", payerEmail) }
      body.member("invoice_duration", Int64(durationSeconds))
      if let successRedirectURL { body.member("success_redirect_url", successRedirectURL) }
      if let failureRedirectURL { body.member("failure_redirect_url", failureRedirectURL) }
      body.member("metadata", object: metadata.write)
    }
    return writer.bytes
  }
}

/// Whose the invoice is, kept at Xendit so that a top-up lost with a disk can be rebuilt.
public struct InvoiceMetadata: Equatable, Sendable {
  public let wallet: String
  public let user: String
  public let topUp: String

  public init(wallet: String, user: String, topUp: String) {
    self.wallet = wallet
    self.user = user
    self.topUp = topUp
  }

  func write(_ json: inout JSONWriter) {
    json.member("wallet", wallet)
    json.member("user", user)
    json.member("topUp", topUp)
  }

  /// Nil unless all three are there.
  init?(_ json: JSONValue?) {
    guard let wallet = json?["wallet"]?.string, let user = json?["user"]?.string,
      let topUp = json?["topUp"]?.string
    else { return nil }
    self.init(wallet: wallet, user: user, topUp: topUp)
  }
}

/// An invoice as Xendit describes it now.
public struct Invoice: Equatable, Sendable {
  public enum Status: Equatable, Sendable {
    case pending, paid, settled, expired
    /// None that Xendit documents; in upper case.
    case other(String)
  }

  /// The same as a report to be judged, as if a webhook had brought it.
  public let event: Event
  /// All that Xendit said of it.
  private let json: JSONValue
  /// What was asked for; `event.amount` is what has been paid, where that is named.
  public let amount: Money
  public let url: String
  public let createdAt: Timestamp?
  public let expiresAt: Timestamp?
  public let metadata: InvoiceMetadata?

  public var id: String { event.invoiceID }
  /// `external_id`.
  public var reference: String { event.reference }

  public var status: Status {
    switch event.status {
    case "PENDING": .pending
    case "PAID": .paid
    case "SETTLED": .settled
    case "EXPIRED": .expired
    default: .other(event.status)
    }
  }

  /// What Xendit said, as evidence.
  public var source: [UInt8] {
    var writer = JSONWriter()
    writer.value(json)
    return writer.bytes
  }

  /// Whether it can still be paid, as far as Xendit says.
  public var isOpen: Bool { status == .pending }

  /// Reads what a top-up needs; other properties are ignored.
  ///
  /// - Throws: `Invalid`, to be read after "the answer", if something needed is missing, or an
  ///   amount is no whole number of rupiah.
  public init(_ json: JSONValue) throws(Invalid) {
    do throws(UnreadableEvent) {
      event = try Event(xendit: json)
    } catch {
      throw Invalid("lacks \(error.faults.map(\.pointer).joined(separator: ", "))")
    }
    self.json = json
    guard let rupiah = json["amount"]?.number?.exactInteger else {
      throw Invalid("has no whole amount")
    }
    guard let url = json["invoice_url"]?.string, !url.isEmpty else {
      throw Invalid("has no invoice_url")
    }
    amount = Money(rupiah: rupiah)
    self.url = url
    createdAt = json["created"]?.string.flatMap { Timestamp(rfc3339: $0) }
    expiresAt = json["expiry_date"]?.string.flatMap { Timestamp(rfc3339: $0) }
    metadata = InvoiceMetadata(json["metadata"])
  }
}
