// A ledger to try things on: a real database file, a clock that the test holds, one user.

import Domain
import Foundation
import Schema
import Storage
import Support
import Synchronization
import Testing

@testable import Ledger

/// For what speaks SQLite's own language, or does to a file what a server lets nobody do.
let aboutSQLite: ConditionTrait = .enabled(if: !PostgreSQL.isTried, "it is about SQLite")

/// A user with an empty wallet, in a database of its own.
final class Books: Sendable {
  let directory: TemporaryDirectory
  let database: any Database
  /// On a server.
  private let url: String
  let user: User
  let walletID: Identifier
  private let clock = Mutex(Timestamp(microseconds: 1_750_000_000_000_000))

  init() throws {
    directory = try TemporaryDirectory()
    url = try Books.makeServerDatabase()
    let file = DatabaseLocation.file(directory.path + "/dompet.db")
    let location = ServerURL(url).map { DatabaseLocation.server($0) } ?? file
    database = try location.open(migrations: Schema.migrations, mode: .service)
    let now = Timestamp(microseconds: 1_750_000_000_000_000)
    let world = World.test { now }
    let user = try User(
      id: .make(in: world), email: Email("budi@example.com"), username: Username("budi1"),
      name: nil, role: .user, createdAt: now)
    let wallet = Wallet(id: .make(in: world), balance: .zero, createdAt: now, updatedAt: now)
    try database.write { db throws(Refusal) in
      try Users.insert(user, passwordHash: "$argon2id$of-a-test", in: db)
      try Wallets.insert(wallet, of: user.id, in: db)
    }
    self.user = user
    walletID = wallet.id
  }

  /// - Returns: its URL; empty where SQLite is tried.
  private static func makeServerDatabase() throws -> String {
    guard PostgreSQL.isTried else { return "" }
    let name = "books_" + UUID().uuidString.lowercased().replacing("-", with: "")
    return try PostgreSQL.makeDatabase(name)
  }

  var path: String { directory.path + "/dompet.db" }

  /// The clock moves only when a test says so.
  var now: Timestamp { clock.withLock { $0 } }

  func setClock(seconds: Int64) {
    clock.withLock { $0 = Timestamp(microseconds: 1_750_000_000_000_000).adding(seconds: seconds) }
  }

  var world: World {
    .test { self.now }
  }

  /// Writes, at the clock's time.
  @discardableResult
  func write<T: Sendable>(
    _ body: @escaping @Sendable (any Connection, Timestamp) throws(Refusal) -> T
  ) throws(Refusal) -> T {
    let moment = now
    return try database.write { db throws(Refusal) in try body(db, moment) }
  }

  func balance() throws(Refusal) -> Int64? {
    try database.read { db throws(Refusal) in
      try Wallets.find(ofUser: user.id, in: db)?.balance.rupiah
    }
  }

  /// A PENDING top-up, without an invoice.
  func makeTopUp(rupiah: Int64 = 50_000, key: String? = nil) throws -> TopUp {
    let topUp = TopUp(
      id: .make(in: world), userID: user.id, walletID: walletID, reference: .make(in: world),
      amount: Money(rupiah: rupiah), status: .pending, invoice: nil, leaseUntil: nil, createdAt: now
    )
    let idempotencyKey = try key.map { raw throws(Invalid) in try IdempotencyKey(raw) }
    try database.write { db throws(Refusal) in
      try TopUps.insert(topUp, key: idempotencyKey, in: db)
    }
    return topUp
  }

  /// A top-up, and its payment as the provider reports it.
  func payTopUp(rupiah: Int64, invoice: String) throws -> TopUp {
    let topUp = try makeTopUp(rupiah: rupiah)
    let event = Event(
      invoiceID: invoice, reference: topUp.reference.text, status: "PAID", amount: topUp.amount,
      currency: "IDR")
    let moment = now
    let verdict = try database.write { db throws(Refusal) in
      try Settlement.settle(event, at: moment, in: db)
    }
    guard verdict == .credited else { throw Refusal.broken(evidence: "\(verdict)") }
    return topUp
  }

  func find(_ topUp: TopUp) throws(Refusal) -> TopUp? {
    try database.read { db throws(Refusal) in
      try TopUps.find(reference: topUp.reference, in: db)
    }
  }

  func post(rupiah: Int64, invoice: String) throws(Refusal) {
    let moment = now
    let walletID = walletID
    try database.write { db throws(Refusal) in
      let posting = Posting(
        kind: .topUp, amount: Money(rupiah: rupiah), description: "a test", reference: nil,
        invoiceID: invoice, counterparty: "xendit")
      try Wallets.post(posting, to: walletID, at: moment, in: db)
    }
  }

  /// Runs SQL from outside, as somebody does who opens the file with SQLite's shell.
  func outside(_ sql: String) throws -> CommandResult {
    guard PostgreSQL.isTried else {
      return try runCommand("sqlite3", ["-bail", "-cmd", ".timeout 20000", path, sql])
    }
    return try PostgreSQL.ask(sql, at: url)
  }

  /// All that can be lost, as text.
  func contents() throws -> String {
    try outside(".dump wallets wallet_transactions wallet_top_ups webhook_events transfers").output
  }
}

extension World {
  /// Its dice are real.
  static func test(now: @escaping @Sendable () -> Timestamp) -> World {
    World(
      now: now, monotonicMilliseconds: { 0 }, wait: { _ in },
      randomBytes: { count in (0..<count).map { _ in UInt8.random(in: 0...255) } })
  }
}
