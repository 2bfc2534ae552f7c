// What waits, in figures for monitoring. Each statement reads an index that holds only what waits,
// so that it costs the same however long the history is.

import Domain
import Storage

/// Money and top-ups that are not settled yet.
public struct Waiting: Sendable {
  /// Reports of a payment that no wallet has been credited for.
  public let uncredited: (count: Int64, rupiah: Int64)
  /// Open top-ups by their age: how many are younger than the bound before them.
  public let openTopUps: [(age: String, count: Int64)]
  /// Credited on a webhook's word, and not yet asked about at the provider.
  public let uncheckedCredits: Int64

  /// An amount is the provider's word; bounded, a sum of them cannot overflow.
  private static let amountMax: Int64 = 1_000_000_000_000
  private static let ages: [(age: String, seconds: Int64)] = [
    ("1h", 3600), ("24h", 86_400), ("48h", 172_800),
  ]

  public init(at now: Timestamp, in db: any Connection) throws(Refusal) {
    uncredited = try Waiting.uncredited(in: db)
    openTopUps = try Waiting.openTopUps(at: now, in: db)
    uncheckedCredits =
      try db.first(
        """
        SELECT count(*) FROM wallet_top_ups WHERE status = 'PAID' AND checked_at IS NULL
        """, []
      ) { row throws(Refusal) in try row.integer(0) } ?? 0
  }

  private static func uncredited(
    in db: any Connection
  ) throws(Refusal) -> (count: Int64, rupiah: Int64) {
    let found = try db.query(
      """
      SELECT count(*),
        coalesce(sum(CASE WHEN amount > $1 THEN $1 WHEN amount > 0 THEN amount END), 0)
      FROM webhook_events WHERE state = 'review' AND status IN ('PAID', 'SETTLED')
      UNION ALL
      SELECT count(*),
        coalesce(sum(CASE WHEN amount > $1 THEN $1 WHEN amount > 0 THEN amount END), 0)
      FROM webhook_events WHERE state = 'waiting' AND status IN ('PAID', 'SETTLED')
      """,
      [.integer(amountMax)]
    ) { row throws(Refusal) in (count: try row.integer(0), rupiah: try row.integer(1)) }
    return found.reduce((count: 0, rupiah: 0)) {
      (count: $0.count + $1.count, rupiah: $0.rupiah + $1.rupiah)
    }
  }

  private static func openTopUps(
    at now: Timestamp, in db: any Connection
  ) throws(Refusal) -> [(age: String, count: Int64)] {
    var counts: [(age: String, count: Int64)] = []
    var before = 0 as Int64
    for (age, seconds) in ages {
      let younger = try openCount(since: now.adding(seconds: -seconds).microseconds, in: db)
      counts.append((age: age, count: younger - before))
      before = younger
    }
    counts.append((age: "older", count: try openCount(since: .min, in: db) - before))
    return counts
  }

  private static func openCount(
    since: Int64, in db: any Connection
  ) throws(Refusal) -> Int64 {
    try db.first(
      "SELECT count(*) FROM wallet_top_ups WHERE status = 'PENDING' AND created_at >= $1",
      [.integer(since)]
    ) { row throws(Refusal) in try row.integer(0) } ?? 0
  }
}
