// Transfers: what moves, what is refused, what a key means, and that no rupiah appears or vanishes.

import Domain
import Support
import Testing

@testable import Ledger

@Suite("A transfer")
struct TransferTests {
  private let books: Books
  private let siti: Person

  init() throws {
    books = try Books()
    siti = try books.addPerson("siti1")
    try books.give(1000, to: books.owner)
  }

  @Test("takes from one wallet what it gives to the other, and each side names the other's wallet")
  func moves() throws {
    let sent = try books.transfer(300, to: "siti1", text: "lunch").transaction
    #expect(sent.balanceAfter.rupiah == 700)
    let rows = try books.outside(
      """
      SELECT type, amount, balance_after, description, counterparty FROM wallet_transactions
      WHERE reference LIKE 'TRF-%' ORDER BY amount
      """)
    #expect(
      rows.output == """
        TRANSFER_OUT|-300|700|lunch|\(siti.wallet)
        TRANSFER_IN|300|300|lunch|\(books.walletID)

        """)
    #expect(try books.findings() == [])
  }

  @Test("keeps what a person wrote out of the hash: without it the chain still holds", aboutSQLite)
  func notHashed() throws {
    try books.transfer(300, to: "siti1", text: "for Siti, Jalan Melati 5")
    try books.tamper("UPDATE wallet_transactions SET description = '' WHERE reference LIKE 'TRF%'")
    #expect(try books.findings() == [])
  }

  @Test(
    "is refused, and leaves nothing behind, not even its key",
    arguments: [
      ("siti1", 1001, Refusal.insufficientFunds),
      ("siti1", 501, .transferRefused(detail: "At most 500 rupiah can be sent at once.")),
      ("budi1", 1, .transferRefused(detail: toOneself)),
      ("nobody1", 1, .transferRefused(detail: toNobody)),
      ("gone1", 1, .transferRefused(detail: toNobody)),
    ] as [(String, Int64, Refusal)])
  func refused(to name: String, rupiah: Int64, refusal: Refusal) throws {
    _ = try books.addPerson("gone1")
    _ = try books.outside("UPDATE users SET is_active = 0 WHERE username = 'gone1'")
    let before = try books.contents()
    let limits = TransferLimits(
      single: Money(rupiah: refusal == .insufficientFunds ? 2000 : 500), daily: Money(rupiah: 9000))
    #expect(throws: refusal) {
      try books.transfer(rupiah, to: name, key: "k", limits: limits)
    }
    #expect(try books.contents() == before)
    #expect(try !books.transfer(1, to: "siti1", key: "k").isReplay)
  }

  @Test("takes the last rupiah, and then nothing more")
  func all() throws {
    try books.transfer(1000, to: "siti1")
    #expect(throws: Refusal.insufficientFunds) { try books.transfer(1, to: "siti1") }
    #expect(try books.balance(of: siti) == 1000)
  }

  @Test("is made once for each key, whatever has become of the recipient")
  func key() throws {
    let first = try books.transfer(300, to: "siti1", key: "k", text: "a")
    _ = try books.outside("UPDATE users SET is_active = 0 WHERE username = 'siti1'")
    let again = try books.transfer(300, to: "siti1", key: "k", text: "a", limits: .nothing)
    #expect(again.isReplay && again.transaction == first.transaction)
    #expect(try books.balance(of: siti) == 300)
  }

  @Test(
    "is another one with another recipient, amount or text: its key is taken",
    arguments: [
      ("citra1", 300, "a"), ("siti1", 301, "a"), ("siti1", 300, "b"), ("siti1", 300, ""),
      ("nobody1", 300, "a"), ("budi1", 300, "a"), ("siti1", 5000, "a"),
    ] as [(String, Int64, String)])
  func otherOrder(to name: String, rupiah: Int64, text: String) throws {
    _ = try books.addPerson("citra1")
    try books.transfer(300, to: "siti1", key: "k", text: "a")
    #expect(throws: Refusal.idempotencyKeyReused) {
      try books.transfer(rupiah, to: name, key: "k", text: text)
    }
  }

  @Test("has a key of its sender's: another sender may use the same")
  func scope() throws {
    try books.transfer(300, to: "siti1", key: "k")
    let back = try books.transfer(300, to: "budi1", from: siti, key: "k")
    #expect(!back.isReplay)
    #expect(try books.balance() == 1000)
  }

  @Test("of one key is made once when 32 ask at once")
  func sameKeyAtOnce() throws {
    let made = Shared(0)
    inThreads(32) { [books] _ in
      if let outcome = try? books.transfer(300, to: "siti1", key: "k"), !outcome.isReplay {
        made.withLock { $0 += 1 }
      }
    }
    #expect(made.withLock { $0 } == 1)
    #expect(try books.balance(of: siti) == 300)
  }

  @Test("counts toward its day in UTC, and the next day begins at midnight")
  func midnight() throws {
    // The books' clock stands at 2025-06-15T15:06:40Z: 32 000 seconds before midnight.
    let limits = TransferLimits(single: Money(rupiah: 100), daily: Money(rupiah: 150))
    for (seconds, rupiah, isMade): (Int64, Int64, Bool) in [
      (0, 100, true), (0, 51, false), (0, 50, true), (31_999, 1, false), (32_000, 100, true),
      (32_001, 51, false), (32_001, 50, true), (118_399, 1, false), (118_400, 1, true),
    ] {
      books.setClock(seconds: seconds)
      let outcome = try? books.transfer(rupiah, to: "siti1", limits: limits)
      #expect((outcome != nil) == isMade, "\(rupiah) after \(seconds) s")
    }
    #expect(try books.findings() == [])
  }

  @Test("counts toward the day of the wallet when the clock is set back over midnight")
  func clockSetBack() throws {
    let limits = TransferLimits(single: Money(rupiah: 100), daily: Money(rupiah: 100))
    books.setClock(seconds: 32_000)
    try books.transfer(100, to: "siti1", limits: limits)
    books.setClock(seconds: 0)
    #expect(throws: Refusal.self) { try books.transfer(1, to: "siti1", limits: limits) }
  }
}

private let toOneself = "The money would go to the wallet that it comes from."
private let toNobody = "Nobody of this name can receive money."

extension TransferLimits {
  fileprivate static let nothing = TransferLimits(single: .zero, daily: .zero)
}

@Suite("Transfers at random")
struct RandomTransferTests {
  @Test("by many at once conserve the sum, and the audit finds nothing")
  func conserved() throws {
    let books = try Books()
    let people = try (1...5).map { try books.addPerson("person\($0)", rupiah: 1000) }
    let outcomes = Shared((made: 0, refused: 0, other: 0))
    let count = 60 * Scale.factor
    inThreads(16) { _ in
      for _ in 0..<count {
        let (from, to) = (people.randomElement() ?? books.owner, people.randomElement())
        let outcome = Result {
          try books.transfer(.random(in: 1...900), to: to?.name ?? "", from: from)
        }
        outcomes.withLock {
          switch outcome {
          case .success: $0.made += 1
          case .failure(Refusal.insufficientFunds), .failure(Refusal.transferRefused):
            $0.refused += 1
          case .failure: $0.other += 1
          }
        }
      }
    }
    let counted = outcomes.withLock { $0 }
    #expect(counted.other == 0 && counted.made > 0 && counted.refused > 0, "\(counted)")
    let balances = try people.map { try books.balance(of: $0) ?? -1 }
    #expect(balances.reduce(0, +) == 5000)
    #expect(balances.allSatisfy { $0 >= 0 })
    #expect(try books.findings() == [])
    let rows = try books.outside("SELECT count(*) FROM transfers").output
    #expect(rows == "\(counted.made)\n")
  }
}
