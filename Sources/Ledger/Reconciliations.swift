// Statements about how far reconciliation has come.

import Domain
import Storage

/// The bookmarks of walks that may be broken off at any moment.
public enum Reconciliations {
  /// A walk that was broken off longer ago than this begins anew.
  private static let resumableSeconds: Int64 = 86_400

  /// A walk over the top-ups.
  /// - Returns: when it began: now, or earlier if it was broken off.
  public static func beginPass(at now: Timestamp, in db: any Connection) throws(Refusal)
    -> Timestamp
  {
    try db.serialize(on: [Turn.walk("pass")])
    let resumed = try db.first(
      """
      SELECT begun_at FROM reconciliations
      WHERE kind = 'pass' AND ended_at IS NULL AND begun_at BETWEEN $1 AND $2
      """,
      [.integer(now.adding(seconds: -resumableSeconds).microseconds), .integer(now.microseconds)]
    ) { row throws(Refusal) in try row.timestamp(0) }
    if let resumed { return resumed }
    try begin("pass", since: nil, at: now, in: db)
    return now
  }

  /// A walk over the provider's list that was broken off.
  public struct Rebuild: Equatable, Sendable {
    public let begunAt: Timestamp
    /// The last invoice that is done.
    public let lastInvoice: String
  }

  /// A walk over the provider's list.
  /// - Returns: the walk that it goes on with, if one was broken off.
  public static func beginRebuild(
    since: Timestamp, at now: Timestamp, in db: any Connection
  ) throws(Refusal) -> Rebuild? {
    try db.serialize(on: [Turn.walk("rebuild")])
    let resumed = try db.first(
      """
      SELECT begun_at, last_invoice FROM reconciliations
      WHERE kind = 'rebuild' AND ended_at IS NULL AND last_invoice IS NOT NULL AND since = $1
        AND begun_at BETWEEN $2 AND $3
      """,
      [
        .integer(since.microseconds),
        .integer(now.adding(seconds: -resumableSeconds).microseconds), .integer(now.microseconds),
      ]
    ) { row throws(Refusal) in
      Rebuild(begunAt: try row.timestamp(0), lastInvoice: try row.text(1))
    }
    if let resumed { return resumed }
    try begin("rebuild", since: since, at: now, in: db)
    return nil
  }

  /// Everything up to this invoice of the provider's list is done.
  public static func note(
    rebuiltTo invoiceID: String, in db: any Connection
  ) throws(Refusal) {
    try db.execute(
      "UPDATE reconciliations SET last_invoice = $1 WHERE kind = 'rebuild' AND ended_at IS NULL",
      [.text(invoiceID)])
  }

  public static func endPass(at now: Timestamp, in db: any Connection) throws(Refusal) {
    try end("pass", at: now, in: db)
  }

  public static func endRebuild(at now: Timestamp, in db: any Connection) throws(Refusal) {
    try end("rebuild", at: now, in: db)
  }

  /// Walks that were broken off begin anew. What a restored database says of them is of a time
  /// before: meanwhile more was paid.
  public static func forget(in db: any Connection) throws(Refusal) {
    try db.execute("DELETE FROM reconciliations WHERE ended_at IS NULL", [])
  }

  private static func begin(
    _ kind: String, since: Timestamp?, at now: Timestamp, in db: any Connection
  ) throws(Refusal) {
    try db.execute(
      """
      INSERT INTO reconciliations (kind, begun_at, since) VALUES ($1, $2, $3)
      ON CONFLICT (kind) DO UPDATE
      SET begun_at = excluded.begun_at, ended_at = NULL, since = excluded.since,
        last_invoice = NULL
      """,
      [.text(kind), .integer(now.microseconds), .optional(since?.microseconds)])
  }

  private static func end(
    _ kind: String, at now: Timestamp, in db: any Connection
  ) throws(Refusal) {
    try db.execute(
      "UPDATE reconciliations SET ended_at = $2 WHERE kind = $1",
      [.text(kind), .integer(now.microseconds)])
  }
}
