// Corrections by an operator: at most once, never below zero unless that was allowed.

import Domain
import Support
import Testing

@testable import Ledger

@Suite("An operator's adjustment")
struct AdjustmentTests {
  @Test("is a row with the operator's name and reason")
  func adjust() throws {
    let books = try Books()
    let outcome = try books.adjust(rupiah: 700)
    #expect(!outcome.isReplay && outcome.transaction.balanceAfter == Money(rupiah: 700))
    #expect(outcome.transaction.id.text == "\(books.walletID)-1")
    let row = try books.outside(
      "SELECT type, amount, description, reference, counterparty FROM wallet_transactions")
    #expect(row.output == "ADJUSTMENT|700|the payer called||operator:ana\n")
    #expect(try books.findings() == [])
  }

  @Test("is made once for each key")
  func key() throws {
    let books = try Books()
    let first = try books.adjust(rupiah: 700, key: "k")
    let again = try books.adjust(rupiah: 700, key: "k")
    #expect(again.isReplay && again.transaction == first.transaction)
    #expect(throws: Refusal.idempotencyKeyReused) { try books.adjust(rupiah: 701, key: "k") }
    #expect(try books.balance() == 700)
    _ = try books.adjust(rupiah: 1, key: "other")
    #expect(try books.balance() == 701)
  }

  @Test("is made once when 32 ask with one key at once")
  func concurrency() throws {
    let books = try Books()
    let made = Shared(0)
    inThreads(32) { _ in
      if let outcome = try? books.adjust(rupiah: 700, key: "k"), !outcome.isReplay {
        made.withLock { $0 += 1 }
      }
    }
    #expect(made.withLock { $0 } == 1)
    #expect(try books.balance() == 700)
  }

  @Test("may not lead below zero unless that is allowed, and then the row says so")
  func overdraft() throws {
    let books = try Books()
    try books.adjust(rupiah: 100)
    #expect(throws: Refusal.insufficientFunds) { try books.adjust(rupiah: -101) }
    try books.adjust(rupiah: -101, overdraft: true)
    #expect(try books.balance() == -1)
    let row = "SELECT description FROM wallet_transactions WHERE sequence = 2"
    #expect(try books.outside(row).output == "the payer called (may fall below zero)\n")
    #expect(throws: Refusal.insufficientFunds) { try books.adjust(rupiah: -1) }
    #expect(try books.findings() == [])
  }

  @Test("leaves the permission no longer than the balance is below zero")
  func permissionEnds() throws {
    let books = try Books()
    let permission = "SELECT may_be_negative FROM wallets"
    try books.adjust(rupiah: -100, overdraft: true)
    #expect(try books.outside(permission).output == "1\n")
    _ = try books.payTopUp(rupiah: 60, invoice: "inv-1")
    #expect(try books.balance() == -40)
    #expect(try books.outside(permission).output == "1\n")
    _ = try books.payTopUp(rupiah: 40, invoice: "inv-2")
    #expect(try books.outside(permission).output == "0\n")
    #expect(throws: Refusal.insufficientFunds) { try books.adjust(rupiah: -1) }
    #expect(try books.findings() == [])
  }

  @Test("is refused where it changes nothing or cannot be counted")
  func bounds() throws {
    let books = try Books()
    #expect(throws: Refusal.self) { try books.adjust(rupiah: 0) }
    try books.adjust(rupiah: .max)
    #expect(throws: Refusal.self) { try books.adjust(rupiah: 1) }
    try books.adjust(rupiah: -.max)
    try books.adjust(rupiah: .min, overdraft: true)
    #expect(throws: Refusal.self) { try books.reverse(3) }
    #expect(throws: Refusal.self) { try books.adjust(rupiah: -1, overdraft: true) }
    #expect(try books.balance() == .min)
    #expect(try books.findings() == [])
  }

  @Test("reverses a transaction once, with a row that names it")
  func reverse() throws {
    let books = try Books()
    _ = try books.payTopUp(rupiah: 50_000, invoice: "inv-1")
    let outcome = try books.reverse(1)
    #expect(!outcome.isReplay && outcome.transaction.posting.amount == Money(rupiah: -50_000))
    #expect(outcome.transaction.posting.reference == "REV-\(books.walletID)-1")
    #expect(try books.reverse(1).isReplay)
    #expect(try books.balance() == 0)
    #expect(try books.findings() == [])
    #expect(try !books.reverse(2).isReplay)
    #expect(try books.balance() == 50_000)
  }

  @Test("reverses what has been spent only if the balance may fall below zero")
  func reverseSpent() throws {
    let books = try Books()
    _ = try books.payTopUp(rupiah: 50_000, invoice: "inv-1")
    try books.adjust(rupiah: -50_000)
    #expect(throws: Refusal.insufficientFunds) { try books.reverse(1) }
    #expect(try books.reverse(1, overdraft: true).transaction.balanceAfter.rupiah == -50_000)
  }

  @Test("reverses neither what does not exist nor one side of a transfer")
  func notReversible() throws {
    let books = try Books()
    #expect(throws: Refusal.notFound) { try books.reverse(1) }
    let (moment, wallet) = (books.now, books.walletID)
    try books.database.write { db throws(Refusal) in
      let posting = Posting(
        kind: .transferIn, amount: Money(rupiah: 5), description: "a test", reference: "TRF-1",
        invoiceID: nil, counterparty: "another")
      try Wallets.post(posting, to: wallet, at: moment, in: db)
    }
    #expect(throws: Refusal.self) { try books.reverse(1) }
    #expect(try books.balance() == 5)
  }
}
