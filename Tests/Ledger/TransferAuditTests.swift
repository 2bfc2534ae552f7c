// The audit finds whatever somebody changes about transfers who can get past the triggers.

import Domain
import Support
import Testing

@testable import Ledger

@Suite("The audit of transfers", aboutSQLite)
struct TransferAuditTests {
  @Test("counts them where all is well")
  func counted() throws {
    var audit = Audit(report: { _ in })
    let books = try books()
    try books.database.read { db throws(Refusal) in try audit.run(in: db) }
    #expect(audit.findings == 0)
    #expect(audit.counts.transfers == 2 && audit.counts.idempotencyKeys == 2)
  }

  @Test("finds every tampering, and where it was", arguments: tamperings)
  func tampered(sql: String, finding: String) throws {
    let books = try books()
    try books.tamper(sql)
    let findings = try books.findings()
    #expect(findings.contains { $0.contains(finding) }, "\(findings)")
  }

  @Test("finds two transfers of one key, even if the index that forbids it is gone")
  func doubledKey() throws {
    let books = try books()
    try books.tamper("DROP INDEX transfers_key; UPDATE transfers SET idempotency_key = 'k'")
    #expect(try books.findings() == ["wallet \(books.walletID): has two transfers of the key k"])
  }

  /// An adjustment of 100, 10 to Siti, 20 to Citra.
  private func books() throws -> Books {
    let books = try Books()
    _ = try books.addPerson("siti1")
    _ = try books.addPerson("citra1")
    try books.give(100, to: books.owner)
    try books.transfer(10, to: "siti1")
    try books.transfer(20, to: "citra1")
    return books
  }
}

private let tamperings = [
  ("DELETE FROM transfers", "transaction 2: is part of a transfer without a row in transfers"),
  (
    "DELETE FROM wallet_transactions WHERE type = 'TRANSFER_IN' AND amount = 10",
    "transaction 2: is part of a transfer without a recipient"
  ),
  (
    "DELETE FROM wallet_transactions WHERE type = 'TRANSFER_OUT' AND amount = -10",
    "transaction 1: is part of a transfer without a sender"
  ),
  (
    "UPDATE wallet_transactions SET amount = 11 WHERE type = 'TRANSFER_IN' AND amount = 10",
    "transaction 2: sends another amount than"
  ),
  (
    "UPDATE wallet_transactions SET counterparty = wallet_id WHERE amount = 10",
    "do not name each other"
  ),
  (
    "UPDATE wallet_transactions SET counterparty = wallet_id WHERE amount = -20",
    "do not name each other"
  ),
  (
    """
    UPDATE transfers SET to_wallet_id =
      (SELECT wallet_id FROM wallet_transactions WHERE type = 'TRANSFER_IN' AND amount = 20)
    """, "transfer 2: holds other transactions together"
  ),
  (
    "UPDATE transfers SET to_sequence = 9", "transfer 2: holds other transactions together"
  ),
  (
    "UPDATE transfers SET sent_that_day = 5 WHERE from_sequence = 3",
    "transfer 3: has another sum of its day's transfers"
  ),
  (
    """
    DROP INDEX wallet_transactions_reference;
    UPDATE wallet_transactions SET reference = 'TRF-1' WHERE reference LIKE 'TRF-%'
    """, "names a transfer that another one names too"
  ),
]
