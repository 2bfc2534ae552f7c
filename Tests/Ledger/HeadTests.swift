// Heads that were printed earlier: a chain may have grown since, nothing else.

import Domain
import Support
import Testing

@testable import Ledger

@Suite("An earlier head", aboutSQLite)
struct HeadTests {
  @Test("is read as it was printed")
  func line() throws {
    let books = try Books()
    _ = try books.payTopUp(rupiah: 10_000, invoice: "inv-1")
    let head = try #require(try heads(of: books).first)
    #expect(try Head(line: head.line) == head)
    #expect(head.line.hasPrefix("\(books.walletID) 1 "))
  }

  @Test("agrees with the chain that ends there, and with one that has grown")
  func grown() throws {
    let books = try Books()
    for number in 1...3 {
      let head = try #require(try heads(of: books).first)
      _ = try books.payTopUp(rupiah: 10_000, invoice: "inv-\(number)")
      #expect(try compare(head, with: books) == [])
    }
  }

  @Test("tells of a chain that was cut, though nothing else shows it")
  func cut() throws {
    let books = try Books()
    _ = try books.payTopUp(rupiah: 10_000, invoice: "inv-1")
    let second = try books.payTopUp(rupiah: 20_000, invoice: "inv-2")
    let head = try #require(try heads(of: books).first)
    try books.tamper(
      """
      DELETE FROM wallet_transactions WHERE sequence = 2;
      DELETE FROM wallet_top_ups WHERE reference = '\(second.reference.text)';
      UPDATE wallets SET sequence = 1, balance = 10000,
        head = (SELECT hash FROM wallet_transactions WHERE sequence = 1)
      """)
    #expect(try books.findings() == [])
    let place = "wallet \(books.walletID), transaction 2"
    #expect(
      try compare(head, with: books) == ["\(place): was printed, and the wallet ends before it"])
  }

  @Test("tells of a history that was written anew, though nothing else shows it")
  func rewritten() throws {
    let books = try Books()
    _ = try books.payTopUp(rupiah: 10_000, invoice: "inv-1")
    let head = try #require(try heads(of: books).first)
    try books.tamper(
      """
      DELETE FROM wallet_transactions; DELETE FROM wallet_top_ups;
      UPDATE wallets SET sequence = 0, balance = 0, head = zeroblob(32)
      """)
    _ = try books.payTopUp(rupiah: 90_000, invoice: "inv-9")
    #expect(try books.findings() == [])
    let place = "wallet \(books.walletID), transaction 1"
    #expect(try compare(head, with: books) == ["\(place): was printed with another hash"])
  }

  @Test("tells of a wallet that is gone", arguments: [true, false])
  func gone(isEmpty: Bool) throws {
    let books = try Books()
    if !isEmpty { _ = try books.payTopUp(rupiah: 10_000, invoice: "inv-1") }
    let head = try #require(try heads(of: books).first)
    let place = "wallet \(books.walletID), transaction \(isEmpty ? 0 : 1)"
    try books.tamper(
      "DELETE FROM wallet_transactions; DELETE FROM wallet_top_ups; DELETE FROM wallets")
    #expect(try books.findings() == [])
    #expect(
      try compare(head, with: books)
        == ["\(place): was printed, and there is no such wallet any more"])
  }

  @Test("is nothing but what was printed", arguments: badLines)
  func malformed(line: String) {
    #expect(throws: Invalid.self) { try Head(line: line) }
  }

  private func heads(of books: Books) throws -> [Head] {
    var heads: [Head] = []
    var audit = Audit(report: { _ in }, head: { heads.append($0) })
    try books.database.read { db throws(Refusal) in try audit.run(in: db) }
    return heads
  }

  private func compare(_ head: Head, with books: Books) throws -> [String] {
    var findings: [String] = []
    var audit = Audit(report: { findings.append("\($0)") })
    try books.database.read { db throws(Refusal) in try audit.compare(with: head, in: db) }
    return findings
  }
}

private let wallet = "01a204a6-8ffb-74f5-8b96-cf2cf71a7759"
private let hash = String(repeating: "a", count: 64)

private let badLines = [
  "", " ", wallet, "\(wallet) 1", "\(wallet) 1 ", "\(wallet)  1 \(hash)", " \(wallet) 1 \(hash)",
  "\(wallet) 1 \(hash) ", "\(wallet) 1 \(hash)\r", "\(wallet)\t1\t\(hash)",
  "\(wallet.uppercased()) 1 \(hash)", "\(wallet.dropLast()) 1 \(hash)", "\(wallet) -1 \(hash)",
  "\(wallet) +1 \(hash)", "\(wallet) 01 \(hash)", "\(wallet) 1.0 \(hash)", "\(wallet) x \(hash)",
  "\(wallet) 9223372036854775808 \(hash)", "\(wallet) 1 \(hash.dropLast())",
  "\(wallet) 1 \(hash.dropLast(2))", "\(wallet) 1 \(hash)aa", "\(wallet) 1 \(hash.uppercased())",
  "\(wallet) 1 \(hash.dropLast())g", "end 1", "\(wallet) \u{661} \(hash)",
]
