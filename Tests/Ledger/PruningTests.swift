// What is removed when it is old, and what stays for ever.

import Domain
import Storage
import Support
import Testing

@testable import Ledger

@Suite("Pruning", aboutSQLite)
struct PruningTests {
  private static let day: Int64 = 86_400
  private let books: Books

  init() throws {
    books = try Books()
  }

  @Test("removes sessions and tokens 90 days after they ended or ran out, slice by slice")
  func ended() throws {
    for age in [89, 90, 91] as [Int64] {
      let end = books.now.adding(seconds: -age * Self.day).microseconds
      let later = books.now.adding(seconds: Self.day).microseconds
      for (table, columns, values) in [
        (
          "sessions", "id, family_digest, refresh_digests, last_used_at",
          "lower(hex(randomblob(16))), randomblob(32), x'', 1"
        ),
        ("password_resets", "digest, made_by, reason", "randomblob(32), 'ana', 'x'"),
      ] {
        for (expires, ended) in [(end, "NULL"), (later, "\(end)"), (end, "\(later)")] {
          let isLive = ended == "NULL" && table == "password_resets"
          let sql = """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400)
            INSERT INTO \(table) (\(columns), user_id, created_at, expires_at, ended_at)
            SELECT \(values), '\(books.user.id)', 1, \(expires), \(isLive ? "\(end)" : ended) FROM n
            """
          #expect(try books.outside(sql).status == 0)
        }
      }
    }
    #expect(try sessions() == 1200 && tokens() == 1200)
    for table in ["sessions", "password_resets"] {
      #expect(try books.outside("SELECT count(*) FROM \(table)").output == "2400\n")
    }
    #expect(try sessions() == 0)
  }

  @Test("empties the bodies of events that were decided 400 days ago, and nothing else of them")
  func bodies() throws {
    books.setClock(seconds: -800 * Self.day)
    let foreign = event("order-1", invoice: "inv-0")
    #expect(try books.receive(foreign, body: "of another business") == .foreign)
    let waiting = try books.receiveUnknown(invoice: "inv-1")
    let credited = try books.receiveUnknown(invoice: "inv-2")
    #expect(try books.resolve(credited, as: .credited(to: books.walletID)))
    let late = try books.receiveUnknown(invoice: "inv-3")
    books.setClock(seconds: -399 * Self.day)
    #expect(try books.resolve(late, as: .dismissed))
    let young = try books.receiveUnknown(invoice: "inv-4")
    #expect(try books.resolve(young, as: .dismissed))
    books.setClock(seconds: 0)
    let columns = "id, hex(digest), state, reason, invoice_id, amount, resolution_reason"
    let before = try books.outside("SELECT \(columns) FROM webhook_events").output
    #expect(try prunedBodies() == 2)
    #expect(try prunedBodies() == 0)
    #expect(try books.outside("SELECT \(columns) FROM webhook_events").output == before)
    let emptied = try books.outside("SELECT id FROM webhook_events WHERE length(body) = 0").output
    #expect(emptied == "1\n\(credited)\n" && waiting != credited)
    #expect(try books.receive(foreign, body: "of another business") == .foreign)
    #expect(throws: Refusal.self) { try books.resolve(credited, as: .dismissed) }
    #expect(try !books.resolve(credited, as: .credited(to: books.walletID)))
    let (findings, counts) = try audit()
    #expect(findings == [])
    #expect(counts.events == 5 && counts.eventsEmptied == 2 && counts.eventsInReview == 1)
  }

  @Test("looks at more events than one slice, and stops at young ones")
  func slices() throws {
    let old = books.now.adding(seconds: -401 * Self.day).microseconds
    let sql = """
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1100)
      INSERT INTO webhook_events (digest, body, state, received_at)
      SELECT randomblob(32), x'00', 'settled', \(old) + (i > 1050) * 86400000000 FROM n
      """
    #expect(try books.outside(sql).status == 0)
    #expect(try prunedBodies() == 1050)
  }

  @Test("is the only way in which an event changes, whoever opens the file", arguments: attacks)
  func attack(sql: String, reason: String) throws {
    books.setClock(seconds: -800 * Self.day)
    _ = try books.receiveUnknown(invoice: "inv-1")
    #expect(try books.resolve(1, as: .credited(to: books.walletID)))
    _ = try books.receiveUnknown(invoice: "inv-2")
    books.setClock(seconds: 0)
    let event = event("order-1", invoice: "inv-3")
    #expect(try books.receive(event, body: "of another business") == .foreign)
    let now = "(unixepoch() * 1000000)"
    let young =
      "INSERT INTO webhook_events (digest, body, state, received_at) "
      + "VALUES (randomblob(32), x'01', 'settled', \(now))"
    #expect(try books.outside(young).status == 0)
    let result = try books.outside("UPDATE webhook_events SET \(sql)")
    #expect(result.status != 0 && result.errors.contains(reason), "\(result.errors)")
  }

  @Test("shows the audit a body that is not what was received, and tells it from an emptied one")
  func tampered() throws {
    #expect(try books.receive(event("order-1", invoice: "i"), body: "one") == .foreign)
    _ = try books.receiveUnknown(invoice: "inv-2")
    #expect(try books.receive(nil, body: "") == .review(.unreadable))
    #expect(try audit().findings == [])
    try books.tamper("UPDATE webhook_events SET body = x'' WHERE id = 1")
    #expect(try audit().findings == [])
    try books.tamper("UPDATE webhook_events SET body = x'' WHERE id = 2")
    #expect(try audit().findings == ["event 2: its body is not what was received"])
    try books.tamper("UPDATE webhook_events SET body = x'00' WHERE id = 1")
    #expect(try audit().findings.count == 2)
  }

  private func event(_ reference: String, invoice: String) -> Event {
    Event(
      invoiceID: invoice, reference: reference, status: "PAID", amount: Money(rupiah: 1),
      currency: "IDR")
  }

  private func audit() throws -> (findings: [String], counts: Audit.Counts) {
    var findings: [String] = []
    var audit = Audit(report: { findings.append("\($0)") })
    try books.database.read { db throws(Refusal) in try audit.run(in: db) }
    return (findings, audit.counts)
  }

  private func sessions() throws -> Int {
    try sweep { last, now, db throws(Refusal) in
      try Pruning.sessions(after: last, at: now, in: db)
    }
  }

  private func tokens() throws -> Int {
    try sweep { last, now, db throws(Refusal) in
      try Pruning.passwordResets(after: last, at: now, in: db)
    }
  }

  private func prunedBodies() throws -> Int {
    try sweep { last, now, db throws(Refusal) in
      try Pruning.bodies(after: last, at: now, in: db)
    }
  }

  private func sweep<Key: Sendable>(
    _ slice:
      @escaping @Sendable (Key?, Timestamp, any Connection) throws(Refusal) -> Pruning.Slice<Key>
  ) throws -> Int {
    var removed = 0
    var last: Key?
    repeat {
      let before = last
      let done = try books.write { db, now throws(Refusal) in try slice(before, now, db) }
      removed += done.removed
      last = done.next
    } while last != nil
    return removed
  }
}

private let early = "evidence until it has been decided for 400 days"
private let final = "what has been decided about an event is final"

private let attacks = [
  ("body = x'' WHERE id = 2", early), ("body = x'' WHERE id = 4", early),
  ("body = x'00' WHERE id = 1", early), ("body = x'', amount = 1 WHERE id = 1", final),
  ("body = x'', state = 'settled' WHERE id = 1", final),
  ("body = x'', resolution_reason = 'y' WHERE id = 1", final),
  ("body = x'', digest = zeroblob(32) WHERE id = 1", final),
  ("body = x'', received_at = 1 WHERE id = 1", final),
  ("amount = 1 WHERE id = 1", final), ("received_at = 0 WHERE id = 4", final),
]
