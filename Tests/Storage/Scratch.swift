// What the storage tests work on: a database of their own, other processes, and strangers.

import CSQLite
import Foundation
import Storage

/// A directory of its own for one test, removed in the end, and the database in it.
final class Scratch: Sendable {
  let directory: String
  var path: String { directory + "/test.db" }

  static let schema = """
    CREATE TABLE entries (
      writer INTEGER NOT NULL,
      number INTEGER NOT NULL,
      half INTEGER NOT NULL CHECK (half IN (1, 2)),
      payload TEXT NOT NULL,
      PRIMARY KEY (writer, number, half)
    ) STRICT
    """
  static let entries = Migration(name: "entries", kind: .expands, sqlite: Array(schema.utf8))

  init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "storage-\(UUID())")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    directory = url.path
  }

  deinit {
    try? FileManager.default.removeItem(atPath: directory)
  }

  func open(
    _ migrations: [Migration] = [entries], mode: OpeningMode = .service
  ) throws(StorageFailure) -> SQLiteDatabase {
    try SQLiteDatabase(path: path, migrations: migrations, mode: mode)
  }

  /// The size of the write-ahead log in bytes.
  var logBytes: Int {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path + "-wal")
    return attributes?[.size] as? Int ?? 0
  }

  /// storage-writer, started on this database; its lines go to the file `output`.
  func startWriter(_ arguments: [String], output: String = "output") throws -> Process {
    let file = directory + "/" + output
    _ = FileManager.default.createFile(atPath: file, contents: nil)
    let process = Process()
    process.executableURL = URL(filePath: Scratch.writerPath)
    process.arguments = [path, Scratch.schema] + arguments
    process.standardOutput = FileHandle(forWritingAtPath: file)
    try process.run()
    return process
  }

  /// The whole lines that a process wrote.
  func lines(of output: String = "output") -> [String] {
    let text = try? String(contentsOfFile: directory + "/" + output, encoding: .utf8)
    return text?.split(separator: "\n").map(String.init) ?? []
  }

  /// It is built beside the tests.
  static let writerPath =
    URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    .appending(path: "storage-writer").path
}

/// A process that does not know the turnstile: the sqlite3 shell, say.
final class Stranger {
  private var handle: OpaquePointer?

  init(_ path: String) {
    sqlite3_open(path, &handle)
  }

  deinit {
    sqlite3_close(handle)
  }

  func run(_ sql: String) -> Bool {
    sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK
  }
}

/// The turnstile of a database, held as another process would hold it until `release`.
struct HeldTurnstile {
  private let descriptor: Int32

  init(of path: String) {
    descriptor = Glibc.open(path + ".lock", O_RDONLY | O_CREAT | O_CLOEXEC, 0o660)
    flock(descriptor, LOCK_EX)
  }

  /// Also where a child that another test has just forked holds the descriptor too.
  func release() {
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }
}

/// Runs `body` in so many threads at once, and waits for what each of them gives.
@discardableResult
func inThreads<T: Sendable>(_ count: Int, _ body: @escaping @Sendable (Int) -> T) -> [T] {
  startThreads(count, body)()
}

/// Starts `body` in so many threads; the result waits for what each of them gives.
func startThreads<T: Sendable>(
  _ count: Int, _ body: @escaping @Sendable (Int) -> T
) -> () -> [T] {
  let results = Results<T>()
  for number in 0..<count {
    Thread.detachNewThread { results.set(number, body(number)) }
  }
  return { results.wait(count) }
}

/// Sendable because its variable is touched only under its lock, of a kind that the thread
/// sanitizer knows; it does not see the standard library's Mutex.
private final class Results<T: Sendable>: @unchecked Sendable {
  private let condition = NSCondition()
  private var values: [Int: T] = [:]

  func set(_ number: Int, _ value: T) {
    condition.withLock { values[number] = value }
    condition.signal()
  }

  func wait(_ count: Int) -> [T] {
    condition.withLock {
      while values.count < count { condition.wait() }
      return (0..<count).compactMap { values[$0] }
    }
  }
}
