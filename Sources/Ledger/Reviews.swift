// Events that wait for an operator, and how they are resolved.

import Domain
import Storage

/// What waits, and the evidence.
public struct Review: Sendable {
  public let id: Int64
  public let receivedAt: Timestamp
  /// Why it waits.
  public let reason: String
  public let invoiceID: String?
  public let reference: String?
  public let status: String?
  public let amount: Money?
  public let currency: String?
  /// As it was received.
  public let body: [UInt8]
}

/// What an operator makes of an event.
public enum Resolution: Equatable, Sendable {
  /// The paid invoice is credited to this wallet.
  case credited(to: Identifier)
  /// Nothing is done.
  case dismissed
}

/// The desk where an operator looks at what could not be settled.
public enum Reviews {
  /// Everything that waits, oldest first.
  public static func list(
    in db: any Connection, each: (Review) -> Void
  ) throws(Refusal) {
    _ = try db.query(
      """
      SELECT id, received_at, reason, invoice_id, reference, status, amount, currency, body, state,
        resolution, NULL
      FROM webhook_events WHERE state = 'review' ORDER BY id
      """, []
    ) { row throws(Refusal) in each(try review(row)) }
  }

  /// How many events wait, for each reason: every one that there is, if only with 0.
  public static func waiting(
    in db: any Connection
  ) throws(Refusal) -> [(reason: String, count: Int64)] {
    let found = try db.query(
      """
      SELECT reason, count(*) FROM webhook_events WHERE state = 'review' GROUP BY reason
      UNION ALL SELECT $1, count(*) FROM webhook_events WHERE state = 'waiting'
      """,
      [.text(Oddity.notConfirmedYet)]
    ) { row throws(Refusal) in (try row.text(0), try row.integer(1)) }
    let counts = Dictionary(found) { $0 + $1 }
    let reasons = Oddity.allCases.map(\.rawValue) + [Oddity.notConfirmedYet]
    return reasons.map { (reason: $0, count: counts[$0] ?? 0) }
  }

  /// Resolves an event, in the caller's transaction. A credit is a TOP_UP transaction with the
  /// event's invoice and amount.
  /// - Returns: false if it had been resolved in the same way before: nothing was done now.
  /// - Throws: `.notFound` if there is no such event; `.conflict` if it does not wait, was resolved
  ///   otherwise, or is not a payment that can be credited.
  public static func resolve(
    _ event: Int64, as resolution: Resolution, _ decision: Decision, at now: Timestamp,
    in db: any Connection
  ) throws(Refusal) -> Bool {
    try takeTurn(at: event, in: db)
    guard let found = try find(event, in: db) else { throw .notFound }
    if let earlier = found.resolution {
      guard earlier == resolution else {
        throw .conflict(detail: "event \(event) is resolved: it was \(earlier).")
      }
      return false
    }
    guard found.state != .waiting else {
      throw .conflict(
        detail: "event \(event) waits until Xendit has been asked. Run dompet reconcile.")
    }
    guard found.state == .review else {
      throw .conflict(detail: "event \(event) does not wait for review: it is \(found.state).")
    }
    if case .credited(let wallet) = resolution {
      try credit(found.review, to: wallet, decision, at: now, in: db)
    }
    try close(event, as: resolution, decision, at: now, in: db)
    return true
  }

  /// Meanwhile nobody else resolves the event, or judges it: it may come again. Its reference never
  /// changes.
  private static func takeTurn(at event: Int64, in db: any Connection) throws(Refusal) {
    let reference = try db.first(
      "SELECT coalesce(reference, '') FROM webhook_events WHERE id = $1", [.integer(event)]
    ) { row throws(Refusal) in try row.text(0) }
    let topUp = TopUpReference(reference ?? "").map(Turn.topUp)
    try db.serialize(on: [Turn.event(event), topUp].compactMap(\.self))
  }

  private struct Found {
    let review: Review
    let state: Events.State
    let resolution: Resolution?
  }

  private static func find(_ event: Int64, in db: any Connection) throws(Refusal) -> Found? {
    try db.first(
      """
      SELECT e.id, e.received_at, coalesce(e.reason, ''), e.invoice_id, e.reference, e.status,
        e.amount, e.currency, e.body, e.state, e.resolution, t.wallet_id
      FROM webhook_events AS e LEFT JOIN wallet_transactions AS t
        ON e.resolution = 'credited' AND t.invoice_id = e.invoice_id
      WHERE e.id = $1
      """,
      [.integer(event)]
    ) { row throws(Refusal) in
      var resolution: Resolution?
      switch try row.optionalText(10) {
      case "credited": resolution = .credited(to: try row.identifier(11))
      case "dismissed": resolution = .dismissed
      default: break
      }
      return Found(
        review: try review(row), state: try row.parsed(9) { Events.State(rawValue: $0) },
        resolution: resolution)
    }
  }

  private static func review(_ row: borrowing Row) throws(Refusal) -> Review {
    Review(
      id: try row.integer(0), receivedAt: try row.timestamp(1), reason: try row.text(2),
      invoiceID: try row.optionalText(3), reference: try row.optionalText(4),
      status: try row.optionalText(5),
      amount: try row.optionalInteger(6).map { Money(rupiah: $0) },
      currency: try row.optionalText(7), body: try row.bytes(8))
  }

  private static func credit(
    _ review: Review, to wallet: Identifier, _ decision: Decision, at now: Timestamp,
    in db: any Connection
  ) throws(Refusal) {
    let (invoiceID, amount) = try payment(in: review)
    if let earlier = try Transactions.find(invoiceID: invoiceID, in: db) {
      throw .conflict(
        detail: "invoice \(invoiceID) has been credited: transaction \(earlier.id). Dismiss it.")
    }
    if let reference = TopUpReference(review.reference ?? ""),
      let topUp = try TopUps.find(reference: reference, in: db),
      topUp.amount == amount, topUp.status != .paid
    {
      throw .conflict(
        detail: """
          event \(review.id) pays top-up \(reference.text), which is open: credited by hand, it \
          would stay so. Have Xendit send the event again; it then settles by itself.
          """)
    }
    guard try Wallets.exists(wallet, in: db) else {
      throw .conflict(detail: "there is no wallet \(wallet).")
    }
    let posting = Posting(
      kind: .topUp, amount: amount, description: "Top-up \(review.reference ?? invoiceID)",
      reference: review.reference, invoiceID: invoiceID,
      counterparty: "xendit \(decision.name.counterparty)")
    try Wallets.post(posting, to: wallet, at: now, in: db)
  }

  /// The invoice and the amount that the provider says was paid.
  private static func payment(
    in review: Review
  ) throws(Refusal) -> (invoiceID: String, amount: Money) {
    let reported = Event(
      invoiceID: review.invoiceID ?? "", reference: review.reference ?? "",
      status: review.status ?? "", amount: review.amount, currency: review.currency)
    guard !reported.invoiceID.isEmpty, reported.isPaid else {
      throw .conflict(
        detail: "event \(review.id) does not say that an invoice was paid. Dismiss it.")
    }
    guard let amount = reported.amount, amount > .zero,
      reported.currency == nil || reported.currency == Money.currency
    else {
      throw .conflict(
        detail: """
          event \(review.id) names no amount in whole rupiah. Find out what was paid, adjust the \
          wallet by it, then dismiss the event.
          """)
    }
    return (reported.invoiceID, amount)
  }

  private static func close(
    _ event: Int64, as resolution: Resolution, _ decision: Decision, at now: Timestamp,
    in db: any Connection
  ) throws(Refusal) {
    let changed = try db.execute(
      """
      UPDATE webhook_events SET state = 'resolved', resolution = $2, resolved_by = $3,
        resolved_at = $4, resolution_reason = $5
      WHERE id = $1 AND state = 'review'
      """,
      [
        .integer(event), .text(resolution == .dismissed ? "dismissed" : "credited"),
        .text(decision.name.text), .integer(now.microseconds), .text(decision.reason.text),
      ])
    guard changed == 1 else { throw .broken(evidence: "event \(event) changed meanwhile") }
  }
}

extension Resolution: CustomStringConvertible {
  public var description: String {
    switch self {
    case .credited(let wallet): "credited to wallet \(wallet)"
    case .dismissed: "dismissed"
    }
  }
}
