// Writing in groups: what one job does, or suffers, harms no other.

import Domain
import Glibc
import Storage
import Support
import Synchronization
import Testing

@Suite("Writing in groups")
struct GroupTests {
  let scratch: Scratch
  let database: SQLiteDatabase

  init() throws {
    scratch = try Scratch()
    database = try scratch.open()
  }

  @Test("a write gives its body's result, durably: another connection sees it at once")
  func result() throws {
    let result = try database.write { connection throws(Refusal) in
      try connection.insert(1)
      return "done"
    }
    #expect(result == "done")
    #expect(try scratch.open().numbers() == [1])
  }

  @Test("a refusal comes out as it was thrown, and undoes what its body did")
  func refusalUndoes() throws {
    let refused = refusal { () throws(Refusal) in
      try database.write { connection throws(Refusal) in
        try connection.insert(1)
        throw .conflict(detail: "no")
      }
    }
    #expect(refused == .conflict(detail: "no"))
    #expect(try database.numbers() == [])
  }

  @Test("32 threads with every tenth job refused leave exactly the right rows")
  func manyThreads() throws {
    inThreads(32) { [database] thread in
      for number in 0..<100 * Scale.factor {
        let refused = refusal { () throws(Refusal) in
          try database.write { connection throws(Refusal) in
            try connection.insert(number, writer: thread)
            if number % 10 == 9 { throw .notFound }
          }
        }
        #expect(refused == (number % 10 == 9 ? .notFound : nil))
      }
    }
    let expected = (0..<32).flatMap { _ in (0..<100 * Scale.factor).filter { $0 % 10 != 9 } }
    #expect(try database.numbers() == expected)
    #expect(try database.halfEntries() == 0)
  }

  @Test("a job that fails after it has written is undone alone: the others are run again")
  func runApart() throws {
    let runs = Mutex<[Int: Int]>([:])
    let results = inOneGroup(of: 8) { thread, connection throws(Refusal) in
      runs.withLock { $0[thread, default: 0] += 1 }
      try connection.insert(thread)
      if thread == 5 { throw .notFound }
    }
    #expect(results.indices.filter { results[$0] != nil } == [5])
    #expect(results[5] == .notFound)
    #expect(try database.numbers() == [0, 1, 2, 3, 4, 6, 7])
    #expect(runs.withLock { $0.values.max() } == 2)
  }

  @Test("a job that fails before it has written costs no second run")
  func failsEarly() throws {
    let runs = Mutex<[Int: Int]>([:])
    let results = inOneGroup(of: 8) { thread, connection throws(Refusal) in
      runs.withLock { $0[thread, default: 0] += 1 }
      if thread == 5 { throw .notFound }
      try connection.insert(thread)
    }
    #expect(results[5] == .notFound)
    #expect(try database.numbers() == [0, 1, 2, 3, 4, 6, 7])
    #expect(runs.withLock { $0.values.max() } == 1)
  }

  @Test("nothing is delivered from a group whose transaction is gone, and the next one works")
  func lostTransaction() throws {
    let results = inOneGroup(of: 8) { thread, connection throws(Refusal) in
      try connection.insert(thread)
      guard thread == 5 else { return }
      try connection.execute("PRAGMA max_page_count = 1", [])
      // The disk is full; the body takes it for a success.
      _ = try? connection.insert(100, payload: String(repeating: "x", count: 1_000_000))
      #expect(refusal { () throws(Refusal) in try connection.insert(200) }?.isBusy == true)
    }
    #expect(results[5]?.isBusy == true)
    let acknowledged = results.indices.filter { results[$0] == nil }
    #expect(try database.numbers() == acknowledged)
    #expect(results.allSatisfy { $0?.isBusy ?? true })
    try database.insert(300)
    #expect(try database.numbers() == acknowledged + [300])
  }

  @Test("a body that ends the transaction itself is answered busy")
  func bodyEndsTransaction() throws {
    let refused = refusal { () throws(Refusal) in
      try database.write { connection throws(Refusal) in
        try connection.insert(1)
        try connection.execute("ROLLBACK", [])
      }
    }
    #expect(refused?.isBusy == true)
    #expect(try database.numbers() == [])
  }

  @Test("a write within a write is refused, and hangs nobody")
  func nestedWrite() throws {
    try database.write { [database] connection throws(Refusal) in
      let refused = refusal { () throws(Refusal) in try database.insert(1) }
      #expect(refused?.isBusy == true)
      try connection.insert(2)
    }
    #expect(try database.numbers() == [2])
  }

  /// Writers that meet a closed turnstile, which opens when they have had time to stand there.
  /// How each came out: nil is a success.
  private func inOneGroup(
    of count: Int,
    _ body: @escaping @Sendable (Int, any Connection) throws(Refusal) -> Void
  ) -> [Refusal?] {
    let held = HeldTurnstile(of: scratch.path)
    let wait = startThreads(count) { [database] thread in
      refusal { () throws(Refusal) in
        try database.write { connection throws(Refusal) in try body(thread, connection) }
      }
    }
    usleep(1_000_000)
    held.release()
    return wait()
  }
}
