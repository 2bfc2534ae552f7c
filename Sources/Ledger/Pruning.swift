// What is not needed any more, removed a slice at a time, so that nobody waits long in between.

import Domain
import Storage

/// The removal of what is old.
public enum Pruning {
  /// How many rows are looked at in one transaction: some milliseconds.
  static let sliceRows: Int64 = 500

  /// A session, or a token for a new password, is of no use once it has ended; for so long it may
  /// still answer a question of its user.
  public static let endedDays: Int64 = 90

  /// The body of an event that has been decided. The database itself holds to this time
  /// (`webhook_events_are_emptied_when_old`): a dispute with a payer or the provider is over by
  /// then.
  public static let bodyDays: Int64 = 400

  /// What came of a slice.
  public struct Slice<Key: Sendable>: Sendable {
    public let removed: Int
    /// Where the next slice begins; nil if this was the last one.
    public let next: Key?
  }

  /// Removes sessions that ended, or ran out, more than 90 days ago.
  /// - Parameter last: where the slice before ended, or nil to begin.
  public static func sessions(
    after last: String?, at now: Timestamp, in db: any Connection
  ) throws(Refusal) -> Slice<String> {
    let end = try db.first(
      "SELECT id FROM sessions WHERE id > $1 ORDER BY id LIMIT 1 OFFSET $2",
      [.text(last ?? ""), .integer(sliceRows - 1)]
    ) { row throws(Refusal) in try row.text(0) }
    let removed = try db.execute(
      """
      DELETE FROM sessions
      WHERE id > $1 AND id <= $2 AND (expires_at < $3 OR ended_at < $3)
      """,
      [.text(last ?? ""), .text(end ?? "~"), .integer(before(now, days: endedDays))])
    return Slice(removed: removed, next: end)
  }

  /// Removes tokens for new passwords that ended, or ran out, more than 90 days ago. Who made them,
  /// and why, stays among the operators' acts.
  /// - Parameter last: where the slice before ended, or nil to begin.
  public static func passwordResets(
    after last: [UInt8]?, at now: Timestamp, in db: any Connection
  ) throws(Refusal) -> Slice<[UInt8]> {
    let end = try db.first(
      "SELECT digest FROM password_resets WHERE digest > $1 ORDER BY digest LIMIT 1 OFFSET $2",
      [.bytes(last ?? []), .integer(sliceRows - 1)]
    ) { row throws(Refusal) in try row.bytes(0) }
    let removed = try db.execute(
      """
      DELETE FROM password_resets
      WHERE digest > $1 AND digest <= coalesce($2, digest) AND (expires_at < $3 OR ended_at < $3)
      """,
      [.bytes(last ?? []), .optional(end), .integer(before(now, days: endedDays))])
    return Slice(removed: removed, next: end)
  }

  /// Empties the bodies of events that were decided more than 400 days ago. Events stand in the
  /// order of their arrival: the last slice is the first in which nothing is so old.
  /// - Parameter last: where the slice before ended, or nil to begin.
  public static func bodies(
    after last: Int64?, at now: Timestamp, in db: any Connection
  ) throws(Refusal) -> Slice<Int64> {
    let times = try db.query(
      "SELECT id, received_at FROM webhook_events WHERE id > $1 ORDER BY id LIMIT $2",
      [.integer(last ?? 0), .integer(sliceRows)]
    ) { row throws(Refusal) in (id: try row.integer(0), at: try row.integer(1)) }
    let limit = before(now, days: bodyDays)
    guard let end = times.last?.id, times.contains(where: { $0.at < limit }) else {
      return Slice(removed: 0, next: nil)
    }
    let removed = try db.execute(
      """
      UPDATE webhook_events SET body = $4
      WHERE id > $1 AND id <= $2 AND state IN ('settled', 'resolved', 'foreign')
        AND received_at < $3 AND coalesce(resolved_at, received_at) < $3 AND length(body) > 0
      """,
      [.integer(last ?? 0), .integer(end), .integer(limit), .bytes([])])
    return Slice(removed: removed, next: Int64(times.count) < sliceRows ? nil : end)
  }

  private static func before(_ now: Timestamp, days: Int64) -> Int64 {
    now.adding(seconds: -days * 86_400).microseconds
  }
}
