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

/// The journal of what the provider told us.
public enum Events {
  /// What has become of an event.
  public enum State: String, Sendable {
    case settled, review, resolved, foreign
  }

  /// The state of the event with this digest, if it came before.
  public static func state(
    of digest: [UInt8], in db: any Connection
  ) throws(Refusal) -> State? {
    try db.query("SELECT state FROM webhook_events WHERE digest = $1", [.bytes(digest)]) {
      row throws(Refusal) in
      try row.parsed(0) { State(rawValue: $0) }
    }.first
  }

  /// Stores the event with its verdict; one that waits for review takes the new verdict.
  public static func store(
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
      WHERE webhook_events.state = 'review'
      """,
      [
        .bytes(received.digest), .bytes(received.body), .optional(received.webhookID),
        .optional(received.event?.invoiceID), .optional(received.event?.reference),
        .optional(received.event?.status), .text(state.rawValue), .optional(reason),
        .integer(now.microseconds), .optional(received.event?.amount?.rupiah),
        .optional(received.event?.currency),
      ])
  }

  private static func outcome(of verdict: Verdict) -> (State, String?) {
    switch verdict {
    case .credited, .unchanged: (.settled, nil)
    case .foreign: (.foreign, nil)
    case .review(let oddity): (.review, oddity.rawValue)
    }
  }
}
