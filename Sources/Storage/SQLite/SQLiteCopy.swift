// Copies of a database: made while it is written to, read without touching them, and made ready
// to be a database again.

import CSQLite
import Domain
import Glibc

/// A copy in one file that nobody writes to.
public enum SQLiteCopy {
  /// 4 MB. The disk gets them before more are copied, and then as long a rest as that took: 1 GB
  /// handed to it at once would keep every writer's sync waiting.
  private static let pagesPerStep: Int32 = 1024

  /// Copies the database into a file that is there and empty, as it was at one moment, and returns
  /// when that is durable. Nobody waits for it: it is one long read, whose snapshot keeps SQLite
  /// from beginning anew however much is written meanwhile. The write-ahead log grows until it is
  /// through, by what is written meanwhile.
  /// - Parameter progress: called after every 4 MB.
  /// - Throws: `.busy` when a disk is full or fails; `.broken` when the database is damaged.
  public static func write(
    from path: String, to copy: String, progress: (_ done: Int, _ all: Int) -> Void
  ) throws(Refusal) {
    let source = try SQLiteConnection(path: path, purpose: .reading)
    // The snapshot is taken by the first look.
    try source.begin()
    _ = try source.appliedMigrations()
    let target = try open("file:\(escaped(copy))", SQLITE_OPEN_READWRITE)
    defer { sqlite3_close_v2(target) }
    // Nothing lies there yet that a journal could save; the syncs are done here.
    sqlite3_exec(target, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF", nil, nil, nil)
    guard let backup = sqlite3_backup_init(target, "main", source.handle, "main") else {
      throw refusal(for: sqlite3_extended_errcode(target), on: target, sql: "backup")
    }
    do throws(Refusal) {
      try run(backup, to: target, copy, progress)
    } catch {
      sqlite3_backup_finish(backup)
      throw error
    }
    let code = sqlite3_backup_finish(backup)
    guard code == SQLITE_OK else { throw refusal(for: code, on: target, sql: "backup") }
    try Files.refusing { () throws(FileFailure) in try Files.sync(copy) }
    source.rollBack()
  }

  private static func run(
    _ backup: OpaquePointer, to target: OpaquePointer, _ path: String,
    _ progress: (_ done: Int, _ all: Int) -> Void
  ) throws(Refusal) {
    while true {
      let begin = Deadline.seconds(0)
      let code = sqlite3_backup_step(backup, pagesPerStep)
      guard code == SQLITE_OK || code == SQLITE_DONE else {
        throw refusal(for: code, on: target, sql: "backup")
      }
      let all = Int(sqlite3_backup_pagecount(backup))
      progress(all - Int(sqlite3_backup_remaining(backup)), all)
      if code == SQLITE_DONE { return }
      try Files.refusing { () throws(FileFailure) in try Files.sync(path) }
      usleep(UInt32(clamping: min(begin.passedMicroseconds, 1_000_000)))
    }
  }

  /// Runs `body` on a copy that nobody writes to; nothing is made beside it. Its schema is taken as
  /// it is.
  public static func read<T>(
    _ path: String, _ body: (any Connection) throws(Refusal) -> T
  ) throws(Refusal) -> T {
    let handle = try open("file:\(escaped(path))?immutable=1", SQLITE_OPEN_READONLY)
    let connection = try SQLiteConnection(adopting: handle)
    try connection.begin()
    defer { connection.rollBack() }
    return try body(connection)
  }

  /// Applies the migrations that a copy lacks, and leaves one file, without a log beside it. Not
  /// yet durable.
  public static func prepare(
    _ path: String, migrations: [Migration]
  ) throws(StorageFailure) {
    defer { for end in ["-wal", "-shm", ".lock"] { unlink(path + end) } }
    let turnstile: Turnstile
    do throws(Refusal) {
      turnstile = try Turnstile(beside: path)
    } catch {
      throw .cannotOpen(evidence: "\(error)")
    }
    let start = SQLiteStart(path: path, migrations: migrations, turnstile: turnstile)
    let connection = try start.openMigrated()
    let code = sqlite3_wal_checkpoint_v2(
      connection.handle, "main", SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
    guard code == SQLITE_OK else {
      throw .cannotOpen(evidence: "\(path): SQLite \(code), in: checkpoint")
    }
  }

  private static func open(_ path: String, _ flags: Int32) throws(Refusal) -> OpaquePointer {
    var handle: OpaquePointer?
    let more = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_URI
    let code = sqlite3_open_v2(path, &handle, flags | more, nil)
    guard code == SQLITE_OK, let handle else {
      defer { sqlite3_close_v2(handle) }
      throw refusal(for: code, on: handle, sql: "open \(path)")
    }
    return handle
  }

  /// As a path in a URI (https://sqlite.org/uri.html).
  private static func escaped(_ path: String) -> String {
    let hexadecimal = Array("0123456789ABCDEF")
    return path.utf8.reduce(into: "") { text, byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."),
        UInt8(ascii: "-"), UInt8(ascii: "_"):
        text.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        text += "%\(hexadecimal[Int(byte >> 4)])\(hexadecimal[Int(byte & 15)])"
      }
    }
  }
}
