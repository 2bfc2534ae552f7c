// What storage-writer does for each of its commands.

import Domain
import Glibc
import Storage

/// Gives the exit status.
func run(arguments: [String]) -> Int32 {
  guard arguments.count >= 4 else { return 64 }
  let migration = Migration(name: "entries", kind: .expands, sqlite: Array(arguments[2].utf8))
  do throws(StorageFailure) {
    let path = arguments[1]
    let database = try SQLiteDatabase(path: path, migrations: [migration], mode: .service)
    switch arguments.dropFirst(3).first {
    case "start":
      return 0
    case "write":
      return write(
        to: database, seconds: arguments[4], threads: arguments[5],
        bytes: arguments.count > 6 ? arguments[6] : "0")
    case "copy":
      return copy(path, to: arguments[4])
    case "fill":
      return fill(database, path: path)
    default:
      return 64
    }
  } catch {
    print(error)
    return 69
  }
}

/// Writes one entry; its writer is this process.
func writeEntry(_ number: Int, payload: String, to database: SQLiteDatabase) throws(Refusal) {
  let writer = Int64(getpid())
  try database.write { connection throws(Refusal) in
    for half in 1...2 {
      try connection.execute(
        "INSERT INTO entries (writer, number, half, payload) VALUES ($1, $2, $3, $4)",
        [.integer(writer), .integer(Int64(number)), .integer(Int64(half)), .text(payload)])
    }
  }
}

private func write(
  to database: SQLiteDatabase, seconds: String, threads: String, bytes: String
) -> Int32 {
  let end = time(nil) + (Int(seconds) ?? 1)
  let payload = String(repeating: "x", count: Int(bytes) ?? 0)
  inThreads(Int(threads) ?? 1) { thread in
    var number = thread * 1_000_000
    while time(nil) < end {
      number += 1
      guard (try? writeEntry(number, payload: payload, to: database)) != nil else { continue }
      // In one system call: lines of different threads do not mix, and a kill loses none.
      let line = Array("\(number)\n".utf8)
      _ = Glibc.write(STDOUT_FILENO, line, line.count)
    }
  }
  return 0
}

/// Copies the database, for measuring what that costs the writers.
private func copy(_ path: String, to copy: String) -> Int32 {
  do {
    var file = try NewFile(copy, mode: 0o600)
    try file.sync()
    try SQLiteCopy.write(from: path, to: copy) { _, _ in }
    return 0
  } catch {
    print(error)
    return 74
  }
}

/// Runs `body` in so many threads, and waits for what each of them gives.
@discardableResult
func inThreads<T: Sendable>(_ count: Int, _ body: @escaping @Sendable (Int) -> T) -> [T] {
  let tasks = (0..<count).map { number in Task { body(number) } }
  var results: [T] = []
  var threads: [pthread_t] = []
  for task in tasks {
    var thread = pthread_t()
    pthread_create(
      &thread, nil,
      { task in
        if let task { Unmanaged<Runnable>.fromOpaque(task).takeRetainedValue().run() }
        return nil
      }, Unmanaged.passRetained(task as Runnable).toOpaque())
    threads.append(thread)
  }
  for (task, thread) in zip(tasks, threads) {
    pthread_join(thread, nil)
    if let result = task.result { results.append(result) }
  }
  return results
}

private class Runnable {
  func run() {}
}

private final class Task<T>: Runnable {
  private(set) var result: T?
  private let body: () -> T

  init(_ body: @escaping () -> T) {
    self.body = body
  }

  override func run() {
    result = body()
  }
}
