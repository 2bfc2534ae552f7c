// Statements by which a person reads the provider's events, whatever became of them.

import Domain
import Storage

/// An event as the journal keeps it.
public struct JournalEntry: Sendable {
  public let id: Int64
  public let receivedAt: Timestamp
  public let state: Events.State
  /// Why it waits, or waited, for an operator.
  public let reason: String?
  public let invoiceID: String?
  public let reference: String?
  public let status: String?
  public let amount: Money?
  public let currency: String?
  public let webhookID: String?
  /// `credited` or `dismissed`, by whom, when and why.
  public let resolution: String?
  public let resolvedBy: String?
  public let resolvedAt: Timestamp?
  public let resolutionReason: String?
  /// SHA-256 of the body.
  public let digest: [UInt8]
  /// As it was received; nil in a list. It may have been emptied since: then it is not the
  /// digest's.
  public let body: [UInt8]?
}

/// The journal, for reading.
public enum Journal {
  /// The newest events, newest first. Without a moment to begin at, a state that is rare is looked
  /// for in all of them.
  public static func list(
    state: Events.State?, since begin: Timestamp?, limit: Int, in db: any Connection,
    each: (JournalEntry) -> Void
  ) throws(Refusal) {
    let first = try begin.map { moment throws(Refusal) in try firstID(near: moment, in: db) }
    try db.forEach(
      """
      SELECT id, received_at, state, reason, invoice_id, reference, status, amount, currency,
        webhook_id, resolution, resolved_by, resolved_at, resolution_reason, digest, NULL
      FROM webhook_events
      WHERE id >= $1 AND received_at >= $2 AND state = coalesce($3, state)
      ORDER BY id DESC LIMIT $4
      """,
      [
        .integer(first ?? 0), .integer(begin?.microseconds ?? .min), .optional(state?.rawValue),
        .integer(Int64(limit)),
      ]
    ) { row throws(Refusal) in each(try entry(row)) }
  }

  /// The event of this id, with its body.
  public static func find(_ id: Int64, in db: any Connection) throws(Refusal) -> JournalEntry? {
    try db.first(
      """
      SELECT id, received_at, state, reason, invoice_id, reference, status, amount, currency,
        webhook_id, resolution, resolved_by, resolved_at, resolution_reason, digest, body
      FROM webhook_events WHERE id = $1
      """,
      [.integer(id)], entry)
  }

  /// The events about a top-up that came within this time, oldest first. No index leads to them:
  /// all events of that time are read.
  static func about(
    _ reference: TopUpReference, from begin: Timestamp, until end: Timestamp?,
    in db: any Connection
  ) throws(Refusal) -> [JournalEntry] {
    let last = try end.map { moment throws(Refusal) in try firstID(near: moment, in: db) }
    return try db.query(
      """
      SELECT id, received_at, state, reason, invoice_id, reference, status, amount, currency,
        webhook_id, resolution, resolved_by, resolved_at, resolution_reason, digest, NULL
      FROM webhook_events WHERE id >= $1 AND id < $2 AND reference = $3 ORDER BY id
      """,
      [
        .integer(try firstID(near: begin.adding(seconds: -3600), in: db)),
        .integer(last ?? .max), .text(reference.text),
      ], entry)
  }

  /// The first event that came at this moment or later. Ids are in the order of arrival, so it is
  /// found by halving; where the clock was set back, one of those around it.
  private static func firstID(
    near moment: Timestamp, in db: any Connection
  ) throws(Refusal) -> Int64 {
    let newest = try db.first(
      "SELECT id FROM webhook_events ORDER BY id DESC LIMIT 1", []
    ) { row throws(Refusal) in try row.integer(0) }
    var (low, high) = (Int64(1), (newest ?? 0) &+ 1)
    while low < high {
      let middle = low + (high - low) / 2
      let next = try db.first(
        "SELECT id, received_at FROM webhook_events WHERE id >= $1 ORDER BY id LIMIT 1",
        [.integer(middle)]
      ) { row throws(Refusal) in (id: try row.integer(0), at: try row.timestamp(1)) }
      if let next, next.at < moment { low = next.id + 1 } else { high = middle }
    }
    return low
  }

  private static func entry(_ row: borrowing Row) throws(Refusal) -> JournalEntry {
    JournalEntry(
      id: try row.integer(0), receivedAt: try row.timestamp(1),
      state: try row.parsed(2) { Events.State(rawValue: $0) },
      reason: try row.optionalText(3), invoiceID: try row.optionalText(4),
      reference: try row.optionalText(5), status: try row.optionalText(6),
      amount: try row.optionalInteger(7).map { Money(rupiah: $0) },
      currency: try row.optionalText(8), webhookID: try row.optionalText(9),
      resolution: try row.optionalText(10), resolvedBy: try row.optionalText(11),
      resolvedAt: try row.optionalTimestamp(12), resolutionReason: try row.optionalText(13),
      digest: try row.bytes(14), body: try row.optionalBytes(15))
  }
}
