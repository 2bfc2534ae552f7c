// Increments under ids of their own, written by many threads at once whatever becomes of the
// server; each is asked for again until it is acknowledged.

import Domain
import Foundation
import Storage
import Synchronization
import Testing

final class Drill: Sendable {
  /// An id's row is what makes an increment happen once; the tallies show if it did not. They are
  /// few, so that transactions are in each other's way.
  static let migration = Migration(
    "increments", .expands,
    """
    CREATE TABLE increments (id TEXT PRIMARY KEY);
    CREATE TABLE tallies (number BIGINT PRIMARY KEY, total BIGINT NOT NULL);
    INSERT INTO tallies VALUES (0, 0), (1, 0), (2, 0);
    """)
  private static let threads = 8

  let database: any Database
  private let isOver = Atomic(false)

  init(_ database: any Database) {
    self.database = database
  }

  /// Writes until `trouble` ends, and holds what is there then against what was acknowledged.
  func run(during trouble: () throws -> Void) throws {
    let journals = startThreads(Drill.threads) { [self] in journal(of: $0) }
    let outcome = Result { try trouble() }
    isOver.store(true, ordering: .relaxed)
    let acknowledged = Set(journals().flatMap { $0 })
    try outcome.get()
    let (ids, total) = try found()
    #expect(acknowledged.count > 200)
    #expect(acknowledged.subtracting(ids) == [], "acknowledged, and missing")
    // What each thread was at in the end may be there.
    #expect(ids.subtracting(acknowledged).count <= Drill.threads)
    #expect(total == ids.count, "doubled")
  }

  /// The ids that were acknowledged to one thread.
  private func journal(of thread: Int) -> [String] {
    var acknowledged: [String] = []
    while !isOver.load(ordering: .relaxed) {
      let id = "\(thread)-\(acknowledged.count)"
      let refused = refusal { () throws(Refusal) in try increment(id) }
      if refused == nil {
        acknowledged.append(id)
      } else {
        #expect(refused?.isBusy == true, "\(refused?.evidence ?? "")")
        usleep(5000)
      }
    }
    return acknowledged
  }

  private func increment(_ id: String) throws(Refusal) {
    let number = Int64.random(in: 0...2)
    try database.write { db throws(Refusal) in
      let isDone = try db.first("SELECT 1 FROM increments WHERE id = $1", [.text(id)]) {
        row throws(Refusal) in try row.integer(0)
      }
      if isDone != nil { return }
      try db.execute("INSERT INTO increments (id) VALUES ($1)", [.text(id)])
      try db.execute(
        "UPDATE tallies SET total = total + 1 WHERE number = $1", [.integer(number)])
    }
  }

  private func found() throws(Refusal) -> (ids: Set<String>, total: Int64) {
    try database.read { db throws(Refusal) in
      let ids = try db.query("SELECT id FROM increments", []) { row throws(Refusal) in
        try row.text(0)
      }
      let total = try db.first("SELECT sum(total) FROM tallies", []) { row throws(Refusal) in
        try row.integer(0)
      }
      return (Set(ids), total ?? 0)
    }
  }
}
