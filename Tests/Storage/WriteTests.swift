// Writing, on both engines: what one body does, or suffers, harms no other.

import Domain
import Foundation
import Storage
import Support
import Synchronization
import Testing

@Suite("Writing")
struct WriteTests {
  @Test("gives the body's result, durably: another program sees it", arguments: Engine.all)
  func result(engine: Engine) throws {
    let database = try Rented(engine)
    let result = try database.write { connection throws(Refusal) in
      try connection.insert(1)
      return "done"
    }
    #expect(result == "done")
    #expect(try database.place.open().numbers() == [1])
    #expect(database.figures.commits == 1)
    #expect(database.figures.committedJobs == 1)
  }

  @Test("a refusal comes out as it was thrown, and undoes what was done", arguments: Engine.all)
  func refusalUndoes(engine: Engine) throws {
    let database = try Rented(engine)
    let refused = refusal { () throws(Refusal) in
      try database.write { connection throws(Refusal) in
        try connection.insert(1)
        throw .conflict(detail: "no")
      }
    }
    #expect(refused == .conflict(detail: "no"))
    #expect(try database.numbers() == [])
  }

  @Test("32 threads with every tenth body refused leave the right rows", arguments: Engine.all)
  func manyThreads(engine: Engine) throws {
    let database = try Rented(engine)
    let count = 50 * Scale.factor
    inThreads(32) { thread in
      for number in 0..<count {
        let refused = refusal { () throws(Refusal) in
          try database.write { connection throws(Refusal) in
            try connection.insert(number, writer: thread)
            if number % 10 == 9 { throw .notFound }
          }
        }
        #expect(refused == (number % 10 == 9 ? .notFound : nil))
      }
    }
    let expected = (0..<32).flatMap { _ in (0..<count).filter { $0 % 10 != 9 } }
    #expect(try database.numbers() == expected)
    #expect(try database.halfEntries() == 0)
  }

  private func entry(_ number: Int, half: Int64 = 1) -> Command {
    Command(
      "INSERT INTO entries (writer, number, half, payload) VALUES (0, $1, $2, $3)",
      [.integer(Int64(number)), .integer(half), .text(String(repeating: "x", count: 10_000))])
  }

  @Test("many statements at once are all done, however much they carry", arguments: Engine.all)
  func allAtOnce(engine: Engine) throws {
    let database = try Rented(engine)
    let commands = (0..<2000).map { entry($0) }
    try database.write { db throws(Refusal) in try db.executeAll(commands) }
    #expect(try database.numbers() == Array(0..<2000))
  }

  @Test("many statements at once end with the first that fails", arguments: Engine.all)
  func allUntilOneFails(engine: Engine) throws {
    let database = try Rented(engine)
    let commands = [entry(1), entry(2, half: 7), entry(3, half: 8), entry(4)]
    let refused = refusal { () throws(Refusal) in
      try database.write { db throws(Refusal) in try db.executeAll(commands) }
    }
    #expect(refused?.isBroken == true)
    #expect(try database.numbers() == [])
    try database.write { db throws(Refusal) in try db.executeAll([]) }
    try database.insert(5)
    #expect(try database.numbers() == [5])
  }

  @Test("a body that hides a failed statement does not hide its effects", arguments: Engine.all)
  func hiddenFailure(engine: Engine) throws {
    let database = try Rented(engine)
    let refused = refusal { () throws(Refusal) in
      try database.write { connection throws(Refusal) in
        try connection.insert(1)
        _ = try? connection.execute("INSERT INTO entries VALUES (0, 2, 7, '')", [])
      }
    }
    // SQLite undoes the statement alone, PostgreSQL the transaction; nobody is told otherwise.
    #expect(try database.numbers() == (refused == nil ? [1] : []))
  }

  @Test("a statement without end is interrupted, and the next write works", arguments: Engine.all)
  func endlessStatement(engine: Engine) throws {
    let database = try Rented(engine)
    let begin = ContinuousClock.now
    let refused = refusal { () throws(Refusal) in
      try database.write { connection throws(Refusal) in
        try connection.execute(
          """
          WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT 1 - i FROM n)
          INSERT INTO entries SELECT 0, max(i), 1, '' FROM n
          """, [])
      }
    }
    #expect(refused?.isBusy == true)
    #expect(ContinuousClock.now - begin < .seconds(30))
    // A server whose processors are all taken may need another moment to take a connection.
    let isDone = (1...10).contains { _ in (try? database.insert(1)) != nil }
    #expect(isDone)
    #expect(try database.numbers() == [1])
  }

  @Test("bodies that name the same thing run alone: a limit on a sum holds", arguments: Engine.all)
  func serialized(engine: Engine) throws {
    let database = try Rented(engine)
    let done = inThreads(24) { thread in
      refusal { () throws(Refusal) in
        try database.write { connection throws(Refusal) in
          try connection.serialize(on: thread % 2 == 0 ? ["a", "limit"] : ["limit", "b", "limit"])
          let count = try connection.numbers().count
          guard count < 10 else { throw .conflict(detail: "10 at most") }
          try connection.insert(thread)
        }
      }
    }
    #expect(done.filter { $0 == nil }.count == 10)
    #expect(done.filter { $0 == .conflict(detail: "10 at most") }.count == 14)
    #expect(try database.numbers().count == 10)
  }

  @Test("a read is never alone", arguments: Engine.all)
  func serializedRead(engine: Engine) throws {
    let database = try Rented(engine)
    let refused = refusal { () throws(Refusal) in
      try database.read { connection throws(Refusal) in try connection.serialize(on: ["a"]) }
    }
    #expect(refused?.isBroken == true)
  }

  @Test(
    "two that look, find nothing and insert: one does, the other finds it", arguments: Engine.all)
  func sameKey(engine: Engine) throws {
    let database = try Rented(engine)
    let looks = Mutex(0)
    let done = inThreads(2) { _ in
      refusal { () throws(Refusal) in
        try database.write { connection throws(Refusal) in
          if try !connection.numbers().isEmpty { throw .conflict(detail: "there") }
          looks.withLock { $0 += 1 }
          // On an engine with many writers, both have looked then.
          for _ in 0..<100 where looks.withLock({ $0 }) < 2 { usleep(5000) }
          try connection.insert(1)
        }
      }
    }
    #expect(done.filter { $0 == nil }.count == 1)
    #expect(done.contains(.conflict(detail: "there")))
    #expect(try database.numbers() == [1])
    #expect(try database.halfEntries() == 0)
  }
}
