// Statements about the provider's events.

import Crypto
import Domain
import Storage

/// An event as it arrived, with what could be read of it.
public struct ReceivedEvent: Sendable {
  /// SHA-256 of the body: the same bytes are the same event.
  public let digest: [UInt8]
  public let body: [UInt8]
  /// The provider's `webhook-id`, where it sends one.
  public let webhookID: String?
  /// Nil if the body could not be read.
  public let event: Event?

  public init(body: [UInt8], webhookID: String?, event: Event?) {
    digest = SHA256.hash(body)
    self.body = body
    self.webhookID = webhookID
    self.event = event
  }
}

/// An event that waits until the provider has been asked.
public struct WaitingEvent: Equatable, Sendable {
  public let id: Int64
  public let invoiceID: String
  public let reference: TopUpReference
}

/// The journal of what the provider told us.
public enum Events {
  /// What has become of an event.
  public enum State: String, Sendable {
    case settled, waiting, review, resolved, foreign
  }

  /// The state of the event with this digest, if it came before.
  public static func state(
    of digest: [UInt8], in db: any Connection
  ) throws(Refusal) -> State? {
    try db.first("SELECT state FROM webhook_events WHERE digest = $1", [.bytes(digest)]) {
      row throws(Refusal) in
      try row.parsed(0) { State(rawValue: $0) }
    }
  }

  /// Stores the event with its verdict; one that waits takes the new verdict.
  static func store(
    _ received: ReceivedEvent, _ verdict: Verdict, at now: Timestamp, in db: any Connection
  ) throws(Refusal) {
    let (state, reason) = outcome(of: verdict)
    try db.execute(
      """
      INSERT INTO webhook_events
        (digest, body, webhook_id, invoice_id, reference, status, state, reason, received_at,
         amount, currency)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
      ON CONFLICT (digest) DO UPDATE SET state = excluded.state, reason = excluded.reason
      WHERE webhook_events.state IN ('review', 'waiting')
      """,
      [
        .bytes(received.digest), .bytes(received.body), .optional(received.webhookID),
        .optional(received.event?.invoiceID), .optional(received.event?.reference),
        .optional(received.event?.status), .text(state.rawValue), .optional(reason),
        .integer(now.microseconds), .optional(received.event?.amount?.rupiah),
        .optional(received.event?.currency),
      ])
  }

  /// Puts an event before an operator, unless one has resolved it already.
  public static func review(
    _ received: ReceivedEvent, because oddity: Oddity, at now: Timestamp, in db: any Connection
  ) throws(Refusal) {
    if try state(of: received.digest, in: db) == .resolved { return }
    try store(received, .review(oddity), at: now, in: db)
  }

  /// What waits until the provider has been asked, oldest first, at most 100, from after `last` on.
  public static func waiting(
    after last: WaitingEvent?, in db: any Connection
  ) throws(Refusal) -> [WaitingEvent] {
    try db.query(
      """
      SELECT id, invoice_id, reference FROM webhook_events
      WHERE state = 'waiting' AND id > $1 ORDER BY id LIMIT 100
      """,
      [.integer(last?.id ?? 0)]
    ) { row throws(Refusal) in
      WaitingEvent(
        id: try row.integer(0), invoiceID: try row.text(1),
        reference: try row.parsed(2) { TopUpReference($0) })
    }
  }

  /// The provider has been asked: the event is settled if its invoice has been credited meanwhile,
  /// else it waits for an operator.
  /// - Returns: whether it is settled.
  public static func confirm(
    _ event: WaitingEvent, in db: any Connection
  ) throws(Refusal) -> Bool {
    try db.serialize(on: [Turn.topUp(event.reference)])
    let isCredited = try Transactions.find(invoiceID: event.invoiceID, in: db) != nil
    let (state, reason) = outcome(of: isCredited ? .unchanged : .review(.notConfirmed))
    try db.execute(
      "UPDATE webhook_events SET state = $2, reason = $3 WHERE id = $1 AND state = 'waiting'",
      [.integer(event.id), .text(state.rawValue), .optional(reason)])
    return isCredited
  }

  /// Whether the body of an event was emptied when it was old (`Pruning.bodies`), so that nobody
  /// can read it or compute its digest again. One that came without any bytes was not.
  public static func isEmptied(_ body: [UInt8], digest: [UInt8]) -> Bool {
    body.isEmpty && digest != SHA256.hash([])
  }

  private static func outcome(of verdict: Verdict) -> (State, String?) {
    switch verdict {
    case .credited, .unchanged: (.settled, nil)
    case .waiting: (.waiting, nil)
    case .foreign: (.foreign, nil)
    case .review(let oddity): (.review, oddity.rawValue)
    }
  }
}
