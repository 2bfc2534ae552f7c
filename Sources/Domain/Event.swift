// What the payment provider says about an invoice, and what becomes of it.

/// A report on one invoice, read from a webhook or from the provider's answer.
public struct Event: Equatable, Sendable {
  public let invoiceID: String
  /// The merchant's name for it (`external_id`): ours, or that of another business.
  public let reference: String
  /// In upper case.
  public let status: String
  /// What was paid; nil if the report names no amount in whole rupiah.
  public let amount: Money?
  /// ISO 4217; nil if the report names none.
  public let currency: String?
  /// When it was paid; nil if the report does not say.
  public let paidAt: Timestamp?

  public init(
    invoiceID: String, reference: String, status: String, amount: Money?, currency: String?,
    paidAt: Timestamp? = nil
  ) {
    self.invoiceID = invoiceID
    self.reference = reference
    self.status = status
    self.amount = amount
    self.currency = currency
    self.paidAt = paidAt
  }

  /// SETTLED is PAID whose money has reached the merchant's account.
  public var isPaid: Bool { status == "PAID" || status == "SETTLED" }
}

/// How an event was judged.
public enum Verdict: Equatable, Sendable {
  /// The wallet was credited, now and by this event.
  case credited
  /// There was nothing left to do, or nothing to do at all.
  case unchanged
  /// So much is credited only after the provider has been asked.
  case waiting
  /// It is about an invoice of another business on the provider's account.
  case foreign
  /// An operator must look at it.
  case review(Oddity)
}

/// Why an event cannot be settled without an operator.
public enum Oddity: String, CaseIterable, Sendable {
  case unreadable = "the body is not an invoice event"
  case unknownReference = "no top-up has this reference"
  case amountUnreadable = "the event names no amount in whole rupiah"
  case amountDiffers = "the amount differs from the top-up's"
  case currencyDiffers = "the currency differs from the top-up's"
  case secondPayment = "another invoice has been paid for this top-up"
  case invoiceElsewhere = "the invoice was credited for another top-up or amount"
  case notConfirmed = "it was reported as paid, but is not so at the provider"
  case creditedUnpaid = "it was credited, but the provider says that it is not paid so"
  case judgementFailed = "the judgement failed; the log says why"

  /// Of an event that waits for the provider's word, not for an operator.
  public static let notConfirmedYet = "it is so large that the provider is asked first"
}
