// The audit finds whatever somebody changes who can get past the triggers.

import Domain
import Support
import Testing

@testable import Ledger

@Suite("The audit")
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

  @Test("finds every tampering", arguments: tamperings)
  func tampered(sql: String) throws {
    let books = try Books()
    for number in 1...3 {
      _ = try books.payTopUp(rupiah: Int64(number) * 10_000, invoice: "inv-\(number)")
    }
    try tamper(sql, books)
    #expect(try !audit(books).findings.isEmpty)
  }

  @Test("finds every tampering with what an operator did", arguments: operatorTamperings)
  func operatorTampered(sql: String) throws {
    let books = try Books()
    _ = try books.payTopUp(rupiah: 10_000, invoice: "inv-1")
    let event = try books.receiveUnknown(rupiah: 500, invoice: "inv-2")
    _ = try books.resolve(event, as: .credited(to: books.walletID))
    _ = try books.receiveUnknown(rupiah: 500, invoice: "inv-3")
    try books.adjust(rupiah: -20_000, key: "k", overdraft: true)
    #expect(try audit(books).findings == [])
    try tamper(sql, books)
    #expect(try !audit(books).findings.isEmpty)
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

  /// Changes what the triggers protect.
  private func tamper(_ sql: String, _ books: Books) throws {
    let triggers = try books.outside("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
    let drops = triggers.output.split(separator: "\n").map { "DROP TRIGGER \($0);" }
    let result = try books.outside(drops.joined() + sql)
    #expect(result.status == 0, "\(result.errors)")
  }

  private func audit(_ books: Books) throws -> (findings: [String], counts: Audit.Counts) {
    var findings: [String] = []
    var audit = Audit(report: { findings.append("\($0)") })
    try books.database.read { db throws(Refusal) in try audit.run(in: db) }
    return (findings, audit.counts)
  }
}

private let tamperings = [
  "UPDATE wallets SET balance = balance + 1",
  "UPDATE wallets SET sequence = sequence - 1",
  "UPDATE wallets SET head = zeroblob(32)",
  "UPDATE wallet_transactions SET amount = amount + 1 WHERE sequence = 2",
  "UPDATE wallet_transactions SET invoice_id = 'inv-9' WHERE sequence = 2",
  "UPDATE wallet_transactions SET created_at = created_at + 1 WHERE sequence = 3",
  "UPDATE wallet_transactions SET counterparty = 'operator:me' WHERE sequence = 1",
  "DELETE FROM wallet_transactions WHERE sequence = 3",
  "DELETE FROM wallet_transactions WHERE sequence = 2",
  """
  DELETE FROM wallet_transactions WHERE sequence = 3;
  UPDATE wallets SET sequence = 2, balance = 30000,
    head = (SELECT hash FROM wallet_transactions WHERE sequence = 2)
  """,
  "UPDATE wallet_top_ups SET amount = 1 WHERE amount = 10000",
  "UPDATE wallet_top_ups SET status = 'FAILED', paid_at = NULL, paid_invoice_id = NULL"
    + " WHERE amount = 10000",
  "DELETE FROM wallet_top_ups WHERE amount = 10000",
  "DELETE FROM users",
]

private let operatorTamperings = [
  "UPDATE webhook_events SET resolved_by = 'other' WHERE resolution = 'credited'",
  "UPDATE webhook_events SET amount = 501 WHERE resolution = 'credited'",
  "UPDATE webhook_events SET reference = 'x' WHERE resolution = 'credited'",
  "UPDATE webhook_events SET resolution = 'dismissed' WHERE resolution = 'credited'",
  "DELETE FROM webhook_events",
  """
  UPDATE webhook_events SET state = 'resolved', resolution = 'credited', resolved_by = 'ana',
    resolved_at = 1, resolution_reason = 'x' WHERE state = 'review'
  """,
  "UPDATE wallet_transactions SET counterparty = 'xendit' WHERE invoice_id = 'inv-2'",
  "UPDATE wallet_transactions SET description = '' WHERE type = 'ADJUSTMENT'",
  "UPDATE wallet_transactions SET reference = 'ADJ-other' WHERE type = 'ADJUSTMENT'",
  "UPDATE wallets SET balance = 0, may_be_negative = 0",
]
