// One wallet's transactions read in their order, each checked against the one before.

import Domain
import Storage

/// Where the walk through a wallet's rows has come to.
struct Walk {
  private(set) var sequence: Int64 = 0
  private(set) var balance = Money.zero
  private(set) var head = Chain.empty
  /// How many of the rows credit a top-up that is PAID; those from review are not among them.
  private(set) var topUpsCredited = 0

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
    _ = try db.query(
      """
      SELECT t.sequence, t.type, t.amount, t.balance_after, t.description, t.reference,
        t.invoice_id, t.counterparty, t.created_at, t.hash, u.status, u.amount, u.wallet_id,
        e.amount, e.reference, e.resolved_by
      FROM wallet_transactions AS t LEFT JOIN wallet_top_ups AS u ON u.reference = t.reference
        LEFT JOIN webhook_events AS e
          ON e.resolution = 'credited' AND e.invoice_id = t.invoice_id
      WHERE t.wallet_id = $1 ORDER BY t.sequence
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
    if try row.integer(0) != link?.sequence { mistakes.append("is not the next in its wallet") }
    if try row.money(3) != link?.balanceAfter { mistakes.append("leads to another balance") }
    if createdAt < newestAt { mistakes.append("is earlier than the one before") }
    if try row.bytes(9) != link?.hash { mistakes.append("breaks the hash chain") }
    if let mistake = try origin(posting, row) { mistakes.append(mistake) }
    sequence = try row.integer(0)
    balance = try row.money(3)
    head = try row.bytes(9)
    newestAt = max(newestAt, createdAt)
    return mistakes
  }

  private func posting(_ row: borrowing Row) throws(Refusal) -> Posting {
    Posting(
      kind: try row.parsed(1) { Posting.Kind(rawValue: $0) }, amount: try row.money(2),
      description: try row.text(4), reference: try row.optionalText(5),
      invoiceID: try row.optionalText(6), counterparty: try row.text(7))
  }

  /// Where the money came from: a paid top-up of this wallet and amount, a paid event that an
  /// operator credited, or an operator who said why.
  private mutating func origin(
    _ posting: Posting, _ row: borrowing Row
  ) throws(Refusal) -> String? {
    switch posting.kind {
    case .topUp where posting.counterparty != "xendit":
      guard let name = try row.optionalText(15),
        posting.counterparty == "xendit operator:\(name)",
        try row.optionalInteger(13) == posting.amount.rupiah,
        try row.optionalText(14) == posting.reference
      else { return "credits no event that an operator resolved so" }
    case .topUp:
      guard try row.optionalText(10) == TopUp.Status.paid.rawValue else {
        return "credits no paid top-up"
      }
      guard try row.optionalInteger(11) == posting.amount.rupiah,
        try row.optionalText(12) == wallet.text
      else { return "credits a top-up of another amount or wallet" }
      topUpsCredited += 1
    case .adjustment:
      guard posting.counterparty.hasPrefix("operator:"), !posting.description.isEmpty else {
        return "adjusts without an operator and a reason"
      }
    case .transferIn, .transferOut: break
    }
    return nil
  }
}
