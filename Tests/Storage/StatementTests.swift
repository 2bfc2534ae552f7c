// Values into statements, rows out of them, and everything that is refused on the way.

import Domain
import Storage
import Testing

@Suite("Statements")
struct StatementTests {
  static let things = Migration(
    name: "things", kind: .expands,
    sqlite: Array(
      """
      CREATE TABLE things (i INTEGER, t TEXT, b BLOB) STRICT;
      CREATE TABLE names (name TEXT PRIMARY KEY) STRICT;
      CREATE TABLE parts (name TEXT REFERENCES names (name)) STRICT;
      """.utf8),
    postgresql: Array(
      """
      CREATE TABLE things (i BIGINT, t TEXT, b BYTEA);
      CREATE TABLE names (name TEXT PRIMARY KEY);
      CREATE TABLE parts (name TEXT REFERENCES names (name));
      """.utf8))

  @Test(
    "values come back as they went in", arguments: Engine.all,
    [
      (Int64.min, "", []), (Int64.max, "a\u{1}b", [0, 1, 0]), (0, "Rp 50.000 ✓ 🇮🇩", [255]),
    ] as [(Int64, String, [UInt8])])
  func roundTrip(engine: Engine, values: (Int64, String, [UInt8])) throws {
    let (integer, text, bytes) = values
    let database = try Rented(engine, [Self.things])
    let found = try database.write { connection throws(Refusal) in
      try connection.query(
        "INSERT INTO things VALUES ($1, $2, $3) RETURNING i, t, b",
        [.integer(integer), .text(text), .bytes(bytes)]
      ) { row throws(Refusal) in
        (try row.integer(0), try row.text(1), try row.bytes(2))
      }
    }
    #expect(found.count == 1)
    #expect(found.first?.0 == integer)
    #expect(found.first.map { Array($0.1.utf8) } == Array(text.utf8))
    #expect(found.first?.2 == bytes)
  }

  private static func uniqueViolation(_ engine: Engine) -> String {
    switch engine {
    case .sqlite: "SQLite 1555: UNIQUE constraint failed"
    case .postgresql: "PostgreSQL 23505: duplicate key value violates unique constraint"
    }
  }

  @Test("NULL comes back as nil, and only where it may", arguments: Engine.all)
  func null(engine: Engine) throws {
    let database = try Rented(engine, [Self.things])
    let values: [Value] = [
      .optional(Int64?.none), .optional(String?.none), .optional([UInt8]?.none),
    ]
    #expect(values == [.null, .null, .null])
    try database.write { connection throws(Refusal) in
      try connection.execute("INSERT INTO things VALUES ($1, $2, $3)", values)
      let rows = try connection.query("SELECT i, t, b FROM things", []) { row throws(Refusal) in
        let integer = try row.optionalInteger(0)
        let text = try row.optionalText(1)
        let bytes = try row.optionalBytes(2)
        return integer == nil && text == nil && bytes == nil
      }
      #expect(rows == [true])
    }
    #expect(reading(database, "SELECT i FROM things") { row throws(Refusal) in try row.integer(0) })
    #expect(reading(database, "SELECT t FROM things") { row throws(Refusal) in try row.text(0) })
    #expect(reading(database, "SELECT b FROM things") { row throws(Refusal) in try row.bytes(0) })
  }

  @Test("a column of another type, or none, is refused", arguments: Engine.all)
  func wrongColumn(engine: Engine) throws {
    let database = try Rented(engine, [Self.things])
    #expect(reading(database, "SELECT 'a'") { row throws(Refusal) in try row.integer(0) })
    #expect(reading(database, "SELECT 1.5") { row throws(Refusal) in try row.optionalInteger(0) })
    #expect(reading(database, "SELECT 1") { row throws(Refusal) in try row.text(0) })
    #expect(reading(database, "SELECT 'a'") { row throws(Refusal) in try row.bytes(0) })
    for column in [-1, 1, Int.max, Int.min] {
      #expect(reading(database, "SELECT 1") { row throws(Refusal) in try row.integer(column) })
      #expect(reading(database, "SELECT 1") { row throws(Refusal) in try row.optionalText(column) })
    }
    guard engine == .sqlite else { return }
    #expect(
      reading(database, "SELECT CAST(x'ff' AS TEXT)") { row throws(Refusal) in try row.text(0) })
  }

  @Test(
    "placeholders are taken by their number, in whatever order they appear", arguments: Engine.all)
  func placeholders(engine: Engine) throws {
    let database = try Rented(engine, [Self.things])
    let found = try database.read { connection throws(Refusal) in
      try connection.query(
        "SELECT $2, $1, $2", [.text("first"), .text("second")]
      ) { row throws(Refusal) in [try row.text(0), try row.text(1), try row.text(2)] }
    }
    #expect(found == [["second", "first", "second"]])
  }

  @Test(
    "faulty SQL is refused: too few or many values, other placeholders, two statements, none",
    arguments: Engine.all)
  func faultySQL(engine: Engine) throws {
    let database = try Rented(engine, [Self.things])
    let one: [Value] = [.integer(1)]
    #expect(executing(database, "SELECT $1", []))
    #expect(executing(database, "SELECT $1", [.null, .null]))
    #expect(executing(database, "SELECT ?", one))
    #expect(executing(database, "SELECT :name", one))
    #expect(executing(database, "SELECT $2", one))
    #expect(executing(database, "SELECT 1; SELECT 2", []))
    #expect(executing(database, "", []))
    #expect(executing(database, "x", []))
    #expect(executing(database, "-- nothing", []))
    #expect(executing(database, "SELEC 1", []))
    #expect(executing(database, "SELECT nothing FROM things", []))
    #expect(executing(database, "SELECT \"a string\"", []))
  }

  @Test(
    "a violated constraint is refused, with evidence that holds no value", arguments: Engine.all)
  func constraint(engine: Engine) throws {
    let database = try Rented(engine, [Self.things])
    let insert: @Sendable () throws(Refusal) -> Void = { [database] () throws(Refusal) in
      _ = try database.write { connection throws(Refusal) in
        try connection.execute("INSERT INTO names VALUES ($1)", [.text("canary")])
      }
    }
    try insert()
    let refused = refusal { () throws(Refusal) in try insert() }
    #expect(refused?.isBroken == true)
    #expect(refused?.evidence.contains(Self.uniqueViolation(engine)) == true)
    #expect(refused?.evidence.contains("canary") == false)
    #expect(executing(database, "INSERT INTO parts VALUES ('nobody')", []))
  }

  @Test("execute tells how many rows it changed", arguments: Engine.all)
  func changes(engine: Engine) throws {
    let database = try Rented(engine, [Self.things])
    let counts = try database.write { connection throws(Refusal) in
      [
        try connection.execute("INSERT INTO things VALUES (1, 'a', NULL), (2, 'b', NULL)", []),
        try connection.execute("SELECT i FROM things", []),
        try connection.execute("UPDATE things SET t = 'c' WHERE i > $1", [.integer(0)]),
        try connection.execute("UPDATE things SET t = 'c' WHERE i > $1", [.integer(9)]),
        try connection.execute("DELETE FROM things WHERE i = $1", [.integer(1)]),
      ]
    }
    #expect(counts == [2, 0, 2, 0, 1])
  }

  @Test("a statement can be used while its own rows are read", arguments: Engine.all)
  func nestedUse(engine: Engine) throws {
    let database = try Rented(engine, [Self.things])
    func count(_ connection: any Connection, _ depth: Int64) throws(Refusal) -> [Int64] {
      guard depth < 3 else { return [] }
      return try connection.query("SELECT $1 UNION SELECT $1 + 10 ORDER BY 1", [.integer(depth)]) {
        row throws(Refusal) in
        let value = try row.integer(0)
        return try value == depth ? count(connection, depth + 1).reduce(value, +) : value
      }
    }
    let found = try database.read { connection throws(Refusal) in try count(connection, 0) }
    #expect(found == [26, 10])
  }

  @Test(
    "what a row's reader throws comes out, and the statement can be used again",
    arguments: Engine.all)
  func readerThrows(engine: Engine) throws {
    let database = try Rented(engine, [Self.things])
    try database.read { connection throws(Refusal) in
      for _ in 1...2 {
        let refused = refusal { () throws(Refusal) in
          try connection.query("SELECT 1 UNION SELECT 2", []) { _ throws(Refusal) in
            throw .notFound
          }
        }
        #expect(refused == .notFound)
      }
    }
  }

  private func reading<T>(
    _ database: Rented, _ sql: StaticString, _ row: (borrowing Row) throws(Refusal) -> T
  ) -> Bool {
    let refused = refusal { () throws(Refusal) in
      try database.read { connection throws(Refusal) in try connection.query(sql, [], row) }
    }
    return refused?.isBroken == true
  }

  private func executing(_ database: Rented, _ sql: StaticString, _ values: [Value]) -> Bool {
    let refused = refusal { () throws(Refusal) in
      try database.write { connection throws(Refusal) in try connection.execute(sql, values) }
    }
    return refused?.isBroken == true
  }
}
