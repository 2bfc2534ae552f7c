// The schema's steps, on both engines.

import Domain
import Foundation
import Storage
import Testing

@Suite("Migrations")
struct MigrationTests {
  private let more = Migration(
    "more", .contracts, "CREATE TABLE more (i BIGINT); INSERT INTO more VALUES (1)")
  private let wider = Migration("wider", .expands, "CREATE TABLE wider (i BIGINT)")

  /// STRICT has no BIGINT, and PostgreSQL no STRICT: these tables need neither.
  private let entries = Place.entries

  @Test("are applied in order and once; later ones follow", arguments: Engine.all)
  func order(engine: Engine) throws {
    let place = try Place(engine)
    try place.open().insert(1)
    _ = try place.open()
    let database = try place.open([entries, more])
    _ = try place.open([entries, more])
    let rows = try database.read { connection throws(Refusal) in
      try connection.query("SELECT number, name, applied_at FROM schema_migrations", []) {
        row throws(Refusal) in
        "\(try row.integer(0)) \(try row.text(1)) \(try row.integer(2) > 1_700_000_000_000_000)"
      }
        + connection.query("SELECT i FROM more", []) { row throws(Refusal) in
          "\(try row.integer(0))"
        }
    }
    #expect(rows == ["1 entries true", "2 more true", "1"])
    #expect(try database.numbers() == [1])
    #expect(try database.hasKnownSchema())
  }

  @Test("a schema newer than the program is refused, in either mode", arguments: Engine.all)
  func newer(engine: Engine) throws {
    let place = try Place(engine)
    let old = try place.open()
    #expect(try old.hasKnownSchema())
    _ = try place.open([entries, more])
    #expect(try !old.hasKnownSchema())
    for mode in [OpeningMode.service, .single] {
      #expect(throws: StorageFailure.newerSchema(found: 2, known: 1, first: "more")) {
        _ = try place.open(mode: mode)
      }
    }
  }

  @Test("a newer schema that only expands is worked on, and stays", arguments: Engine.all)
  func wider(engine: Engine) throws {
    let place = try Place(engine)
    _ = try place.open([entries, wider])
    for (number, mode) in [OpeningMode.service, .single].enumerated() {
      try place.open(mode: mode).insert(number)
    }
    #expect(try place.open([entries, wider], mode: .single).numbers() == [0, 1])
    #expect(try place.open().hasKnownSchema())
    _ = try place.open([entries, wider, Migration("narrower", .contracts, "DROP TABLE wider")])
    #expect(throws: StorageFailure.newerSchema(found: 3, known: 1, first: "narrower")) {
      _ = try place.open()
    }
  }

  @Test("a program goes on when the schema changes under its statements", arguments: Engine.all)
  func changedWhileRunning(engine: Engine) throws {
    let place = try Place(engine)
    let database = try place.open()
    try database.insert(1)
    #expect(try database.numbers() == [1])
    let change = """
      ALTER TABLE entries ADD COLUMN more TEXT; CREATE INDEX wider_number ON entries (number);
      CREATE TABLE wider (i BIGINT)
      """
    _ = try place.open([entries, Migration("wider", .expands, change)])
    try database.insert(2)
    #expect(try database.numbers() == [1, 2])
  }

  @Test("a command never migrates, and works with the schema it knows", arguments: Engine.all)
  func single(engine: Engine) throws {
    let place = try Place(engine)
    #expect(throws: StorageFailure.olderSchema(found: 0, known: 1)) {
      _ = try place.open(mode: .single)
    }
    _ = try place.open()
    #expect(throws: StorageFailure.olderSchema(found: 1, known: 2)) {
      _ = try place.open([entries, more], mode: .single)
    }
    let database = try place.open(mode: .single)
    try database.insert(1)
    #expect(try database.numbers() == [1])
  }

  @Test(
    "one that fails leaves nothing of its start", arguments: Engine.all,
    [
      "CREATE TABLE half (i BIGINT); SELECT nothing", "CREATE TABLE half (i BIGINT); COMMIT",
      "CREATE TABLE half (i BIGINT); \u{0}", "CREATE TABLE half (i BIGINT); ROLLBACK",
    ])
  func failing(engine: Engine, script: String) throws {
    let place = try Place(engine)
    let faulty = Migration("faulty", .expands, script)
    #expect(throws: StorageFailure.self) { _ = try place.open([entries, faulty]) }
    let database = try place.open()
    try database.insert(1)
    #expect(try database.numbers() == [1])
    #expect(try database.hasKnownSchema())
  }

  @Test("a schema that another program made is refused", arguments: Engine.all)
  func other(engine: Engine) throws {
    let place = try Place(engine)
    _ = try place.open([more])
    #expect(throws: StorageFailure.self) { _ = try place.open() }
  }

  @Test("programs that start at once apply them once", arguments: Engine.all)
  func atOnce(engine: Engine) throws {
    let place = try Place(engine)
    let failures = inThreads(6) { _ in
      do throws(StorageFailure) {
        _ = try place.open()
        return ""
      } catch {
        return "\(error)"
      }
    }
    #expect(failures.filter { !$0.isEmpty } == [])
    #expect(try place.open().numbers() == [])
  }

  @Test(
    "without a script for PostgreSQL there is no schema there",
    .enabled(if: Engine.hasServer, Engine.whyNot))
  func noScript() throws {
    let place = try Place(.postgresql)
    #expect(throws: StorageFailure.self) { _ = try place.open([Scratch.entries]) }
  }
}
