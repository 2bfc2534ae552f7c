// The whole ledger held against its invariants in constant memory: what `dompet verify` runs, and
// every fault test afterwards. Nothing is believed that can be computed again, no index is relied
// upon, and each table is read in its own order: a look-up for each row would take hours. (What an
// index holds is said so that it does not fit: `resolution || ''`, or with a column that the index
// lacks. In PostgreSQL the planner may still find one.)
//
//   Walk.swift      I1, I5, I6: a wallet's rows, each held against the one before
//   Pairing.swift   I4, I5: each credit is of what was paid, once
//   Sides.swift     I5: what leaves a wallet by a transfer comes into another
//   Head.swift      the chains held against an earlier print-out
//   Bodies.swift    the events' bodies, held against their digests
//   Truth.swift     I2: the credits held against what the provider says

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
    /// Events that an operator credited.
    public var eventsCredited = 0
    public var transfers = 0
    public var idempotencyKeys = 0
    /// Events of the provider, and how many of their bodies were emptied when they were old: of
    /// those the digest cannot be computed again.
    public var events = 0
    public var eventsEmptied = 0
    /// Events that wait for an operator: counted, since they are not off.
    public var eventsInReview = 0
    /// Events that wait until the provider has been asked.
    public var eventsWaiting = 0
    /// The sum of all balances.
    public var balance = Money.zero
    /// Heads of an earlier print-out.
    public var heads = 0
    public var truth = TruthCounts()
  }

  /// What is looked at next; it may take minutes.
  public enum Step: String, Sendable {
    case file = "PRAGMA integrity_check, every page and index of the file"
    case foreignKeys = "PRAGMA foreign_key_check"
    case wallets = "each wallet's transactions, in their order"
    case credits = "credits and what was paid, sorted by invoice"
    case transfers = "both sides of transfers, sorted by reference"
    case keys = "idempotency keys, sorted"
    case events = "each event's body and its digest"
  }

  public internal(set) var counts = Counts()
  /// How many findings there were.
  public private(set) var findings = 0

  private let report: (Finding) -> Void
  private let progress: (Step, _ rows: Int) -> Void
  let head: (Head) -> Void

  /// - Parameters:
  ///   - report: called with each finding, as it is found.
  ///   - progress: called when a step begins, and after each million rows of it.
  ///   - head: called with the newest head of each wallet, in the order of their ids.
  public init(
    report: @escaping (Finding) -> Void,
    progress: @escaping (Step, _ rows: Int) -> Void = { _, _ in },
    head: @escaping (Head) -> Void = { _ in }
  ) {
    self.report = report
    self.progress = progress
    self.head = head
  }

  /// Checks everything, on the caller's snapshot.
  public mutating func run(in db: any Connection) throws(Refusal) {
    try checkFile(in: db)
    try checkWallets(in: db)
    try checkCredits(in: db)
    try checkTransfers(in: db)
    try checkKeys(in: db)
    try checkEvents(in: db)
  }

  mutating func found(_ place: String, _ detail: String) {
    findings += 1
    report(Finding(place: place, detail: detail))
  }

  /// Tells of the step's beginning, and of each million rows.
  func advance(_ step: Step, _ rows: Int) {
    if rows % 1_000_000 == 0 { progress(step, rows) }
  }

  /// I7: the file itself, and that every row's references exist.
  private mutating func checkFile(in db: any Connection) throws(Refusal) {
    advance(.file, 0)
    try db.findDamage { line in found("integrity_check", line) }
    advance(.foreignKeys, 0)
    try db.findOrphans { table in
      found("foreign_key_check", "a row of \(table) has lost its parent")
    }
  }

  /// I4, said without the indexes that forbid it: no user has two top-ups, and no wallet two
  /// transfers, of one key.
  private mutating func checkKeys(in db: any Connection) throws(Refusal) {
    advance(.keys, 0)
    var last = (owner: "", key: "")
    try db.forEach(
      """
      SELECT 'user ' || user_id, idempotency_key, amount FROM wallet_top_ups
      WHERE idempotency_key || '' IS NOT NULL
      UNION ALL
      SELECT 'wallet ' || from_wallet_id, idempotency_key, sent_that_day FROM transfers
      ORDER BY 1, 2
      """, []
    ) { row throws(Refusal) in
      let next = (owner: try row.text(0), key: try row.text(1))
      if next == last {
        let what = next.owner.hasPrefix("user") ? "top-ups" : "transfers"
        found(next.owner, "has two \(what) of the key \(next.key)")
      }
      last = next
      counts.idempotencyKeys += 1
      advance(.keys, counts.idempotencyKeys)
    }
  }
}
