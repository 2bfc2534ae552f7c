// Many rows from a server, and answers that depend on another one.

import Domain
import Foundation
import Storage
import Testing

@Suite("Rows and standbys of a server", .enabled(if: Engine.hasServer, Engine.whyNot), .serialized)
struct ServerRowsTests {
  let database: Rented

  init() throws {
    database = try Rented(.postgresql)
  }

  @Test("a statement within the rows of another, however many are still to come")
  func nestedInMany() throws {
    let (sum, count) = try database.read { db throws(Refusal) in
      var (sum, count): (Int64, Int64) = (0, 0)
      try db.forEach("SELECT generate_series(1, 5000)", []) { row throws(Refusal) in
        sum += try row.integer(0)
        if count % 1000 == 0 {
          try db.forEach("SELECT $1", [.integer(count)]) { inner throws(Refusal) in
            sum += try inner.integer(0) - count
          }
        }
        count += 1
      }
      return (sum, count)
    }
    #expect(sum == 12_502_500)
    #expect(count == 5000)
  }

  @Test("a statement within the rows of another that are too many to be kept is refused")
  func nestedInTooMany() throws {
    let refused = refusal { () throws(Refusal) in
      try database.read { db throws(Refusal) in
        try db.forEach("SELECT generate_series(1, 1000000)", []) { _ throws(Refusal) in
          _ = try db.numbers()
        }
      }
    }
    #expect(refused?.isBroken == true)
    #expect(refused?.evidence.hasPrefix("too many rows wait") == true)
    #expect(try database.numbers() == [])
  }

  @Test("what a row's reader throws comes out amid few or many rows", arguments: [10, 1_000_000])
  func thrownAmid(count: Int64) throws {
    let refused = refusal { () throws(Refusal) in
      try database.read { db throws(Refusal) in
        try db.forEach("SELECT generate_series(1, $1)", [.integer(count)]) { _ throws(Refusal) in
          throw .notFound
        }
      }
    }
    #expect(refused == .notFound)
    #expect(try database.numbers() == [])
  }

  @Test("no standby answers: unknown, be it that nobody says more or that the wait is cancelled")
  func noStandby() throws {
    guard case .server(let url) = database.place.location else { return }
    try Server.run("ALTER DATABASE \(url.databaseName) RESET synchronous_commit")
    try Server.run("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
    try Server.run("SELECT pg_reload_conf()")
    defer {
      _ = try? Server.run("ALTER SYSTEM RESET synchronous_standby_names")
      _ = try? Server.run("SELECT pg_reload_conf()")
    }
    usleep(200_000)
    let begin = ContinuousClock.now
    let cancelled = startThreads(1) { [database] _ in
      refusal { () throws(Refusal) in try database.insert(1) }
    }
    usleep(1_000_000)
    try Server.signal("pg_cancel_backend", url.databaseName)
    let refused = cancelled()[0]
    #expect(refused?.evidence.hasPrefix("unknown: the answer to COMMIT: cancel") == true)
    #expect(ContinuousClock.now - begin < .seconds(4))
    let silent = refusal { () throws(Refusal) in try database.insert(2) }
    #expect(silent?.evidence.hasPrefix("unknown: ") == true)
    #expect(ContinuousClock.now - begin < .seconds(20))
    // It is seen here, but whoever says "done" because of it must wait for the standby, too.
    #expect(try database.numbers() == [1])
    let replay = refusal { () throws(Refusal) in
      try database.write { db throws(Refusal) in _ = try db.numbers() }
    }
    #expect(replay?.evidence.hasPrefix("unknown: ") == true)
  }

  @Test("whatever is wrong with a server, its password is not told")
  func secrets() throws {
    for text in [
      "postgresql://u:canary@127.0.0.1:1/d", "postgresql://u:canary@%zz/d",
      "postgresql://u:canary@h:port/d", "postgresql://u:canary@/d?host=/nowhere&nonsense=canary",
      "postgresql://u@%2Fnowhere/d?password=canary", "postgresql://u:can%61ry@%2Fnowhere/d",
    ] {
      let url = try #require(ServerURL(text))
      let failure = #expect(throws: StorageFailure.self) {
        try DatabaseLocation.server(url).open(migrations: [], mode: .single)
      }
      #expect(!"\(String(describing: failure))".contains("canary"), "\(text)")
    }
  }
}
