// The ledger attacked from outside: by SQLite's shell, which knows nothing of our rules and has
// foreign keys switched off. The database itself must refuse.

import Support
import Testing

@testable import Ledger

@Suite("The ledger under attack from a foreign connection")
struct AttackTests {
  @Test("refuses to be rewritten, and stays as it was", arguments: attacks)
  func refuses(attack: String) throws {
    let books = try Books()
    try books.post(rupiah: 50_000, invoice: "inv-1")
    try books.post(rupiah: 20_000, invoice: "inv-2")
    _ = try books.makeTopUp(key: "k")
    let before = try books.contents()
    let result = try books.outside(attack)
    #expect(result.status != 0, "\(result.output) \(result.errors)")
    #expect(try books.contents() == before)
  }

  @Test("lets the program go on after an attack")
  func goesOn() throws {
    let books = try Books()
    try books.post(rupiah: 50_000, invoice: "inv-1")
    try books.post(rupiah: 20_000, invoice: "inv-2")
    for attack in attacks { _ = try books.outside(attack) }
    try books.post(rupiah: 5, invoice: "inv-3")
    #expect(try books.balance() == 70_005)
  }
}

/// A new row for the wallet, with a sequence and an invoice of the attacker's choice.
private func row(sequence: String, invoice: String, amount: Int = 1, after: String) -> String {
  """
  SELECT id, \(sequence), 'TOP_UP', \(amount), \(after), 'x', NULL, '\(invoice)', 'xendit', 1,
  zeroblob(32) FROM wallets
  """
}

private let attacks: [String] = [
  "UPDATE wallet_transactions SET amount = 1000000",
  "UPDATE wallet_transactions SET description = 'x' WHERE sequence = 1",
  "UPDATE OR REPLACE wallet_transactions SET sequence = 1 WHERE sequence = 2",
  "UPDATE OR IGNORE wallet_transactions SET invoice_id = 'inv-2' WHERE sequence = 1",
  "UPDATE OR REPLACE wallet_transactions SET invoice_id = 'inv-2' WHERE sequence = 1",
  "DELETE FROM wallet_transactions",
  "DELETE FROM wallet_transactions WHERE sequence = 2",
  "INSERT OR REPLACE INTO wallet_transactions "
    + row(sequence: "2", invoice: "inv-9", after: "balance + 1"),
  "REPLACE INTO wallet_transactions "
    + row(sequence: "sequence + 1", invoice: "inv-1", after: "balance + 1"),
  "INSERT INTO wallet_transactions "
    + row(sequence: "sequence + 2", invoice: "inv-9", after: "balance + 1"),
  "INSERT INTO wallet_transactions "
    + row(sequence: "sequence + 1", invoice: "inv-9", amount: 5, after: "balance + 500"),
  "INSERT INTO wallet_transactions "
    + row(sequence: "sequence + 1", invoice: "inv-9", amount: 0, after: "balance"),
  "INSERT INTO wallet_transactions SELECT 'nobody', 1, 'TOP_UP', 1, 1, 'x', NULL, 'inv-9', "
    + "'xendit', 1, zeroblob(32)",
  "UPDATE wallets SET balance = balance + 1000000",
  "UPDATE wallets SET sequence = 0",
  "UPDATE wallets SET head = zeroblob(32)",
  "UPDATE wallets SET user_id = 'somebody'",
  "UPDATE OR REPLACE wallets SET id = 'other'",
  "DELETE FROM wallets",
  "REPLACE INTO wallets SELECT id, user_id, 'IDR', 0, 0, zeroblob(32), 1, 1 FROM wallets",
  "INSERT INTO wallets VALUES ('w', 'u', 'IDR', 5, 0, zeroblob(32), 1, 1)",
  "DELETE FROM wallet_top_ups",
  "UPDATE wallet_top_ups SET amount = 1000000",
  "UPDATE wallet_top_ups SET reference = 'WTU-20260101-0000000000000000'",
  "REPLACE INTO wallet_top_ups SELECT * FROM wallet_top_ups",
]
