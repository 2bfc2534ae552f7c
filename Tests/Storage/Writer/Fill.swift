// Writing on a disk that becomes full, and has room again.

import Domain
import Glibc
import Storage

/// Eight threads write entries of 20 kB until the disk is full; then a file is removed and they
/// write again. Prints a line of each: how many were acknowledged, how many are in the database
/// as a whole, how many in half, how many were refused, and the same once there was room.
func fill(_ database: SQLiteDatabase, path: String) -> Int32 {
  let ballast = path + ".ballast"
  guard makeBallast(ballast) else { return 73 }
  let full = round(of: 40, from: 0, to: database)
  unlink(ballast)
  let roomy = round(of: 4, from: 1000, to: database)
  let acknowledged = full.acknowledged.union(roomy.acknowledged)
  guard let stored = try? storedNumbers(of: database) else { return 74 }
  print("acknowledged \(acknowledged.count)")
  print("whole \(stored.whole.count)")
  print("half \(stored.half)")
  print("differing \(acknowledged.symmetricDifference(stored.whole).count)")
  print("refused \(full.refused)")
  print("other \(full.other + roomy.other)")
  print("refused-with-room \(roomy.refused)")
  return 0
}

private struct Round {
  var acknowledged: Set<Int> = []
  var refused = 0
  var other = 0
}

private func round(of count: Int, from first: Int, to database: SQLiteDatabase) -> Round {
  let payload = String(repeating: "x", count: 10_000)
  let parts = inThreads(8) { thread in
    var round = Round()
    for number in (first + thread * count)..<(first + (thread + 1) * count) {
      do throws(Refusal) {
        try writeEntry(number, payload: payload, to: database)
        round.acknowledged.insert(number)
      } catch .busy {
        round.refused += 1
      } catch {
        round.other += 1
      }
    }
    return round
  }
  return parts.reduce(into: Round()) { sum, part in
    sum.acknowledged.formUnion(part.acknowledged)
    sum.refused += part.refused
    sum.other += part.other
  }
}

private func storedNumbers(
  of database: SQLiteDatabase
) throws(Refusal) -> (whole: Set<Int>, half: Int) {
  let entries = try database.read { connection throws(Refusal) in
    try connection.query("SELECT number, count(*) FROM entries GROUP BY writer, number", []) {
      row throws(Refusal) in (Int(try row.integer(0)), try row.integer(1))
    }
  }
  return (Set(entries.filter { $0.1 == 2 }.map(\.0)), entries.count { $0.1 != 2 })
}

/// 8 MB of zeros: more than the log can hold by then, which has to move into the database.
private func makeBallast(_ path: String) -> Bool {
  let descriptor = open(path, O_WRONLY | O_CREAT, 0o600)
  defer { close(descriptor) }
  let megabyte = [UInt8](repeating: 0, count: 1 << 20)
  return (0..<8).allSatisfy { _ in write(descriptor, megabyte, megabyte.count) == megabyte.count }
}
