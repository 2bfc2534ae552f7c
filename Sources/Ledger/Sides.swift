// The two sides of each transfer, and the row that holds them together: what left one wallet came
// into the other, and nothing else did.
//
// All three are read in one list sorted by reference, so that what belongs together, and what is
// there twice, stands together, whatever indexes there are.

import Domain
import Storage

extension Audit {
  /// I5: transfers neither make money nor lose it.
  mutating func checkTransfers(in db: any Connection) throws(Refusal) {
    advance(.transfers, 0)
    var sides = Sides(reference: "")
    var rows = 0
    try db.forEach(
      """
      SELECT coalesce(reference, ''), type, wallet_id, sequence, amount, counterparty, 0
      FROM wallet_transactions WHERE type IN ('TRANSFER_OUT', 'TRANSFER_IN')
      UNION ALL
      SELECT coalesce((
          SELECT o.reference FROM wallet_transactions AS o
          WHERE o.wallet_id = t.from_wallet_id AND o.sequence = t.from_sequence), ''),
        'transfer', t.from_wallet_id, t.from_sequence, 0, t.to_wallet_id, t.to_sequence
      FROM transfers AS t
      ORDER BY 1
      """, []
    ) { row throws(Refusal) in
      let entry = try Entry(row)
      if entry.reference != sides.reference {
        close(sides)
        sides = Sides(reference: entry.reference)
      }
      if sides.add(entry) { found(entry.place, "names a transfer that another one names too") }
      rows += 1
      advance(.transfers, rows)
    }
    close(sides)
    try checkDays(in: db)
  }

  /// All that names one transfer has been read.
  private mutating func close(_ sides: Sides) {
    guard let first = sides.out ?? sides.in ?? sides.row else { return }
    guard let out = sides.out, let into = sides.in, let row = sides.row else {
      let missing = sides.out == nil ? "sender" : sides.in == nil ? "recipient" : "row in transfers"
      return found(first.place, "is part of a transfer without a \(missing)")
    }
    counts.transfers += 1
    let (sum, overflow) = out.amount.addingReportingOverflow(into.amount)
    if overflow || sum != 0 { found(out.place, "sends another amount than \(into.place) receives") }
    if out.other != into.wallet || into.other != out.wallet {
      found(out.place, "and \(into.place) do not name each other")
    }
    if (row.wallet, row.sequence, row.other, row.otherSequence)
      != (out.wallet, out.sequence, into.wallet, into.sequence)
    {
      found(row.place, "holds other transactions together than those of its reference")
    }
  }

  /// What the daily limit goes by: each transfer says what its wallet has sent on its day.
  private mutating func checkDays(in db: any Connection) throws(Refusal) {
    var (wallet, day, sent) = ("", Int64(0), Int64(0))
    try db.forEach(
      """
      SELECT t.from_wallet_id, o.created_at / 86400000000, o.amount, t.sent_that_day,
        t.from_sequence
      FROM transfers AS t JOIN wallet_transactions AS o
        ON o.wallet_id = t.from_wallet_id AND o.sequence = t.from_sequence
      ORDER BY t.from_wallet_id, t.from_sequence
      """, []
    ) { row throws(Refusal) in
      let next = (wallet: try row.text(0), day: try row.integer(1))
      if next != (wallet, day) { sent = 0 }
      sent &-= try row.integer(2)
      (wallet, day) = next
      if try row.integer(3) != sent {
        found(
          "wallet \(wallet), transfer \(try row.integer(4))",
          "has another sum of its day's transfers"
        )
      }
    }
  }
}

/// What names one transfer.
private struct Sides {
  let reference: String
  private(set) var out: Entry?
  private(set) var `in`: Entry?
  private(set) var row: Entry?

  init(reference: String) {
    self.reference = reference
  }

  /// - Returns: whether there was one of its kind before.
  mutating func add(_ entry: Entry) -> Bool {
    switch entry.kind {
    case .out:
      defer { out = out ?? entry }
      return out != nil
    case .in:
      defer { `in` = `in` ?? entry }
      return `in` != nil
    case .row:
      defer { row = row ?? entry }
      return row != nil
    }
  }
}

/// A row of the list.
private struct Entry {
  enum Kind: String {
    case out = "TRANSFER_OUT"
    case `in` = "TRANSFER_IN"
    case row = "transfer"
  }

  let reference: String
  let kind: Kind
  let wallet: String
  let sequence: Int64
  let amount: Int64
  /// The other side's wallet, and its sequence where the row says it.
  let other: String
  let otherSequence: Int64

  init(_ row: borrowing Row) throws(Refusal) {
    reference = try row.text(0)
    kind = try row.parsed(1) { Kind(rawValue: $0) }
    wallet = try row.text(2)
    sequence = try row.integer(3)
    amount = try row.integer(4)
    other = try row.text(5)
    otherSequence = try row.integer(6)
  }

  var place: String {
    "wallet \(wallet), \(kind == .row ? "transfer" : "transaction") \(sequence)"
  }
}
