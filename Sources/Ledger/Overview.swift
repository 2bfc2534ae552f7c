// What an operator wants to know each morning. Each figure is served by an index or by the order of
// a key, so that it costs the same however long the ledger is; those about people cost as much as
// there are people. What no index serves (what operators adjusted today) is left out.

import Domain
import Storage

/// How the house stands, on one snapshot.
public struct Overview: Equatable, Sendable {
  /// So many, and the money in them.
  public struct Sum: Equatable, Sendable {
    public let count: Int64
    public let money: Money
  }

  /// Open top-ups by how long ago they were asked for.
  public struct Open: Equatable, Sendable {
    public var lastHour = Sum(count: 0, money: .zero)
    public var lastDay = Sum(count: 0, money: .zero)
    public var older = Sum(count: 0, money: .zero)
    public var oldest: Timestamp?
  }

  /// Top-ups paid since midnight (UTC), among those that were asked for since the midnight before.
  public let paidToday: Sum
  /// Transfers made since midnight (UTC).
  public let transferredToday: Sum
  public let open: Open
  /// Events that wait for an operator, and the money of the paid invoices among them.
  public let inReview: Sum
  /// The same of those that wait for the provider's word.
  public let awaitingProvider: Sum
  /// Credits that the provider has not been asked about yet.
  public let uncheckedCredits: Int64
  /// People with a wallet, and the sum of their balances.
  public let wallets: Sum

  public static func take(at now: Timestamp, in db: any Connection) throws(Refusal) -> Overview {
    let midnight = now.midnight
    return Overview(
      paidToday: try paid(since: midnight, in: db),
      transferredToday: try transferred(onDayOf: now, in: db),
      open: try open(at: now, in: db),
      inReview: try inReview(in: db),
      awaitingProvider: try awaitingProvider(in: db),
      uncheckedCredits: try sum(
        """
        SELECT count(*), 0 FROM wallet_top_ups
        WHERE status = 'PAID' AND checked_at IS NULL
        """, [], in: db
      ).count,
      wallets: try sum("SELECT count(*), coalesce(sum(balance), 0) FROM wallets", [], in: db))
  }

  /// The newest moment that the database knows of: the machine's clock should be past it.
  public static func newestMoment(in db: any Connection) throws(Refusal) -> Timestamp? {
    try db.first(
      """
      SELECT max(at) FROM (
        SELECT (SELECT created_at FROM users ORDER BY id DESC LIMIT 1) AS at
        UNION ALL SELECT (SELECT created_at FROM sessions ORDER BY id DESC LIMIT 1)
        UNION ALL SELECT (SELECT created_at FROM wallet_top_ups ORDER BY id DESC LIMIT 1)
        UNION ALL SELECT (SELECT received_at FROM webhook_events ORDER BY id DESC LIMIT 1)
        UNION ALL SELECT (SELECT max(done_at) FROM maintenance)) AS newest
      """, []
    ) { row throws(Refusal) in try row.optionalTimestamp(0) } ?? nil
  }

  private static func paid(
    since midnight: Timestamp, in db: any Connection
  ) throws(Refusal) -> Sum {
    try sum(
      """
      SELECT count(*), coalesce(sum(amount), 0) FROM wallet_top_ups
      WHERE id >= $1 AND status = 'PAID' AND paid_at >= $2
      """,
      [
        .text(Identifier.earliest(since: midnight.adding(seconds: -86_400))),
        .integer(midnight.microseconds),
      ], in: db)
  }

  /// The date stands in a transfer's reference.
  private static func transferred(
    onDayOf now: Timestamp, in db: any Connection
  ) throws(Refusal) -> Sum {
    let prefix = "TRF-" + now.rfc3339.prefix(10).filter { $0 != "-" }
    return try sum(
      """
      SELECT count(*), coalesce(sum(amount), 0)
      FROM wallet_transactions
      WHERE type <> 'TOP_UP' AND reference BETWEEN $1 AND $2 AND type = 'TRANSFER_IN'
      """,
      [.text(prefix + "-"), .text(prefix + "-~")], in: db)
  }

  private static func open(at now: Timestamp, in db: any Connection) throws(Refusal) -> Open {
    var open = Open()
    try db.forEach(
      """
      SELECT CASE WHEN created_at > $1 THEN 0 WHEN created_at > $2 THEN 1 ELSE 2 END AS age,
        count(*), sum(amount), min(created_at)
      FROM wallet_top_ups WHERE status = 'PENDING' GROUP BY age
      """,
      [
        .integer(now.adding(seconds: -3600).microseconds),
        .integer(now.adding(seconds: -86_400).microseconds),
      ]
    ) { row throws(Refusal) in
      let sum = Sum(count: try row.integer(1), money: try row.money(2))
      switch try row.integer(0) {
      case 0: open.lastHour = sum
      case 1: open.lastDay = sum
      default: open.older = sum
      }
      open.oldest = min(try row.timestamp(3), open.oldest ?? Timestamp(microseconds: .max))
    }
    return open
  }

  /// An event may say any amount: only those that a top-up can have are money. An invoice that
  /// several events speak of is counted once.
  private static func inReview(in db: any Connection) throws(Refusal) -> Sum {
    try sum(
      """
      SELECT count(*), (
        SELECT coalesce(sum(amount), 0) FROM (
          SELECT max(amount) AS amount FROM webhook_events
          WHERE state = 'review' AND status IN ('PAID', 'SETTLED')
            AND coalesce(currency, 'IDR') = 'IDR' AND amount BETWEEN 1 AND 1000000000000
          GROUP BY invoice_id) AS invoices)
      FROM webhook_events WHERE state = 'review'
      """, [], in: db)
  }

  private static func awaitingProvider(in db: any Connection) throws(Refusal) -> Sum {
    try sum(
      """
      SELECT count(*), (
        SELECT coalesce(sum(amount), 0) FROM (
          SELECT max(amount) AS amount FROM webhook_events
          WHERE state = 'waiting' AND amount BETWEEN 1 AND 1000000000000 GROUP BY invoice_id)
        AS invoices)
      FROM webhook_events WHERE state = 'waiting'
      """, [], in: db)
  }

  private static func sum(
    _ sql: StaticString, _ values: [Value], in db: any Connection
  ) throws(Refusal) -> Sum {
    try db.first(sql, values) { row throws(Refusal) in
      Sum(count: try row.integer(0), money: try row.money(1))
    } ?? Sum(count: 0, money: .zero)
  }
}

extension Timestamp {
  /// The beginning of its day in UTC.
  fileprivate var midnight: Timestamp {
    let day: Int64 = 86_400_000_000
    let rest = microseconds % day
    return Timestamp(microseconds: microseconds - (rest < 0 ? rest + day : rest))
  }
}
