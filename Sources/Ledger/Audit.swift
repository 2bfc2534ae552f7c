// The whole ledger held against its invariants, in one pass and constant memory: what `dompet
// verify` runs, and every fault test afterwards.
//
// A wallet's rows are read in their order; each must follow from the one before. Nothing is
// believed that can be computed again.

import Domain
import Storage

/// The audit of a ledger.
public struct Audit {
  /// Something that must not be, and where.
  public struct Finding: Equatable, Sendable, CustomStringConvertible {
    public let place: String
    public let detail: String
    public var description: String { "\(place): \(detail)" }
  }

  /// What was looked at.
  public struct Counts: Equatable, Sendable {
    public var wallets = 0
    public var transactions = 0
    public var topUpsPaid = 0
    /// Events that wait for an operator: counted, since they are not off.
    public var eventsInReview = 0
    /// The sum of all balances.
    public var balance = Money.zero
  }

  public private(set) var counts = Counts()
  /// How many findings there were.
  public private(set) var findings = 0

  private let report: (Finding) -> Void
  private let progress: (Counts) -> Void
  private let head: (Identifier, Int64, [UInt8]) -> Void

  /// - Parameters:
  ///   - report: called with each finding, as it is found.
  ///   - progress: called after every 100 000 transactions.
  ///   - head: called with each wallet's id, newest sequence and hash.
  public init(
    report: @escaping (Finding) -> Void, progress: @escaping (Counts) -> Void = { _ in },
    head: @escaping (Identifier, Int64, [UInt8]) -> Void = { _, _, _ in }
  ) {
    self.report = report
    self.progress = progress
    self.head = head
  }

  /// Checks everything, on the caller's snapshot.
  public mutating func run(in db: any Connection) throws(Refusal) {
    try checkFile(in: db)
    _ = try db.query("SELECT id, user_id, balance, sequence, head, created_at FROM wallets", []) {
      row throws(Refusal) in
      let chain = Chain(
        wallet: try row.identifier(0), sequence: try row.integer(3), balance: try row.money(2),
        head: try row.bytes(4), newestAt: try row.timestamp(5))
      try check(chain, ofUser: try row.identifier(1), in: db)
    }
    try checkResolutions(in: db)
    counts.eventsInReview = try count(
      "SELECT id FROM webhook_events WHERE state = 'review'", [], db)
  }

  /// I7: the file itself, and that every row's references exist.
  private mutating func checkFile(in db: any Connection) throws(Refusal) {
    let integrity = try db.query("PRAGMA integrity_check", []) { row throws(Refusal) in
      try row.text(0)
    }
    for line in integrity where line != "ok" { found("integrity_check", line) }
    let orphans = try db.query("PRAGMA foreign_key_check", []) { row throws(Refusal) in
      try row.text(0)
    }
    for table in orphans { found("foreign_key_check", "a row of \(table) has lost its parent") }
  }

  /// I1, I5, I6 for one wallet: the stored end must be where its rows lead.
  private mutating func check(
    _ stored: Chain, ofUser user: Identifier, in db: any Connection
  ) throws(Refusal) {
    var walk = Walk(of: stored.wallet, since: stored.newestAt)
    try walk.follow(
      in: db, report: { place, detail in found(place, detail) },
      each: {
        counts.transactions += 1
        if counts.transactions % 100_000 == 0 { progress(counts) }
      })
    let place = "wallet \(stored.wallet)"
    if walk.sequence != stored.sequence { found(place, "sequence is not its last row's") }
    if walk.balance != stored.balance { found(place, "balance is not its last row's") }
    if walk.head != stored.head { found(place, "head is not its last row's hash") }
    let paid = try count(
      "SELECT id FROM wallet_top_ups WHERE user_id = $1 AND status = 'PAID'", [.text(user.text)],
      db)
    if paid != walk.topUpsCredited { found(place, "\(paid) top-ups paid, not each credited once") }
    counts.wallets += 1
    counts.topUpsPaid += paid
    counts.balance = (try? counts.balance.adding(stored.balance)) ?? counts.balance
    head(stored.wallet, walk.sequence, walk.head)
  }

  /// I2 of what was reviewed: an event that an operator credited has its transaction. (That a
  /// transaction from review has its event is checked with its wallet.)
  private mutating func checkResolutions(in db: any Connection) throws(Refusal) {
    let unposted = try db.query(
      """
      SELECT id FROM webhook_events AS e WHERE resolution = 'credited' AND NOT EXISTS (
        SELECT 1 FROM wallet_transactions AS t
        WHERE t.invoice_id = e.invoice_id AND t.amount = e.amount
          AND t.counterparty = 'xendit operator:' || e.resolved_by)
      """, []
    ) { row throws(Refusal) in try row.integer(0) }
    for event in unposted { found("event \(event)", "was credited, and no transaction says so") }
  }

  private mutating func found(_ place: String, _ detail: String) {
    findings += 1
    report(Finding(place: place, detail: detail))
  }

  private func count(
    _ sql: StaticString, _ values: [Value], _ db: any Connection
  ) throws(Refusal) -> Int {
    try db.query(sql, values) { _ in () }.count
  }
}
