// The embedded engine: one SQLite file, used by many threads of many programs at once.

import Domain
import Glibc

/// A database in a file. Readers each have a connection and never wait for writers; writers
/// share one connection and commit in groups, one process after the other.
public final class SQLiteDatabase: Database {
  private let path: String
  private let migrations: [Migration]
  private let writer: GroupCommit
  private let readers: ReaderPool

  /// Beside the file come `-wal`, `-shm` and `.lock`. New files are made for owner and group: in a
  /// folder that is set-group-ID and writable for its group always, elsewhere as far as the
  /// process's umask lets them.
  ///
  /// Throws `.newerSchema`, unless what is newer only expands; in mode `.single`,
  /// `.olderSchema`; `.cannotOpen` when the directory is missing, the file may not be written or is
  /// no database, or a migration fails.
  public init(path: String, migrations: [Migration], mode: OpeningMode) throws(StorageFailure) {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw .cannotOpen(evidence: "an empty path, or one with a NUL, names no file")
    }
    let turnstile: Turnstile
    do throws(Refusal) {
      turnstile = try Turnstile(beside: path)
    } catch {
      throw .cannotOpen(evidence: "\(error)")
    }
    let start = SQLiteStart(path: path, migrations: migrations, turnstile: turnstile)
    let connection =
      switch mode {
      case .service: try start.openMigrated()
      case .single: try start.open()
      }
    self.path = path
    self.migrations = migrations
    readers = ReaderPool(path: path)
    writer = GroupCommit(path: path, turnstile: turnstile, connection: connection)
  }

  public var figures: StorageFigures {
    var figures = writer.figures
    var log = stat()
    if stat(path + "-wal", &log) == 0 { figures.logBytes = Int64(log.st_size) }
    return figures
  }

  public func hasKnownSchema() throws(Refusal) -> Bool {
    let connection = try readers.borrow()
    defer { readers.giveBack(connection) }
    return migrations.areKnown(among: try connection.appliedMigrations())
  }

  public func read<T>(
    _ body: (any Connection) throws(Refusal) -> T
  ) throws(Refusal) -> T {
    let connection = try readers.borrow()
    defer { readers.giveBack(connection) }
    try connection.begin()
    let result = try body(connection)
    try connection.commit()
    return result
  }

  public func glance<T>(
    _ body: (any Connection) throws(Refusal) -> T
  ) throws(Refusal) -> T {
    let connection = try readers.borrow()
    defer { readers.giveBack(connection) }
    connection.statementsLeft = 1
    return try body(connection)
  }

  public func write<T: Sendable>(
    _ body: @escaping @Sendable (any Connection) throws(Refusal) -> T
  ) throws(Refusal) -> T {
    // Written by the leader before it answers, and read after the answer: never at once.
    nonisolated(unsafe) var result: T?
    try writer.perform { connection throws(Refusal) in result = try body(connection) }
    guard let result else { throw .broken(evidence: "a write that was done gave no result") }
    return result
  }
}
