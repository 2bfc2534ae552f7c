// Copies of a database that is written to all the while, and what is left alone.

import Domain
import Foundation
import Storage
import Testing

@Suite("Copy", .serialized)
struct CopyTests {
  let scratch: Scratch
  var copy: String { scratch.directory + "/copy ä?#%20.db" }

  init() throws {
    scratch = try Scratch()
    _ = FileManager.default.createFile(atPath: copy, contents: nil)
  }

  @Test("made while eight threads write is one moment: every write up to then, none in half")
  func underLoad() throws {
    let database = try scratch.open()
    let payload = String(repeating: "x", count: 60_000)
    for number in 0..<500 { try database.insert(number, payload: payload) }
    let writer = try scratch.startWriter(["write", "60", "8"])
    defer { writer.terminate() }
    while scratch.lines().isEmpty { usleep(1000) }
    let before = Set(scratch.lines())
    var steps = 0
    var during = 0
    try SQLiteCopy.write(from: scratch.path, to: copy) { done, all in
      // Each step sees others write on: the copy neither waits for them nor begins anew.
      steps += 1
      let count = scratch.lines().count
      while scratch.lines().count == count { usleep(1000) }
      during = scratch.lines().count
      #expect(done <= all)
    }
    #expect(steps >= 2 && steps < 40)
    #expect(during > before.count)
    let numbers = try SQLiteCopy.read(copy) { db throws(Refusal) in
      try db.query(
        "SELECT number FROM entries WHERE writer = $1 GROUP BY number HAVING count(*) = 2",
        [.integer(Int64(writer.processIdentifier))]
      ) { row throws(Refusal) in String(try row.integer(0)) }
    }
    #expect(before.isSubset(of: numbers))
    let halves = try SQLiteCopy.read(copy) { db throws(Refusal) in
      try db.query(
        "SELECT 1 FROM entries WHERE writer = $1 GROUP BY number HAVING count(*) <> 2",
        [.integer(Int64(writer.processIdentifier))]
      ) { _ throws(Refusal) in 1 }
    }
    #expect(halves.isEmpty)
  }

  @Test("read makes nothing beside it, and writes nothing to it")
  func readOnly() throws {
    try scratch.open().insert(1)
    try SQLiteCopy.write(from: scratch.path, to: copy) { _, _ in }
    let before = try FileManager.default.contentsOfDirectory(atPath: scratch.directory).sorted()
    #expect(try SQLiteCopy.read(copy) { db throws(Refusal) in try db.numbers() } == [1])
    #expect(throws: Refusal.self) {
      try SQLiteCopy.read(copy) { db throws(Refusal) in
        _ = try db.execute("DELETE FROM entries", [])
      }
    }
    let after = try FileManager.default.contentsOfDirectory(atPath: scratch.directory).sorted()
    #expect(before == after)
  }

  @Test("made ready gets the migrations that it lacks, and is one file")
  func prepared() throws {
    try scratch.open().insert(1)
    try SQLiteCopy.write(from: scratch.path, to: copy) { _, _ in }
    let more = Migration(
      name: "more", kind: .expands, sqlite: Array("CREATE TABLE more (i INTEGER) STRICT".utf8))
    try SQLiteCopy.prepare(copy, migrations: [Scratch.entries, more])
    let count = try SQLiteCopy.read(copy) { db throws(Refusal) in
      try db.query("SELECT count(*) FROM schema_migrations", []) { row throws(Refusal) in
        try row.integer(0)
      }
    }
    #expect(count == [2])
    for end in ["-wal", "-shm", ".lock"] { #expect(!Files.isThere(copy + end)) }
  }

  @Test("of what is no database, or onto a full disk, fails")
  func failures() throws {
    _ = try scratch.open()
    #expect(throws: Refusal.self) {
      try SQLiteCopy.write(from: scratch.path, to: scratch.directory + "/none") { _, _ in }
    }
    #expect(throws: Refusal.self) {
      try SQLiteCopy.write(from: scratch.path, to: "/dev/full") { _, _ in }
    }
    try Data(repeating: 65, count: 8192).write(to: URL(filePath: copy))
    #expect(throws: Refusal.self) {
      try SQLiteCopy.read(copy) { db throws(Refusal) in _ = try db.numbers() }
    }
  }

  @Test("a file is moved to a new name only, and holders are seen, even of what was removed")
  func files() throws {
    let (one, two) = (scratch.directory + "/one", scratch.directory + "/two")
    for path in [one, two] {
      var file = try NewFile(path, mode: 0o660)
      try file.write(Array(path.utf8))
      try file.sync()
    }
    let failure = #expect(throws: FileFailure.self) { try Files.move(one, toNew: two) }
    #expect(failure?.number == EEXIST)
    #expect(Files.holders(of: [two]) == [])
    let holder = Process()
    holder.executableURL = URL(filePath: "/bin/sleep")
    holder.arguments = ["60"]
    holder.standardInput = FileHandle(forReadingAtPath: two)
    try holder.run()
    defer { holder.terminate() }
    Files.remove(two)
    #expect(Files.holders(of: [two]) == [holder.processIdentifier])
    try Files.move(one, toNew: two)
    #expect(Files.size(two) == Int64(one.utf8.count))
  }
}
