// What operators do to people, who notes it, and what is left of a person who is erased.

import Domain
import Storage
import Support
import Testing

@testable import Ledger

@Suite("People")
struct PeopleTests {
  private let books: Books

  init() throws {
    books = try Books()
  }

  @Test("are disabled and enabled once, and each act is noted with who and why")
  func access() throws {
    try beginSession()
    #expect(try disable())
    #expect(try !disable())
    #expect(try living() == 0)
    books.setClock(seconds: 5)
    #expect(try enable())
    #expect(try !enable())
    #expect(try makeAdmin())
    #expect(try !makeAdmin())
    let acts = try acts()
    #expect(acts.map(\.what) == ["role ADMIN", "enable", "disable"])
    #expect(acts.allSatisfy { $0.operatorName == "ana" && $0.reason == "the payer called" })
    #expect(acts.map { $0.at.seconds - 1_750_000_000 } == [5, 5, 0])
  }

  @Test("who get another role, or a password from an operator, are logged out")
  func loggedOut() throws {
    try beginSession()
    #expect(try makeAdmin())
    #expect(try living() == 0)
    #expect(try books.outside("UPDATE sessions SET ended_at = NULL").status == 0)
    try insertReset()
    try setPassword()
    #expect(try living() == 0)
    #expect(try books.outside("SELECT ended_at IS NULL FROM password_resets").output == "0\n")
    #expect(try books.outside("SELECT password_hash FROM users").output == "$new\n")
    #expect(try acts().map(\.what) == ["password", "reset", "role ADMIN"])
  }

  @Test("who are disabled get no password")
  func disabledPassword() throws {
    #expect(try disable())
    #expect(throws: Refusal.conflict(detail: "the user is disabled.")) {
      try setPassword()
    }
  }

  @Test("stay in the journal of acts, whoever opens the file", aboutSQLite)
  func appendOnly() throws {
    #expect(try disable())
    for attack in [
      "UPDATE operator_acts SET reason = 'x'", "DELETE FROM operator_acts",
      "REPLACE INTO operator_acts SELECT id, at, 'budi', what, subject, reason FROM operator_acts",
      "INSERT INTO operator_acts SELECT id, at, 'budi', what, subject, reason FROM operator_acts "
        + "WHERE 1 ON CONFLICT (id) DO UPDATE SET operator = 'budi'",
    ] {
      let result = try books.outside(attack)
      #expect(result.status != 0 && result.errors.contains("append-only"), "\(attack)")
    }
    #expect(try acts().map(\.operatorName) == ["ana"])
  }

  @Test("are listed page by page, as the filter wants it")
  func list() throws {
    for number in 1...5 {
      books.setClock(seconds: Int64(number))
      try add("person\(number)", name: number == 3 ? "Ana WIJAYA" : nil)
    }
    #expect(try names(.init(), limit: 4) == ["budi1", "person1", "person2", "person3"])
    #expect(try names(.init(text: "IJaya"), limit: 10) == ["person3"])
    #expect(try names(.init(text: "SON4@"), limit: 10) == ["person4"])
    #expect(try names(.init(text: "%"), limit: 10) == [])
    #expect(try names(.init(role: .admin), limit: 10) == [])
    #expect(try disable())
    #expect(try names(.init(onlyDisabled: true), limit: 10) == ["budi1"])
    let first = try books.database.read { db throws(Refusal) in
      try People.list(.init(), after: nil, limit: 2, in: db)
    }
    #expect(first.hasMore)
    let next = try books.database.read { db throws(Refusal) in
      try People.list(.init(), after: first.items.last?.id, limit: 10, in: db)
    }
    #expect(!next.hasMore && next.items.count == 4)
  }

  @Test("who are erased leave an id and their money rows, and nothing that names them")
  func erased() throws {
    _ = try books.payTopUp(rupiah: 50_000, invoice: "inv-1")
    try beginSession()
    try insertReset()
    let before = try books.contents()
    #expect(try erase())
    #expect(try !erase())
    #expect(try books.contents() == before)
    #expect(try books.findings() == [])
    let dump = try books.outside(".dump").output
    for trace in ["budi@", "budi1", "$argon2id$of-a-test", "Browser", "192.0.2.7"] {
      #expect(!dump.contains(trace), "\(trace)")
    }
    #expect(try living() == 0)
    let person = try #require(try find(books.user.id.text))
    #expect(person.state == "erased" && person.username == "erased:\(books.user.id)")
    #expect(throws: Invalid.self) { try Username(person.username) }
    #expect(throws: Invalid.self) { try Email(person.email) }
    #expect(try acts().map(\.what) == ["erase", "reset"])
  }

  @Test("who are erased free their names, and nothing brings them back")
  func erasedForGood() throws {
    #expect(try erase())
    try add("budi1")
    #expect(try find("budi1")?.id != books.user.id)
    for attempt in [enable, makeAdmin] {
      #expect(throws: Refusal.conflict(detail: "the user is erased.")) { try attempt() }
    }
    for attack in [
      "is_active = 1", "erased_at = NULL", "email = 'a@b.c'", "name = 'Budi'",
      "password_hash = '$2b$'", "erased_at = NULL, is_active = 1",
    ] {
      let sql = "UPDATE users SET \(attack) WHERE id = '\(books.user.id)'"
      #expect(try books.outside(sql).errors.contains("an erased user is nobody"), "\(attack)")
    }
    #expect(try books.outside("UPDATE users SET erased_at = 1").errors.contains("is nobody"))
  }
}

extension PeopleTests {
  private func act<T: Sendable>(
    _ body:
      @escaping @Sendable (Identifier, Decision, Timestamp, any Connection) throws(Refusal) -> T
  ) throws -> T {
    let (user, decision) = (books.user.id, try books.decision())
    return try books.write { db, now throws(Refusal) in try body(user, decision, now, db) }
  }

  @discardableResult
  private func disable() throws -> Bool {
    try act { user, decision, now, db throws(Refusal) in
      try People.disable(user, decision, at: now, in: db)
    }
  }

  @discardableResult
  private func enable() throws -> Bool {
    try act { user, decision, now, db throws(Refusal) in
      try People.enable(user, decision, at: now, in: db)
    }
  }

  @discardableResult
  private func makeAdmin() throws -> Bool {
    try act { user, decision, now, db throws(Refusal) in
      try People.setRole(of: user, to: .admin, decision, at: now, in: db)
    }
  }

  private func setPassword() throws {
    try act { user, decision, now, db throws(Refusal) in
      try People.setPassword(of: user, to: "$new", decision, at: now, in: db)
    }
  }

  private func erase() throws -> Bool {
    try act { user, decision, now, db throws(Refusal) in
      try Erasure.erase(user, decision, at: now, in: db)
    }
  }

  private func acts() throws -> [OperatorAct] {
    let user = books.user.id
    return try books.database.read { db throws(Refusal) in
      try OperatorActs.list(of: user, limit: 10, in: db)
    }
  }

  private func find(_ name: String) throws -> Ledger.Person? {
    try books.database.read { db throws(Refusal) in try People.find(nameOrID: name, in: db) }
  }

  private func names(_ filter: People.Filter, limit: Int) throws -> [String] {
    try books.database.read { db throws(Refusal) in
      try People.list(filter, after: nil, limit: limit, in: db).items.map(\.username)
    }
  }

  private func add(_ name: String, name called: String? = nil) throws {
    let user = try User(
      id: .make(in: books.world), email: Email("\(name)@example.com"), username: Username(name),
      name: called.flatMap { text throws(Invalid) in try PersonName.parse(text) }, role: .user,
      createdAt: books.now)
    try books.write { db, _ throws(Refusal) in try Users.insert(user, passwordHash: "$", in: db) }
  }

  private func beginSession() throws {
    let now = books.now
    let session = Session(
      id: .make(in: books.world), userID: books.user.id, userAgent: "Browser",
      ipAddress: "192.0.2.7", createdAt: now, lastUsedAt: now, expiresAt: now.adding(seconds: 9))
    let token = RefreshToken.make(in: books.world)
    let begun = try books.write { db, _ throws(Refusal) in
      try Sessions.insert(session, token, verifiedBy: "$argon2id$of-a-test", in: db)
    }
    #expect(begun)
  }

  private func living() throws -> Int64 {
    let (user, now) = (books.user.id, books.now)
    return try books.database.read { db throws(Refusal) in
      try Sessions.count(of: user, at: now, in: db)
    }
  }

  private func insertReset() throws {
    let (user, decision) = (books.user.id.text, try books.decision())
    let token = ResetToken.make(in: books.world)
    try books.write { db, now throws(Refusal) in
      guard let found = try Users.find(nameOrID: user, in: db) else { throw .notFound }
      try PasswordResets.insert(token, for: found, decision, at: now, in: db)
    }
  }
}
