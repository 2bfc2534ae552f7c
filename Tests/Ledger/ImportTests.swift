// Users from elsewhere come once, with one opening balance.

import Domain
import Storage
import Support
import Testing

@testable import Ledger

@Suite("An import")
struct ImportTests {
  private let books: Books

  init() throws {
    books = try Books()
  }

  @Test("makes user, wallet and opening balance, and makes them once")
  func once() throws {
    #expect(try !isDone(newcomer()))
    #expect(try add(newcomer()))
    #expect(try !add(newcomer()) && isDone(newcomer()))
    let rows = try books.outside(
      """
      SELECT u.email, u.name, u.password_hash, u.role, u.is_active, u.created_at, w.balance,
        w.created_at, t.reference, t.counterparty, t.description, t.created_at
      FROM users AS u JOIN wallets AS w ON w.user_id = u.id
        JOIN wallet_transactions AS t ON t.wallet_id = w.id
      """)
    #expect(
      rows.output == "siti@example.com|Siti|$2b$x|ADMIN|0|1000000|70000|1000000"
        + "|ADJ-opening-balance|operator:ana|the payer called|1750000000000000\n")
    #expect(try books.outside("SELECT what, operator FROM operator_acts").output == "import|ana\n")
    #expect(try books.findings() == [])
  }

  @Test("of an empty wallet posts nothing")
  func empty() throws {
    #expect(try add(newcomer(balance: 0)))
    #expect(try !add(newcomer(balance: 0)))
    #expect(try books.outside("SELECT count(*) FROM wallet_transactions").output == "0\n")
    #expect(try books.findings() == [])
  }

  @Test("does not mind what has changed since: name, password, role, whether they may log in")
  func livedOn() throws {
    #expect(try add(newcomer()))
    let change =
      "UPDATE users SET name = 'S', password_hash = '$argon2id$', role = 'USER', is_active = 1"
    #expect(try books.outside(change).status == 0)
    #expect(try isDone(newcomer()) && !add(newcomer()))
  }

  @Test("is refused where somebody else is there")
  func conflicts() throws {
    #expect(try add(newcomer()))
    for (other, reason) in [
      (try newcomer(email: "other@example.com"), "another e-mail address"),
      (try newcomer(username: "other"), "another user has this e-mail address"),
      (try newcomer(balance: 69_999), "another balance"), (try newcomer(balance: 0), "balance"),
      (try newcomer(createdAt: 2_000_000), "created_at"),
      (try newcomer(email: "budi@example.com", username: "budi1"), "did not come by an import"),
      (try newcomer(email: "budi@example.com"), "e-mail address"),
    ] {
      do {
        _ = try add(other)
        Issue.record("\(reason) was not refused")
      } catch Refusal.conflict(let detail) {
        #expect(detail.contains(reason))
      }
    }
    #expect(try books.outside("SELECT count(*) FROM users").output == "2\n")
    #expect(try books.findings() == [])
  }

  @Test("does not bring back a user who was erased since, nor the money")
  func erased() throws {
    #expect(try add(newcomer()) && add(newcomer(email: "b@c.d", username: "other", balance: 0)))
    let decision = try books.decision()
    for name in ["siti.aminah", "other"] {
      try books.write { db, now throws(Refusal) in
        guard let user = try People.find(nameOrID: name, in: db) else { throw .notFound }
        guard try Erasure.erase(user.id, decision, at: now, in: db) else { throw .notFound }
      }
    }
    for again in [
      try newcomer(), try newcomer(email: "b@c.d", username: "other", balance: 0),
    ] {
      #expect(throws: Refusal.self) { try add(again) }
      #expect(throws: Refusal.self) { try isDone(again) }
    }
    #expect(try add(newcomer(createdAt: 2_000_000)), "somebody else, under a name that is free")
    #expect(try books.findings() == [])
  }

  private func newcomer(
    email: String = "siti@example.com", username: String = "siti.aminah", balance: Int64 = 70_000,
    createdAt: Int64 = 1_000_000
  ) throws -> Newcomer {
    Newcomer(
      email: try Email(email), username: try Username(username), name: try PersonName.parse("Siti"),
      passwordHash: "$2b$x", role: .admin, isActive: false, balance: Money(rupiah: balance),
      createdAt: Timestamp(microseconds: createdAt))
  }

  private func add(_ newcomer: Newcomer) throws -> Bool {
    let decision = try books.decision()
    let (user, wallet) = (Identifier.make(in: books.world), Identifier.make(in: books.world))
    return try books.write { db, now throws(Refusal) in
      try Imports.add(newcomer, as: user, wallet: wallet, decision, at: now, in: db)
    }
  }

  private func isDone(_ newcomer: Newcomer) throws -> Bool {
    try books.database.read { db throws(Refusal) in try Imports.isDone(newcomer, in: db) }
  }
}
