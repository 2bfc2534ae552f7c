// The audit finds whatever somebody changes who can get past the triggers.

import Domain
import Support
import Testing

@testable import Ledger

@Suite("The audit", aboutSQLite)
struct AuditTests {
  @Test("finds nothing in an untouched ledger, and counts what it looked at")
  func clean() throws {
    let books = try Books()
    _ = try books.payTopUp(rupiah: 50_000, invoice: "inv-1")
    _ = try books.payTopUp(rupiah: 20_000, invoice: "inv-2")
    _ = try books.makeTopUp()
    let (findings, counts) = try audit(books)
    #expect(findings == [])
    #expect(counts.wallets == 1 && counts.transactions == 2 && counts.topUpsPaid == 2)
    #expect(counts.balance == Money(rupiah: 70_000))
  }

  @Test("finds every tampering, and where it was", arguments: tamperings)
  func tampered(sql: String, finding: String) throws {
    let books = try Books()
    for number in 1...3 {
      _ = try books.payTopUp(rupiah: Int64(number) * 10_000, invoice: "inv-\(number)")
    }
    try books.tamper(sql)
    let findings = try books.findings()
    #expect(findings.contains { $0.contains(finding) }, "\(findings)")
  }

  @Test("finds every tampering with what an operator did", arguments: operatorTamperings)
  func operatorTampered(sql: String, finding: String) throws {
    let books = try Books()
    _ = try books.payTopUp(rupiah: 10_000, invoice: "inv-1")
    let event = try books.receiveUnknown(rupiah: 500, invoice: "inv-2")
    _ = try books.resolve(event, as: .credited(to: books.walletID))
    _ = try books.receiveUnknown(rupiah: 500, invoice: "inv-3")
    try books.adjust(rupiah: -20_000, key: "k", overdraft: true)
    #expect(try books.findings() == [])
    try books.tamper(sql)
    let findings = try books.findings()
    #expect(findings.contains { $0.contains(finding) }, "\(findings)")
  }

  @Test("counts what an operator did, and what waits")
  func operatorCounted() throws {
    let books = try Books()
    let event = try books.receiveUnknown(rupiah: 500, invoice: "inv-1")
    _ = try books.resolve(event, as: .credited(to: books.walletID))
    _ = try books.receiveUnknown(rupiah: 500, invoice: "inv-2")
    _ = try books.makeTopUp(key: "k")
    let counts = try audit(books).counts
    #expect(counts.eventsCredited == 1 && counts.eventsInReview == 1)
    #expect(counts.topUpsPaid == 0 && counts.idempotencyKeys == 1)
  }

  @Test("finds a second credit of an invoice, even if the index that forbids it is gone")
  func doubled() throws {
    let books = try Books()
    _ = try books.payTopUp(rupiah: 10_000, invoice: "inv-1")
    try books.tamper("DROP INDEX wallet_transactions_invoice")
    try books.post(rupiah: 10_000, invoice: "inv-1")
    let second = "wallet \(books.walletID), transaction 2"
    #expect(try books.findings() == ["\(second): names an invoice that another one names too"])
  }

  @Test("finds two top-ups of one key, even if the index that forbids it is gone")
  func doubledKey() throws {
    let books = try Books()
    _ = try books.makeTopUp(key: "k")
    try books.tamper("DROP INDEX wallet_top_ups_key")
    _ = try books.makeTopUp(key: "k")
    #expect(try books.findings() == ["user \(books.user.id): has two top-ups of the key k"])
  }

  @Test("says what it looks at before it does")
  func progress() throws {
    var steps: [Audit.Step] = []
    var audit = Audit(report: { _ in }, progress: { step, _ in steps.append(step) })
    let books = try Books()
    try books.database.read { db throws(Refusal) in try audit.run(in: db) }
    #expect(steps == [.file, .foreignKeys, .wallets, .credits, .transfers, .keys, .events])
  }

  @Test("finds a credit in an operator's name that resolves no event")
  func withoutEvent() throws {
    let books = try Books()
    let (moment, wallet) = (books.now, books.walletID)
    try books.database.write { db throws(Refusal) in
      let posting = Posting(
        kind: .topUp, amount: Money(rupiah: 5), description: "a test", reference: nil,
        invoiceID: "inv-1", counterparty: "xendit operator:ana")
      try Wallets.post(posting, to: wallet, at: moment, in: db)
    }
    #expect(try audit(books).findings.count == 1)
  }

  private func audit(_ books: Books) throws -> (findings: [String], counts: Audit.Counts) {
    var findings: [String] = []
    var audit = Audit(report: { findings.append("\($0)") })
    try books.database.read { db throws(Refusal) in try audit.run(in: db) }
    return (findings, audit.counts)
  }
}

/// What is done to three payments, and what is found.
private let tamperings = [
  ("UPDATE wallets SET balance = balance + 1", ": balance is not its last row's"),
  ("UPDATE wallets SET sequence = sequence - 1", ": sequence is not its last row's"),
  ("UPDATE wallets SET head = zeroblob(32)", ": head is not its last row's hash"),
  (
    "UPDATE wallet_transactions SET amount = amount + 1 WHERE sequence = 2",
    "transaction 2: leads to another balance"
  ),
  (
    "UPDATE wallet_transactions SET invoice_id = 'inv-9' WHERE sequence = 2",
    "transaction 2: breaks the hash chain"
  ),
  (
    "UPDATE wallet_transactions SET created_at = created_at + 1 WHERE sequence = 3",
    "transaction 3: breaks the hash chain"
  ),
  (
    "UPDATE wallet_transactions SET created_at = created_at - 1 WHERE sequence = 3",
    "transaction 3: is earlier than the one before"
  ),
  (
    "UPDATE wallet_transactions SET counterparty = 'operator:me' WHERE sequence = 1",
    "transaction 1: credits no event that an operator credited"
  ),
  ("DELETE FROM wallet_transactions WHERE sequence = 3", ": sequence is not its last row's"),
  (
    "DELETE FROM wallet_transactions WHERE sequence = 2",
    "transaction 3: is not the next in its wallet"
  ),
  (
    """
    DELETE FROM wallet_transactions WHERE sequence = 3;
    UPDATE wallets SET sequence = 2, balance = 30000,
      head = (SELECT hash FROM wallet_transactions WHERE sequence = 2)
    """, "is PAID, and was not credited"
  ),
  (
    "UPDATE wallet_top_ups SET amount = 1 WHERE amount = 10000", "transaction 1: is not what top-up"
  ),
  (
    "UPDATE wallet_top_ups SET paid_invoice_id = 'inv-9' WHERE amount = 10000",
    "transaction 1: credits no paid top-up"
  ),
  (
    "UPDATE wallet_top_ups SET status = 'FAILED', paid_at = NULL, paid_invoice_id = NULL"
      + " WHERE amount = 10000", "transaction 1: credits no paid top-up"
  ),
  ("DELETE FROM wallet_top_ups WHERE amount = 10000", "transaction 1: credits no paid top-up"),
  ("DELETE FROM users", "foreign_key_check: a row of wallets has lost its parent"),
  (
    "PRAGMA ignore_check_constraints = ON; UPDATE wallets SET currency = 'USD'",
    "integrity_check: CHECK constraint failed in wallets"
  ),
  (
    """
    PRAGMA writable_schema = ON;
    UPDATE sqlite_schema SET sql = replace(sql, '''PENDING''', '''PAID''')
    WHERE name = 'wallet_top_ups_open'
    """, "integrity_check: wrong # of entries in index wallet_top_ups_open"
  ),
]

/// What is done to a payment, a credit from review and an adjustment, and what is found.
private let operatorTamperings = [
  (
    "UPDATE webhook_events SET resolved_by = 'other' WHERE resolution = 'credited'",
    "transaction 2: is not what event 1 says was paid"
  ),
  (
    "UPDATE webhook_events SET amount = 501 WHERE resolution = 'credited'",
    "transaction 2: is not what event 1 says was paid"
  ),
  (
    "UPDATE webhook_events SET reference = 'x' WHERE resolution = 'credited'",
    "transaction 2: is not what event 1 says was paid"
  ),
  (
    "UPDATE webhook_events SET resolution = 'dismissed' WHERE resolution = 'credited'",
    "transaction 2: credits no event that an operator credited"
  ),
  ("DELETE FROM webhook_events", "transaction 2: credits no event that an operator credited"),
  (
    """
    UPDATE webhook_events SET state = 'resolved', resolution = 'credited', resolved_by = 'ana',
      resolved_at = 1, resolution_reason = 'x' WHERE state = 'review'
    """, "event 2: was credited, and no transaction says so"
  ),
  (
    "UPDATE wallet_transactions SET counterparty = 'xendit' WHERE invoice_id = 'inv-2'",
    "transaction 2: credits no paid top-up"
  ),
  (
    "UPDATE wallet_transactions SET description = '' WHERE type = 'ADJUSTMENT'",
    "transaction 3: adjusts without an operator and a reason"
  ),
  (
    "UPDATE wallet_transactions SET reference = 'ADJ-other' WHERE type = 'ADJUSTMENT'",
    "transaction 3: breaks the hash chain"
  ),
  ("UPDATE wallets SET balance = 0, may_be_negative = 0", ": balance is not its last row's"),
]
