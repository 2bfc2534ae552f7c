// Moving house: what lay in one store lies in the other, row by row, and its rules held meanwhile.

import Domain
import Foundation
import Schema
import Storage
import Support
import Testing

@testable import Ledger

@Suite("Moving house")
struct MovingTests {
  private let books: Books
  private let target: any Database

  /// A little of everything that can lie in a ledger.
  init() throws {
    books = try Books()
    _ = try books.addPerson("siti1")
    try books.give(1000, to: books.owner)
    try books.transfer(300, to: "siti1", text: "lunch")
    try books.transfer(200, to: "siti1", text: "")
    _ = try books.payTopUp(rupiah: 50_000, invoice: "inv-1")
    _ = try books.makeTopUp(key: "a-key")
    _ = try books.adjust(rupiah: 700, key: "k")
    let (known, other) = (try books.receiveUnknown(), try books.receiveUnknown(invoice: "inv-v"))
    _ = try books.resolve(known, as: .credited(to: books.walletID))
    _ = try books.resolve(other, as: .dismissed)
    _ = try books.receive(nil, body: "{")
    target = try MovingTests.location(in: books.directory)
      .open(migrations: Schema.migrations, mode: .service)
  }

  /// Of the other engine, where there is a server.
  private static func location(in directory: TemporaryDirectory) throws -> DatabaseLocation {
    let file = DatabaseLocation.file(directory.path + "/target.db")
    guard ServerURL.isSupported, PostgreSQL.hasServer, !PostgreSQL.isTried else { return file }
    let name = "target_" + UUID().uuidString.lowercased().replacing("-", with: "")
    return ServerURL(try PostgreSQL.makeDatabase(name)).map { .server($0) } ?? file
  }

  @Test("takes every row along, and the ledger still holds")
  func whole() throws {
    try move()
    for table in Moving.tables {
      let (old, new) = (try rows(of: table, in: books.database), try rows(of: table, in: target))
      #expect(old == new, "\(table.name)")
    }
    var findings: [String] = []
    var audit = Audit(report: { findings.append($0.description) })
    try target.read { db throws(Refusal) in try audit.run(in: db) }
    #expect(findings == [])
    #expect(audit.counts.transfers == 2 && audit.counts.eventsCredited == 1)
  }

  @Test("is noticed to be stale when the old store was written to meanwhile")
  func stale() throws {
    try move()
    #expect(try different() == [])
    _ = try books.outside("UPDATE wallet_top_ups SET looked_at = 1 WHERE status = 'PENDING'")
    #expect(try different() == ["wallet_top_ups"])
  }

  @Test("leaves out no table that the schema has", aboutSQLite)
  func tables() throws {
    let names = try books.database.read { db throws(Refusal) in
      try db.query("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name", []) {
        row throws(Refusal) in try row.text(0)
      }
    }
    #expect(Set(names) == Set(Moving.tables.map(\.name) + ["schema_migrations"]))
  }

  @Test("goes on numbering where the other store stopped")
  func numbering() throws {
    try move()
    let received = ReceivedEvent(body: Array("[".utf8), webhookID: nil, event: nil)
    _ = try Settlement.receive(received, confirmAbove: nil, at: books.now, into: target)
    let ids = try rows(of: Moving.events, in: target).map { $0[0] }
    #expect(ids.count == Set(ids.map { "\($0)" }).count)
    #expect(ids.count == (try rows(of: Moving.events, in: books.database).count) + 1)
  }

  @Test("knows an empty store from one that was used")
  func empty() throws {
    #expect(try target.read { db throws(Refusal) in try Moving.isEmpty(db) })
    #expect(try !books.database.read { db throws(Refusal) in try Moving.isEmpty(db) })
  }

  private func move() throws {
    try books.database.read { db throws(Refusal) in
      for table in Moving.tables { try table.copy(from: db, to: target) { _ in } }
    }
  }

  /// The tables whose digests differ.
  private func different() throws -> [String] {
    try Moving.tables.filter { table in
      let old = try books.database.read { db throws(Refusal) in try table.digest(in: db) }
      return try old != target.read { db throws(Refusal) in try table.digest(in: db) }
    }.map(\.name)
  }

  private func rows(of table: MovedTable, in database: any Database) throws -> [[Value]] {
    try database.read { db throws(Refusal) in
      try db.query(table.select, []) { row throws(Refusal) in try table.values(of: row) }
    }
  }
}
