// What only a server can do to a transaction: go away, be in the way, not know, and not be the one
// that takes writes.

import Domain
import Foundation
import Storage
import Synchronization
import Testing

@Suite("On a server", .enabled(if: Engine.hasServer, Engine.whyNot), .serialized)
struct ServerTests {
  let database: Rented
  let runs = Runs()

  init() throws {
    database = try Rented(.postgresql)
  }

  /// How often a body has run.
  final class Runs: Sendable {
    private let count = Mutex(0)
    var number: Int { count.withLock { $0 } }
    func next() -> Int {
      count.withLock {
        $0 += 1
        return $0
      }
    }
  }

  private func write(
    _ body: @escaping @Sendable (Int, any Connection) throws(Refusal) -> Void
  ) -> Refusal? {
    refusal { () throws(Refusal) in
      try database.write { [runs] db throws(Refusal) in try body(runs.next(), db) }
    }
  }

  @Test(
    "others in the way: run again, three times at most",
    arguments: ["serialization_failure", "deadlock_detected", "unique_violation"], [1, 3, 9])
  func conflict(condition: String, failures: Int) throws {
    let setting = "dompet.failures"
    let refused = write { run, db throws(Refusal) in
      try db.insert(run)
      if run > failures { return }
      try db.execute("SELECT set_config($1, $2, true)", [.text(setting), .text(condition)])
      try db.execute(
        """
        DO $$ BEGIN
          CASE current_setting('dompet.failures')
          WHEN 'serialization_failure' THEN RAISE serialization_failure;
          WHEN 'deadlock_detected' THEN RAISE deadlock_detected;
          ELSE RAISE unique_violation;
          END CASE;
        END $$
        """, [])
    }
    #expect(runs.number == min(failures, 3) + 1)
    #expect(database.figures.retries == min(failures, 3))
    if failures <= 3 {
      #expect(refused == nil)
    } else if condition == "unique_violation" {
      #expect(refused?.isBroken == true)
    } else {
      #expect(refused?.isBusy == true)
    }
    #expect(try database.numbers() == (failures <= 3 ? [failures + 1] : []))
  }

  @Test("two that wait for each other: both are done in the end")
  func deadlock() throws {
    for number in 1...2 { try database.insert(number) }
    let done = inThreads(2) { [database] thread in
      refusal { () throws(Refusal) in
        try database.write { db throws(Refusal) in
          for number in thread == 0 ? [1, 2] : [2, 1] {
            try db.execute(
              "UPDATE entries SET payload = payload || 'x' WHERE number = $1",
              [.integer(Int64(number))])
            usleep(300_000)
          }
        }
      }
    }
    #expect(done == [nil, nil])
  }

  @Test("a connection lost before COMMIT: run again on another, once", arguments: [1, 2])
  func lost(times: Int) throws {
    let refused = write { run, db throws(Refusal) in
      try db.insert(run)
      if run <= times { try db.execute("SELECT pg_terminate_backend(pg_backend_pid())", []) }
    }
    #expect(runs.number == 2)
    #expect(database.figures.reconnects == 1 && database.figures.retries == 0)
    #expect(times == 1 ? refused == nil : refused?.isBusy == true)
    #expect(try database.numbers() == (times == 1 ? [2] : []))
  }

  @Test("a connection lost amid many statements: run again on another")
  func lostAmidMany() throws {
    let leave = Command("SELECT pg_terminate_backend(pg_backend_pid())", [])
    let refused = write { run, db throws(Refusal) in
      try db.insert(run)
      try db.executeAll(run == 1 ? [leave, leave, leave] : [])
    }
    #expect(refused == nil)
    #expect(try database.numbers() == [2])
  }

  @Test("a server that takes no writes is left, and another connection tried")
  func readOnly() throws {
    let refused = write { run, db throws(Refusal) in
      if run == 1 { try db.execute("SET TRANSACTION READ ONLY", []) }
      try db.insert(run)
    }
    #expect(refused == nil)
    #expect(runs.number == 2)
    #expect(try database.numbers() == [2])
  }

  @Test("connections that were closed while they lay idle are not used again")
  func idle() throws {
    inThreads(8) { [database] in try? database.insert($0) }
    inThreads(8) { [database] _ in _ = try? database.numbers() }
    guard case .server(let url) = database.place.location else { return }
    try Server.signal("pg_terminate_backend", url.databaseName)
    usleep(100_000)
    for number in 8..<10 {
      #expect(write { _, db throws(Refusal) in try db.insert(number) } == nil)
    }
    #expect(runs.number == 2)
    #expect(try database.numbers() == Array(0..<10))
    #expect(try database.glance { db throws(Refusal) in try db.numbers() } == Array(0..<10))
    // One that writes, one that reads.
    #expect(database.figures.reconnects == 2)
  }

  @Test("a connection lost while COMMIT is answered: unknown, and not run again")
  func lostAtCommit() throws {
    try database.write { db throws(Refusal) in
      try db.execute(
        """
        CREATE FUNCTION leave() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END'
        """, [])
      try db.execute(
        """
        CREATE CONSTRAINT TRIGGER leaves AFTER INSERT ON entries DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION leave()
        """, [])
    }
    let refused = write { run, db throws(Refusal) in try db.insert(run) }
    #expect(refused?.isBusy == true)
    #expect(refused?.evidence.hasPrefix("unknown: ") == true)
    #expect(runs.number == 1)
  }

  @Test("a COMMIT that is refused was not done: others in the way are tried again")
  func refusedAtCommit() throws {
    try database.write { db throws(Refusal) in
      try db.execute(
        """
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN IF NEW.number < 3 THEN RAISE serialization_failure; END IF; RETURN NULL; END'
        """, [])
      try db.execute(
        """
        CREATE CONSTRAINT TRIGGER refuses AFTER INSERT ON entries DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION refuse()
        """, [])
    }
    #expect(write { run, db throws(Refusal) in try db.insert(run) } == nil)
    #expect(try database.numbers() == [3])
  }

  @Test("a body that ends the transaction itself is broken, whatever it did after")
  func bodyEndsTransaction() throws {
    let refused = write { run, db throws(Refusal) in
      try db.execute("ROLLBACK", [])
      try db.insert(run)
    }
    #expect(refused?.isBroken == true)
    #expect(try database.numbers() == [])
  }

  @Test("text with a NUL, which the server cannot keep, is broken and not cut")
  func textWithNUL() throws {
    let refused = write { _, db throws(Refusal) in try db.insert(1, payload: "can\u{0}ary") }
    #expect(refused?.isBroken == true)
    #expect(refused?.evidence.contains("can") == false)
    #expect(try database.numbers() == [])
  }

  @Test("one statement whose value is NULL at times is still found again")
  func nullAtTimes() throws {
    try database.insert(1, payload: "a")
    for (value, count) in [(Value.null, 0), (.text("a"), 1), (.text("b"), 0), (.null, 0)] {
      let found = try database.read { db throws(Refusal) in
        try db.query("SELECT number FROM entries WHERE payload = $1 AND half = 1", [value]) {
          row throws(Refusal) in try row.integer(0)
        }
      }
      #expect(found.count == count)
    }
  }

  @Test("numbers, sums and booleans are integers; what does not fit is refused")
  func integers() throws {
    let found = try database.glance { db throws(Refusal) in
      try db.first(
        "SELECT 1::smallint, 2::int, sum(x), true, false FROM (VALUES (-3::bigint)) v (x)", []
      ) { row throws(Refusal) in
        [
          try row.integer(0), try row.integer(1), try row.integer(2), try row.integer(3),
          try row.integer(4),
        ]
      }
    }
    #expect(found == [1, 2, -3, 1, 0])
    for sql in ["SELECT 9223372036854775808", "SELECT 1::float8", "SELECT 1.0"] as [StaticString] {
      let refused = refusal { () throws(Refusal) in
        try database.glance { db throws(Refusal) in
          try db.query(sql, []) { row throws(Refusal) in try row.integer(0) }
        }
      }
      #expect(refused?.isBroken == true, "\(sql)")
    }
  }
}
