// Balances, sequences and the hash chain.

import Crypto
import Domain
import Foundation
import Support
import Testing

@testable import Ledger

@Suite("A wallet's chain")
struct ChainTests {
  @Test("has each row's hash over the row before and the row's facts, as documented", aboutSQLite)
  func hashes() throws {
    let books = try Books()
    try books.post(rupiah: 50_000, invoice: "inv-1")
    try books.post(rupiah: 20_000, invoice: "inv\"2")
    let rows = try books.outside(
      """
      SELECT json_array(wallet_id, sequence, type, amount, balance_after, reference, invoice_id,
        counterparty, created_at), lower(hex(hash)) FROM wallet_transactions ORDER BY sequence
      """
    ).output.split(separator: "\n")
    #expect(rows.count == 2)
    var head = [UInt8](repeating: 0, count: 32)
    for row in rows {
      let fields = row.split(separator: "|")
      head = SHA256.hash(head + Array(fields[0].utf8))
      #expect(Hex.encode(head) == fields[1])
    }
    let stored = try books.outside("SELECT lower(hex(head)), sequence, balance FROM wallets")
    #expect(stored.output == "\(Hex.encode(head))|2|70000\n")
  }

  @Test("never goes back in time, whatever the clock does")
  func clockGoesBack() throws {
    let books = try Books()
    books.setClock(seconds: 100)
    try books.post(rupiah: 1, invoice: "inv-1")
    books.setClock(seconds: -86_400)
    try books.post(rupiah: 1, invoice: "inv-2")
    let times = try books.outside(
      "SELECT created_at FROM wallet_transactions ORDER BY sequence"
    ).output.split(separator: "\n").compactMap { Int64($0) }
    #expect(times.count == 2 && times[0] == times[1])
  }

  @Test("refuses to fall below zero, and leaves nothing behind")
  func belowZero() throws {
    let books = try Books()
    try books.post(rupiah: 10, invoice: "inv-1")
    #expect(throws: Refusal.insufficientFunds) { try books.post(rupiah: -11, invoice: "inv-2") }
    #expect(try books.balance() == 10)
    try books.post(rupiah: -10, invoice: "inv-3")
    #expect(try books.balance() == 0)
  }

  @Test("refuses what cannot be counted instead of trapping")
  func overflow() throws {
    let books = try Books()
    try books.post(rupiah: .max, invoice: "inv-1")
    #expect(throws: Refusal.self) { try books.post(rupiah: 1, invoice: "inv-2") }
    #expect(throws: Refusal.self) { try books.post(rupiah: .min, invoice: "inv-3") }
    #expect(try books.balance() == .max)
  }

  @Test("takes an invoice once")
  func sameInvoice() throws {
    let books = try Books()
    try books.post(rupiah: 10, invoice: "inv-1")
    #expect(throws: Refusal.self) { try books.post(rupiah: 10, invoice: "inv-1") }
    #expect(try books.balance() == 10)
  }

  @Test("holds under 32 threads: the sum of what succeeded, no hole, no repetition")
  func concurrency() async throws {
    let books = try Books()
    await withTaskGroup(of: Void.self) { group in
      for thread in 0..<32 {
        group.addTask {
          for number in 0..<10 * Scale.factor {
            try? books.post(rupiah: 7, invoice: "inv-\(thread)-\(number)")
          }
        }
      }
    }
    #expect(try books.balance() == 320 * 7 * Int64(Scale.factor))
    let counted = try books.outside(
      "SELECT count(*), max(sequence), count(DISTINCT invoice_id) FROM wallet_transactions")
    let count = 320 * Scale.factor
    #expect(counted.output == "\(count)|\(count)|\(count)\n")
  }
}
