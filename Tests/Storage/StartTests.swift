// The first opening: the file, how connections are set up, and the schema.

import Domain
import Foundation
import Storage
import Testing

@Suite("Start")
struct StartTests {
  let scratch: Scratch

  init() throws {
    scratch = try Scratch()
  }

  private let more = Migration(
    name: "more", kind: .contracts,
    sqlite: Array("CREATE TABLE more (i INTEGER) STRICT; INSERT INTO more VALUES (1)".utf8))

  @Test(
    "reader and writer are set up as promised: synchronous is FULL, among others",
    arguments: [
      ("PRAGMA synchronous", "2"), ("PRAGMA foreign_keys", "1"),
      ("PRAGMA trusted_schema", "0"), ("PRAGMA wal_autocheckpoint", "0"),
    ] as [(StaticString, String)])
  func settings(pragma: StaticString, expected: String) throws {
    let database = try scratch.open()
    let ask: @Sendable (any Connection) throws(Refusal) -> [String] = { connection in
      try connection.query(pragma, []) { row throws(Refusal) in
        if let text = try? row.text(0) { return text }
        return String(try row.integer(0))
      }
    }
    #expect(try database.write(ask) == [expected])
    #expect(try database.read(ask) == [expected])
  }

  @Test("new files are for owner and group, as far as the umask lets them")
  func fileModes() throws {
    let database = try scratch.open()
    try database.insert(1)
    let mask = umask(0)
    umask(mask)
    for suffix in ["", "-wal", "-shm", ".lock"] {
      let attributes = try FileManager.default.attributesOfItem(atPath: scratch.path + suffix)
      #expect(attributes[.posixPermissions] as? UInt32 == 0o660 & ~mask, "\(suffix)")
    }
  }

  @Test("in a folder that users share by its group, new files are for both, whatever the umask")
  func sharedModes() throws {
    #expect(chmod(scratch.directory, 0o2770) == 0)
    // A process of its own, since all threads of this one have one umask.
    let shell = Process()
    shell.executableURL = URL(filePath: "/bin/sh")
    let writer = [Scratch.writerPath, scratch.path, Scratch.schema, "start"]
    shell.arguments = ["-c", "umask 077; exec \"$@\"", "sh"] + writer
    try shell.run()
    shell.waitUntilExit()
    for suffix in ["", "-wal", "-shm", ".lock"] {
      let attributes = try FileManager.default.attributesOfItem(atPath: scratch.path + suffix)
      #expect(attributes[.posixPermissions] as? UInt32 == 0o660, "\(suffix)")
    }
  }

  @Test("the database is in WAL mode")
  func logged() throws {
    let mode = try scratch.open().write { connection throws(Refusal) in
      try connection.query("PRAGMA journal_mode", []) { row throws(Refusal) in try row.text(0) }
    }
    #expect(mode == ["wal"])
  }

  @Test("closing leaves the log beside the database, with all that is in it")
  func closing() throws {
    try scratch.open().insert(1)
    #expect(scratch.logBytes > 0)
    #expect(try scratch.open().numbers() == [1])
  }

  @Test("a relative path that SQLite would take for a URI or for memory is a file")
  func oddPaths() throws {
    let name = "file:storage-\(UUID()).db?mode=memory"
    defer { for end in ["", "-wal", "-shm", ".lock"] { unlink(name + end) } }
    try SQLiteDatabase(path: name, migrations: [Scratch.entries], mode: .service).insert(1)
    #expect(FileManager.default.fileExists(atPath: name))
  }

  @Test("what was made before migrations had a kind is opened, and gets kinds with the next one")
  func beforeKinds() throws {
    _ = try scratch.open()
    #expect(Stranger(scratch.path).run("ALTER TABLE schema_migrations DROP COLUMN expands"))
    try scratch.open().insert(1)
    _ = try scratch.open([Scratch.entries, more])
    let kinds = try scratch.open([Scratch.entries, more]).read { connection throws(Refusal) in
      try connection.query("SELECT expands FROM schema_migrations ORDER BY number", []) {
        row throws(Refusal) in try row.integer(0)
      }
    }
    #expect(kinds == [0, 0])
  }

  @Test("a program that answers one request never migrates, and works with the schema it knows")
  func single() throws {
    #expect(throws: StorageFailure.olderSchema(found: 0, known: 1)) {
      _ = try scratch.open(mode: .single)
    }
    #expect(!FileManager.default.fileExists(atPath: scratch.path))
    _ = try scratch.open()
    #expect(throws: StorageFailure.olderSchema(found: 1, known: 2)) {
      _ = try scratch.open([Scratch.entries, more], mode: .single)
    }
    let database = try scratch.open(mode: .single)
    try database.insert(1)
    #expect(try database.numbers() == [1])
  }

  @Test("a file that is no database, a directory, and a missing directory cannot be opened")
  func cannotOpen() throws {
    try Data(repeating: 65, count: 8192).write(to: URL(filePath: scratch.path))
    for path in [
      scratch.path, scratch.directory + "/.", scratch.directory + "/none/test.db", "", "a\u{0}b",
    ] {
      for mode in [OpeningMode.service, .single] {
        let failure = #expect(throws: StorageFailure.self) {
          _ = try SQLiteDatabase(path: path, migrations: [Scratch.entries], mode: mode)
        }
        guard case .cannotOpen = failure else {
          Issue.record("\(path): \(String(describing: failure))")
          continue
        }
      }
    }
  }
}
