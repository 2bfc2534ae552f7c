// Each wallet's transactions read in their order, each checked against the one before, and the last
// against the end that the wallet itself keeps.
//
// Both tables are read in one list sorted by wallet: a statement for each wallet would be a round
// trip for each, where the ledger lies on a server.

import Domain
import Storage

extension Audit {
  /// I1, I5, I6: a wallet's rows follow from one another, and lead to what it says.
  mutating func checkWallets(in db: any Connection) throws(Refusal) {
    advance(.wallets, 0)
    var walk: Walk?
    try db.forEach(
      """
      SELECT id, 0, 'wallet', sequence, balance, '', NULL, NULL, '', created_at, head
      FROM wallets
      UNION ALL
      SELECT wallet_id, sequence, type, amount, balance_after, description, reference, invoice_id,
        counterparty, created_at, hash
      FROM wallet_transactions
      ORDER BY 1, 2
      """, []
    ) { row throws(Refusal) in
      if try row.text(2) == "wallet" {
        close(walk)
        walk = Walk(to: try Chain(ofWallet: row))
        return
      }
      let mistakes: [String]
      if try row.text(0) == walk?.stored.wallet.text {
        mistakes = try walk?.step(row) ?? []
      } else {
        mistakes = ["is of no wallet"]
      }
      for mistake in mistakes {
        found("wallet \(try row.text(0)), transaction \(try row.integer(1))", mistake)
      }
      counts.transactions += 1
      advance(.wallets, counts.transactions)
    }
    close(walk)
  }

  /// All rows of one wallet have been read: its stored end must be where they lead.
  private mutating func close(_ walk: Walk?) {
    guard let walk else { return }
    let stored = walk.stored
    let place = "wallet \(stored.wallet)"
    if walk.sequence != stored.sequence { found(place, "sequence is not its last row's") }
    if walk.balance != stored.balance { found(place, "balance is not its last row's") }
    if walk.head != stored.head { found(place, "head is not its last row's hash") }
    counts.wallets += 1
    counts.balance = (try? counts.balance.adding(stored.balance)) ?? counts.balance
    head(Head(wallet: stored.wallet, sequence: walk.sequence, hash: walk.head))
  }
}

extension Chain {
  /// As the wallet's own row tells it. Nothing is older than the wallet.
  fileprivate init(ofWallet row: borrowing Row) throws(Refusal) {
    self.init(
      wallet: try row.identifier(0), sequence: try row.integer(3), balance: try row.money(4),
      head: try row.bytes(10), newestAt: try row.timestamp(9))
  }
}

/// Where the walk through a wallet's rows has come to.
private struct Walk {
  /// Where it must lead.
  let stored: Chain
  private(set) var sequence: Int64 = 0
  private(set) var balance = Money.zero
  private(set) var head = Chain.empty
  private var newestAt: Timestamp

  init(to stored: Chain) {
    self.stored = stored
    newestAt = stored.newestAt
  }

  /// Goes on to the next row.
  /// - Returns: what is wrong with it.
  mutating func step(_ row: borrowing Row) throws(Refusal) -> [String] {
    var mistakes: [String] = []
    let posting = try posting(row)
    let createdAt = try row.timestamp(9)
    let before = Chain(
      wallet: stored.wallet, sequence: sequence, balance: balance, head: head, newestAt: newestAt)
    let link = try? before.link(
      posting, overdraft: posting.kind == .adjustment, at: createdAt)
    sequence = try row.integer(1)
    balance = try row.money(4)
    head = try row.bytes(10)
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
      kind: try row.parsed(2) { Posting.Kind(rawValue: $0) }, amount: try row.money(3),
      description: try row.text(5), reference: try row.optionalText(6),
      invoiceID: try row.optionalText(7), counterparty: try row.text(8))
  }
}
