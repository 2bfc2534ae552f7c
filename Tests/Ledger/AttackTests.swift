// The ledger attacked from outside: by SQLite's shell, which knows nothing of our rules and has
// foreign keys switched off. The database itself must refuse.

import Support
import Testing

@testable import Ledger

@Suite("The ledger under attack from a foreign connection", aboutSQLite)
struct AttackTests {
  @Test("refuses to be rewritten, and stays as it was", arguments: attacks)
  func refuses(attack: String) throws {
    let books = try Books()
    try fill(books)
    let before = try books.contents()
    let result = try books.outside(attack)
    // By a constraint or a trigger, not for a mistake in the attack itself.
    #expect(result.status != 0 && result.errors.contains("(19)"), "\(result.errors)")
    #expect(try books.contents() == before)
  }

  @Test("lets the program go on after an attack")
  func goesOn() throws {
    let books = try Books()
    try fill(books)
    for attack in attacks { _ = try books.outside(attack) }
    try books.post(rupiah: 5, invoice: "inv-4")
    #expect(try books.balance() == 70_595)
  }

  /// Two top-ups, an adjustment, an event that was credited and one that waits, a transfer.
  private func fill(_ books: Books) throws {
    try books.post(rupiah: 50_000, invoice: "inv-1")
    try books.post(rupiah: 20_000, invoice: "inv-2")
    _ = try books.makeTopUp(key: "k")
    try books.adjust(rupiah: 100, key: "k")
    let event = try books.receiveUnknown(rupiah: 500, invoice: "inv-3")
    _ = try books.resolve(event, as: .credited(to: books.walletID))
    _ = try books.receiveUnknown(rupiah: 700, invoice: "inv-5")
    _ = try books.addPerson("siti1")
    try books.transfer(10, to: "siti1", key: "k")
  }
}

/// A new row for the wallet, with a sequence and an invoice of the attacker's choice.
private func row(sequence: String, invoice: String, amount: Int = 1, after: String) -> String {
  """
  SELECT id, \(sequence), 'TOP_UP', \(amount), \(after), 'x', NULL, '\(invoice)', 'xendit', 1,
  zeroblob(32) FROM wallets
  """
}

/// A new row of another type than TOP_UP, by the amount of the attacker's choice.
private func row(type: String, amount: String, reference: String) -> String {
  """
  SELECT id, sequence + 1, '\(type)', \(amount), balance + \(amount), 'x', \(reference), NULL,
  'operator:me', 9e17, zeroblob(32) FROM wallets
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
  "REPLACE INTO wallets SELECT id, user_id, 'IDR', 0, 0, 0, zeroblob(32), 1, 1 FROM wallets",
  "INSERT INTO wallets VALUES ('w', 'u', 'IDR', 5, 0, 0, zeroblob(32), 1, 1)",
  "UPDATE wallets SET may_be_negative = 1",
  "UPDATE wallets SET may_be_negative = 1, balance = -1",
  "INSERT INTO wallet_transactions "
    + row(type: "ADJUSTMENT", amount: "100", reference: "'ADJ-k'"),
  "REPLACE INTO wallet_transactions "
    + row(type: "ADJUSTMENT", amount: "5", reference: "'ADJ-k'"),
  "INSERT INTO wallet_transactions "
    + row(type: "TRANSFER_OUT", amount: "- (balance + 1)", reference: "'TRF-1'"),
  """
  UPDATE webhook_events SET state = 'review', resolution = NULL, resolved_by = NULL,
    resolved_at = NULL, resolution_reason = NULL WHERE state = 'resolved'
  """,
  "UPDATE webhook_events SET resolved_by = 'me' WHERE state = 'resolved'",
  "UPDATE webhook_events SET amount = 1000000 WHERE state = 'review'",
  "UPDATE webhook_events SET body = x'00' WHERE state = 'review'",
  "UPDATE OR REPLACE webhook_events SET invoice_id = 'inv-3' WHERE state = 'review'",
  "UPDATE webhook_events SET state = 'resolved' WHERE state = 'review'",
  """
  UPDATE webhook_events SET state = 'resolved', resolution = 'credited', resolved_by = 'ana',
    resolved_at = 1, resolution_reason = 'x' WHERE state = 'review'
  """,
  "DELETE FROM webhook_events",
  "DELETE FROM webhook_events WHERE state = 'review'",
  "REPLACE INTO webhook_events SELECT * FROM webhook_events",
  """
  REPLACE INTO webhook_events (digest, body, state, received_at)
  SELECT digest, body, 'settled', 1 FROM webhook_events WHERE state = 'resolved'
  """,
  """
  REPLACE INTO webhook_events (id, digest, body, state, received_at)
  SELECT id, randomblob(32), body, 'settled', 1 FROM webhook_events WHERE state = 'resolved'
  """,
  """
  INSERT INTO webhook_events (digest, body, invoice_id, amount, state, reason, resolution,
    resolved_by, resolved_at, resolution_reason, received_at)
  VALUES (randomblob(32), x'', 'inv-1', 50000, 'resolved', 'x', 'dismissed', 'me', 1, 'x', 1)
  """,
  "UPDATE transfers SET sent_that_day = 1",
  "UPDATE OR REPLACE transfers SET idempotency_key = 'other'",
  "DELETE FROM transfers",
  "REPLACE INTO transfers SELECT * FROM transfers",
  "REPLACE INTO transfers SELECT from_wallet_id, 99, to_wallet_id, 1, 'k', 10 FROM transfers",
  "INSERT INTO transfers SELECT from_wallet_id, 99, to_wallet_id, 1, 'other', 10 FROM transfers",
  "INSERT INTO transfers SELECT to_wallet_id, 1, from_wallet_id, 5, 'x', 10 FROM transfers",
  "DELETE FROM wallet_top_ups",
  "UPDATE wallet_top_ups SET amount = 1000000",
  "UPDATE wallet_top_ups SET reference = 'WTU-20260101-0000000000000000'",
  "REPLACE INTO wallet_top_ups SELECT * FROM wallet_top_ups",
]
