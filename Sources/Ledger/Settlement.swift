// The rules by which a report of the provider becomes money in a wallet: once, always.
//
// Whoever brings the report, they are judged here, in the transaction that stores them.

import Domain
import Storage

/// The judgement of the provider's events.
public enum Settlement {
  /// Judges an event and stores it with its verdict, in a transaction of its own. If the judgement
  /// itself fails, the event is stored all the same, for an operator, and the failure goes on.
  /// - Parameter confirmAbove: as below.
  public static func receive(
    _ received: ReceivedEvent, confirmAbove: Money?, at now: Timestamp,
    into database: any Database
  ) throws(Refusal) -> Verdict {
    do throws(Refusal) {
      return try database.write { db throws(Refusal) in
        try receive(received, confirmAbove: confirmAbove, at: now, in: db)
      }
    } catch {
      if case .broken = error {
        try database.write { db throws(Refusal) in
          try Events.review(received, because: .judgementFailed, at: now, in: db)
        }
      }
      throw error
    }
  }

  /// Judges an event and stores it with its verdict, in the caller's transaction. The same bytes
  /// again change nothing, but one that waits is judged anew: what was missing may have come.
  /// - Parameter confirmAbove: a larger credit waits until the provider has been asked; nil if all
  ///   are believed, as what the provider itself answers.
  public static func receive(
    _ received: ReceivedEvent, confirmAbove: Money? = nil, at now: Timestamp,
    in db: any Connection
  ) throws(Refusal) -> Verdict {
    if let reference = received.event.flatMap({ TopUpReference($0.reference) }) {
      try db.serialize(on: [Turn.topUp(reference)])
    }
    switch try Events.state(of: received.digest, in: db) {
    case .settled, .resolved: return .unchanged
    case .foreign: return .foreign
    case .review, .waiting, nil: break
    }
    var verdict = Verdict.review(.unreadable)
    if let event = received.event {
      verdict = try settle(event, confirmAbove: confirmAbove, at: now, in: db)
    }
    try Events.store(received, verdict, at: now, in: db)
    return verdict
  }

  /// Judges a report, and does what follows from it, in the caller's transaction.
  static func settle(
    _ event: Event, confirmAbove: Money? = nil, at now: Timestamp, in db: any Connection
  ) throws(Refusal) -> Verdict {
    guard let reference = TopUpReference(event.reference) else { return .foreign }
    let earlier = event.isPaid ? try Transactions.find(invoiceID: event.invoiceID, in: db) : nil
    if let earlier, isPayment(event, in: earlier) { return .unchanged }
    guard let topUp = try TopUps.find(reference: reference, in: db) else {
      return .review(.unknownReference)
    }
    switch event.status {
    case _ where event.isPaid:
      if let odd = oddity(of: event, creditedBefore: earlier != nil, for: topUp) {
        return .review(odd)
      }
      if topUp.status != .paid, let confirmAbove, topUp.amount > confirmAbove { return .waiting }
      return try credit(event, to: topUp, at: now, in: db)
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

  /// What keeps a payment from being the one that the top-up asked for.
  private static func oddity(
    of event: Event, creditedBefore: Bool, for topUp: TopUp
  ) -> Oddity? {
    if let currency = event.currency, currency != Money.currency { return .currencyDiffers }
    guard let amount = event.amount else { return .amountUnreadable }
    if amount != topUp.amount { return .amountDiffers }
    return creditedBefore ? .invoiceElsewhere : nil
  }

  /// Credits a paid invoice, whatever the top-up's state was: the money has been paid. The wallet
  /// gets it once, by the invoice's id.
  private static func credit(
    _ event: Event, to topUp: TopUp, at now: Timestamp, in db: any Connection
  ) throws(Refusal) -> Verdict {
    let isLate = topUp.isLate(paidAt: event.paidAt)
    let isFirst = try TopUps.pay(
      topUp.id, byInvoice: event.invoiceID, late: isLate, at: now, in: db)
    guard isFirst else { return .review(.secondPayment) }
    let posting = Posting(
      kind: .topUp, amount: topUp.amount,
      description: "Top-up \(topUp.reference.text)\(isLate ? " (paid late)" : "")",
      reference: topUp.reference.text, invoiceID: event.invoiceID, counterparty: "xendit")
    try Wallets.post(posting, to: topUp.walletID, at: now, in: db)
    return .credited
  }
}
