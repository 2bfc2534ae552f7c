// The counter where top-ups are made: a real database, a clock that the test holds, and a Xendit
// that answers as scripted.

import Domain
import Foundation
import HTTPClient
import Ledger
import Payments
import Schema
import Service
import Storage
import Support
import XenditAPI

final class Counter: Sendable {
  let xendit = ScriptedXendit()
  let clock = Shared(Int64(1_750_000_000_000))
  /// What was waited for, in milliseconds.
  let waits = Shared<[Int64]>([])
  let service: Service
  let userID: Identifier
  private let directory: TemporaryDirectory
  /// On a server; empty where SQLite is tried.
  private let url: String

  init() throws {
    directory = try TemporaryDirectory()
    let name = "counter_" + UUID().uuidString.lowercased().replacing("-", with: "")
    url = PostgreSQL.isTried ? try PostgreSQL.makeDatabase(name) : ""
    let (clock, waits) = (self.clock, self.waits)
    let world = World(
      now: { Timestamp(microseconds: clock.withLock { $0 } * 1000) },
      monotonicMilliseconds: { clock.withLock { $0 } },
      wait: { milliseconds in
        waits.withLock { $0.append(milliseconds) }
        clock.withLock { $0 += milliseconds }
      },
      randomBytes: { count in (0..<count).map { _ in .random(in: 0...255) } })
    let file = DatabaseLocation.file(directory.path + "/dompet.db")
    let location = ServerURL(url).map { DatabaseLocation.server($0) } ?? file
    let database = try location.open(migrations: Schema.migrations, mode: .service)
    service = Service(
      database: database, world: world,
      log: Log(program: "test", level: .critical, world: world))
    userID = .make(in: world)
    try register(userID)
  }

  deinit {
    if PostgreSQL.isTried { PostgreSQL.removeDatabase(at: url) }
  }

  /// A process that has just been started.
  var reconciliation: Reconciliation { Reconciliation(service, provider) }
  var invoicing: Invoicing { Invoicing(service, provider, simultaneousMax: 4) }

  func topUp(rupiah: Int64 = 50_000, key: String? = nil) throws -> TopUp {
    let key = try key.map { raw throws(Invalid) in try IdempotencyKey(raw) }
    return try invoicing.topUp(
      TopUpRequest(userID: userID, amount: Money(rupiah: rupiah), key: key),
      by: Deadline(milliseconds: 11_000, in: service.world)
    ).topUp
  }

  func find(key: String) throws -> TopUp? {
    let key = try IdempotencyKey(key)
    return try service.database.read { db throws(Refusal) in
      try TopUps.find(key: key, ofUser: userID, in: db)
    }
  }

  func find(_ topUp: TopUp) throws(Refusal) -> TopUp? {
    try service.database.read { db throws(Refusal) in
      try TopUps.find(reference: topUp.reference, in: db)
    }
  }

  /// A report, as a webhook brings it.
  @discardableResult
  func receive(_ event: Event) throws(Refusal) -> Verdict {
    try Settlement.receive(
      ReceivedEvent(body: Array("\(event)".utf8), webhookID: nil, event: event),
      confirmAbove: nil, at: service.world.now(), into: service.database)
  }

  /// What a lost disk does, and nobody else can.
  func forget(_ topUp: TopUp) throws(Refusal) {
    try service.database.write { db throws(Refusal) in
      let unlock: StaticString =
        PostgreSQL.isTried
        ? "ALTER TABLE wallet_top_ups DISABLE TRIGGER USER"
        : "DROP TRIGGER IF EXISTS wallet_top_ups_no_delete"
      try db.execute(unlock, [])
      try db.execute("DELETE FROM wallet_top_ups WHERE id = $1", [.text(topUp.id.text)])
    }
  }

  func balance() throws(Refusal) -> Int64? {
    try service.database.read { db throws(Refusal) in
      try Wallets.find(ofUser: userID, in: db)?.balance.rupiah
    }
  }

  func status(_ topUp: TopUp) throws(Refusal) -> TopUp.Status? {
    try find(topUp)?.status
  }

  /// Why events wait for an operator, oldest first.
  func reviews() throws(Refusal) -> [String] {
    var reasons: [String] = []
    try service.database.read { db throws(Refusal) in
      try Reviews.list(in: db) { reasons.append($0.reason) }
    }
    return reasons
  }

  /// What the audit finds.
  func findings() throws(Refusal) -> [String] {
    var findings: [String] = []
    var audit = Audit(report: { findings.append("\($0)") })
    try service.database.read { db throws(Refusal) in try audit.run(in: db) }
    return findings
  }

  private var provider: Provider {
    let send = xendit.send
    return Provider(
      XenditClient(baseURL: "https://x", secretKey: "k", send: send),
      InvoiceTerms(durationSeconds: 86_400))
  }

  private func register(_ id: Identifier) throws {
    let world = service.world
    let now = world.now()
    let user = try User(
      id: id, email: Email("budi@example.com"), username: Username("budi1"), name: nil,
      role: .user, createdAt: now)
    let wallet = Wallet(id: .make(in: world), balance: .zero, createdAt: now, updatedAt: now)
    try service.database.write { db throws(Refusal) in
      try Users.insert(user, passwordHash: "$argon2id$of-a-test", in: db)
      try Wallets.insert(wallet, of: id, in: db)
    }
  }
}
