// The first opening of a database in a process: the file, its log, its schema.

import Domain
import Glibc

/// Opens a database whose schema is this program's, or one that was only expanded since.
struct SQLiteStart {
  let path: String
  let migrations: [Migration]
  let turnstile: Turnstile

  /// Does not change the database.
  func open() throws(StorageFailure) -> SQLiteConnection {
    guard let connection = try existing() else {
      throw .olderSchema(found: 0, known: migrations.count)
    }
    let applied = try knownCount(on: connection)
    guard applied == migrations.count else {
      throw .olderSchema(found: applied, known: migrations.count)
    }
    return connection
  }

  /// Creates the file and applies migrations where that is still to be done. Programs that start
  /// at once do it one after the other, so the first one does it all.
  func openMigrated() throws(StorageFailure) -> SQLiteConnection {
    if let connection = try existing(), try knownCount(on: connection) == migrations.count {
      return connection
    }
    try orCannotOpen { () throws(Refusal) in
      try turnstile.enter(until: .seconds(Limits.startSeconds))
    }
    defer { turnstile.leave() }
    let connection = try orCannotOpen { () throws(Refusal) in
      try create()
      let connection = try SQLiteConnection(path: path, purpose: .writing)
      guard try connection.pragma("PRAGMA journal_mode=WAL") == "wal" else {
        throw .broken(evidence: "SQLite does not take journal_mode=WAL")
      }
      return connection
    }
    try migrate(connection)
    return connection
  }

  /// nil when there is no file, or it is not in WAL mode yet: it is just being created.
  private func existing() throws(StorageFailure) -> SQLiteConnection? {
    guard access(path, F_OK) == 0 || errno != ENOENT else { return nil }
    let connection = try orCannotOpen { () throws(Refusal) in
      let connection = try SQLiteConnection(path: path, purpose: .writing)
      return try connection.pragma("PRAGMA journal_mode") == "wal" ? connection : nil
    }
    guard connection.map({ $0.isWritable }) ?? true else {
      throw .cannotOpen(evidence: "\(path) cannot be written")
    }
    return connection
  }

  /// SQLite would not give the file to its group. It gives what lies beside it the same mode.
  private func create() throws(Refusal) {
    let descriptor = SharedFile.create(path, O_RDWR)
    guard descriptor >= 0 || errno == EEXIST else {
      throw .busy(evidence: "\(path): errno \(errno)")
    }
    if descriptor >= 0 { close(descriptor) }
  }

  private func migrate(_ connection: SQLiteConnection) throws(StorageFailure) {
    try orCannotOpen { () throws(Refusal) in
      try connection.begin()
      try connection.createMigrationsTable()
    }
    defer { connection.rollBack() }
    let applied = try knownCount(on: connection)
    try orCannotOpen { () throws(Refusal) in
      for (number, migration) in migrations.enumerated().dropFirst(applied) {
        try connection.apply(migration, number: number + 1)
      }
      try connection.commit()
    }
  }

  /// How many of this program's migrations the database has. Others may follow that only expand.
  private func knownCount(on connection: SQLiteConnection) throws(StorageFailure) -> Int {
    let applied = try orCannotOpen { () throws(Refusal) in try connection.appliedMigrations() }
    return try migrations.knownCount(among: applied)
  }

  private func orCannotOpen<T>(_ body: () throws(Refusal) -> T) throws(StorageFailure) -> T {
    do throws(Refusal) {
      return try body()
    } catch {
      throw .cannotOpen(evidence: "\(path): \(error)")
    }
  }
}
