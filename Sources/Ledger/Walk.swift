// One wallet's transactions read in their order, each checked against the one before.

import Domain
import Storage

/// Where the walk through a wallet's rows has come to.
struct Walk {
  private(set) var sequence: Int64 = 0
  private(set) var balance = Money.zero
  private(set) var head = Chain.empty

  private let wallet: Identifier
  private var newestAt: Timestamp

  /// - Parameter since: when the wallet was made.
  init(of wallet: Identifier, since: Timestamp) {
    self.wallet = wallet
    newestAt = since
  }

  /// Follows the rows to the end, reporting what is wrong with each.
  mutating func follow(
    in db: any Connection, report: (_ place: String, _ detail: String) -> Void, each: () -> Void
  ) throws(Refusal) {
    try db.forEach(
      """
      SELECT sequence, type, amount, balance_after, description, reference, invoice_id,
        counterparty, created_at, hash
      FROM wallet_transactions WHERE wallet_id = $1 ORDER BY sequence
      """,
      [.text(wallet.text)]
    ) { row throws(Refusal) in
      for mistake in try step(row) {
        report("wallet \(wallet), transaction \(try row.integer(0))", mistake)
      }
      each()
    }
  }

  /// Goes on to the next row.
  /// - Returns: what is wrong with it.
  private mutating func step(_ row: borrowing Row) throws(Refusal) -> [String] {
    var mistakes: [String] = []
    let posting = try posting(row)
    let createdAt = try row.timestamp(8)
    let before = Chain(
      wallet: wallet, sequence: sequence, balance: balance, head: head, newestAt: newestAt)
    let link = try? before.link(
      posting, overdraft: posting.kind == .adjustment, at: createdAt)
    sequence = try row.integer(0)
    balance = try row.money(3)
    head = try row.bytes(9)
    if sequence != link?.sequence { mistakes.append("is not the next in its wallet") }
    if balance != link?.balanceAfter { mistakes.append("leads to another balance") }
    if createdAt < newestAt { mistakes.append("is earlier than the one before") }
    if head != link?.hash { mistakes.append("breaks the hash chain") }
    if posting.kind == .adjustment,
      !posting.counterparty.hasPrefix("operator:") || posting.description.isEmpty
    {
      mistakes.append("adjusts without an operator and a reason")
    }
    newestAt = max(newestAt, createdAt)
    return mistakes
  }

  private func posting(_ row: borrowing Row) throws(Refusal) -> Posting {
    Posting(
      kind: try row.parsed(1) { Posting.Kind(rawValue: $0) }, amount: try row.money(2),
      description: try row.text(4), reference: try row.optionalText(5),
      invoiceID: try row.optionalText(6), counterparty: try row.text(7))
  }
}
