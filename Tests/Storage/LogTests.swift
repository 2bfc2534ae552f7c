// The write-ahead log stays bounded, since the writers bring it back into the database.

import Domain
import Glibc
import Storage
import Testing

@Suite("Log")
struct LogTests {
  let scratch: Scratch
  let database: SQLiteDatabase

  init() throws {
    scratch = try Scratch()
    database = try scratch.open()
  }

  @Test("under steady writes and reads the log stays under 64 MB, though more is written")
  func steadyWrites() throws {
    let payload = String(repeating: "x", count: 40_000)
    let largest = inThreads(11) { [database, scratch] thread in
      (0..<500).map { number in
        let refused = refusal { () throws(Refusal) in
          if thread < 8 {
            try database.insert(number, writer: thread, payload: payload)
          } else {
            try look(5)
          }
        }
        #expect(refused == nil)
        return scratch.logBytes
      }.reduce(0, max)
    }
    #expect(largest.reduce(0, max) < 64 << 20)
    #expect(try database.numbers().count == 4000)
  }

  /// A read that takes so long: of several, one is always within the log.
  private func look(_ milliseconds: UInt32) throws(Refusal) {
    try database.read { connection throws(Refusal) in
      _ = try connection.query("SELECT 1 FROM entries LIMIT 1", []) { _ in 1 }
      usleep(1000 * milliseconds)
    }
  }

  @Test("a log that a long read let grow is cut by one of the next writes when the read has ended")
  func longRead() throws {
    let payload = String(repeating: "x", count: 400_000)
    try database.read { connection throws(Refusal) in
      _ = try connection.numbers()
      for number in 0..<60 { try database.insert(number, payload: payload) }
      #expect(scratch.logBytes > 40 << 20)
    }
    var number = 60
    while scratch.logBytes > 32 << 20, number < 1000 {
      try database.insert(number, payload: payload)
      number += 1
    }
    #expect(number < 1000)
    #expect(try database.numbers().count == number)
  }
}
