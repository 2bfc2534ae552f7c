// Reading: one snapshot, no writing, and no waiting for writers.

import Domain
import Storage
import Testing

@Suite("Reading")
struct ReadTests {
  @Test("a read sees one snapshot, whatever is committed meanwhile", arguments: Engine.all)
  func snapshot(engine: Engine) throws {
    let database = try Rented(engine)
    try database.insert(1)
    let seen = try database.read { connection throws(Refusal) in
      let before = try connection.numbers()
      try database.insert(2)
      return [before, try connection.numbers()]
    }
    #expect(seen == [[1], [1]])
    #expect(try database.numbers() == [1, 2])
  }

  @Test("a glance is one statement on its own snapshot, and no second one", arguments: Engine.all)
  func glance(engine: Engine) throws {
    let database = try Rented(engine)
    try database.insert(1)
    #expect(try database.glance { connection throws(Refusal) in try connection.numbers() } == [1])
    let refusal = #expect(throws: Refusal.self) {
      try database.glance { connection throws(Refusal) in
        _ = try connection.numbers()
        return try connection.numbers()
      }
    }
    if case .broken = refusal {} else { Issue.record("\(String(describing: refusal))") }
    #expect(try database.numbers() == [1])
  }

  @Test(
    "reads go on while a writer has the lock, and do not see what is not committed",
    arguments: Engine.all)
  func readDuringWrite(engine: Engine) throws {
    let database = try Rented(engine)
    try database.insert(1)
    let seen = try database.write { [database] connection throws(Refusal) in
      try connection.insert(2)
      return try database.numbers()
    }
    #expect(seen == [1])
  }

  @Test("reads go on while a stranger has SQLite's write lock")
  func readDuringStranger() throws {
    let scratch = try Scratch()
    let database = try scratch.open()
    try database.insert(1)
    let stranger = Stranger(scratch.path)
    #expect(stranger.run("BEGIN IMMEDIATE"))
    #expect(try database.numbers() == [1])
  }

  @Test("writing within a read is refused", arguments: Engine.all)
  func writeInRead(engine: Engine) throws {
    let database = try Rented(engine)
    try database.insert(1)
    let refused = refusal { () throws(Refusal) in
      try database.read { connection throws(Refusal) in try connection.insert(2) }
    }
    #expect(refused?.isBroken == true)
    #expect(try database.numbers() == [1])
  }

  @Test(
    "a refused read leaves nothing behind: the next one sees what is new", arguments: Engine.all)
  func refusedRead(engine: Engine) throws {
    let database = try Rented(engine)
    try database.insert(1)
    let refused = refusal { () throws(Refusal) in
      try database.read { connection throws(Refusal) in
        _ = try connection.numbers()
        throw .notFound
      }
    }
    #expect(refused == .notFound)
    try database.insert(2)
    #expect(try database.numbers() == [1, 2])
  }

  @Test(
    "readers in more threads than there are connections each see whole entries",
    arguments: Engine.all)
  func manyReaders(engine: Engine) throws {
    let database = try Rented(engine)
    try database.insert(1)
    inThreads(20) { [database] thread in
      for number in 2...100 {
        let refused = refusal { () throws(Refusal) in
          if thread == 0 { try database.insert(number) }
          #expect(try database.halfEntries() == 0)
        }
        #expect(refused == nil)
      }
    }
    #expect(try database.numbers() == Array(1...100))
  }
}
