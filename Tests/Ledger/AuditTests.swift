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
    let triggers = try books.outside("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
    let drops = triggers.output.split(separator: "\n").map { "DROP TRIGGER \($0);" }
    let result = try books.outside(drops.joined() + sql)
    #expect(result.status == 0, "\(result.errors)")
    #expect(try !audit(books).findings.isEmpty)
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
