// The rules by which a report of the provider becomes money in a wallet: once, always.
//
// Whoever brings the report, they are judged here, in the transaction that stores them.

import Domain
import Storage

/// The judgement of the provider's events.
public enum Settlement {
  /// Judges an event and stores it with its verdict, in the caller's transaction. The same bytes
  /// again change nothing, but one that waits for review is judged anew: what was missing may have
  /// come.
  public static func receive(
    _ received: ReceivedEvent, at now: Timestamp, in db: any Connection
  ) throws(Refusal) -> Verdict {
    switch try Events.state(of: received.digest, in: db) {
    case .settled, .resolved: return .unchanged
    case .foreign: return .foreign
    case .review, nil: break
    }
    var verdict = Verdict.review(.unreadable)
    if let event = received.event {
      verdict = try settle(event, at: now, in: db)
    }
    try Events.store(received, verdict, at: now, in: db)
    return verdict
  }

  /// Judges a report, and does what follows from it, in the caller's transaction.
  static func settle(
    _ event: Event, at now: Timestamp, in db: any Connection
  ) throws(Refusal) -> Verdict {
    guard let reference = TopUpReference(event.reference) else { return .foreign }
    let earlier = event.isPaid ? try Transactions.find(invoiceID: event.invoiceID, in: db) : nil
    if let earlier, isPayment(event, in: earlier) { return .unchanged }
    guard let topUp = try TopUps.find(reference: reference, in: db) else {
      return .review(.unknownReference)
    }
    switch event.status {
    case _ where event.isPaid:
      return try credit(event, creditedBefore: earlier != nil, to: topUp, at: now, in: db)
    case "EXPIRED":
      try TopUps.close(topUp.id, as: .expired, invoiceID: event.invoiceID, at: now, in: db)
    case "FAILED":
      try TopUps.close(topUp.id, as: .failed, invoiceID: event.invoiceID, at: now, in: db)
    default: break
    }
    return .unchanged
  }

  /// Whether just this payment is what was credited, by an event or by an operator.
  private static func isPayment(_ event: Event, in earlier: Transaction) -> Bool {
    earlier.posting.reference == event.reference && earlier.posting.amount == event.amount
      && (event.currency ?? Money.currency) == Money.currency
  }

  /// Credits a paid invoice, whatever the top-up's state was: the money has been paid. The wallet
  /// gets it once, by the invoice's id.
  private static func credit(
    _ event: Event, creditedBefore: Bool, to topUp: TopUp, at now: Timestamp,
    in db: any Connection
  ) throws(Refusal) -> Verdict {
    if let currency = event.currency, currency != Money.currency {
      return .review(.currencyDiffers)
    }
    guard let amount = event.amount else { return .review(.amountUnreadable) }
    guard amount == topUp.amount else { return .review(.amountDiffers) }
    guard !creditedBefore else { return .review(.invoiceElsewhere) }
    guard try TopUps.pay(topUp.id, byInvoice: event.invoiceID, at: now, in: db) else {
      return .review(.secondPayment)
    }
    let posting = Posting(
      kind: .topUp, amount: amount, description: "Top-up \(topUp.reference.text)",
      reference: topUp.reference.text, invoiceID: event.invoiceID, counterparty: "xendit")
    try Wallets.post(posting, to: topUp.walletID, at: now, in: db)
    return .credited
  }
}
