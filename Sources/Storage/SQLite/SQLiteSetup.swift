// How every connection is opened and set up.

import CSQLite
import Domain

extension SQLiteConnection {
  /// Opens an existing file.
  ///
  /// A path that does not begin with `/` gets `./` before it, since SQLite takes `file:…` for a
  /// URI and `:memory:` for no file at all.
  static func open(_ path: String) throws(Refusal) -> OpaquePointer {
    _ = memoryStatisticsAreOff
    var handle: OpaquePointer?
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
    let code = sqlite3_open_v2(path.hasPrefix("/") ? path : "./" + path, &handle, flags, nil)
    guard code == SQLITE_OK, let handle else {
      defer { sqlite3_close_v2(handle) }
      throw refusal(for: code, on: handle, sql: "open")
    }
    return handle
  }

  /// SQLite counts memory under a lock that all connections share; nobody reads the counts.
  private static let memoryStatisticsAreOff =
    dompet_sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) == SQLITE_OK

  /// What each connection demands, and why:
  /// - no checkpoint that SQLite makes by itself, on commit or on close, and a log that survives
  ///   the last close: the WAL-reset race (https://sqlite.org/wal.html#walresetbug), and readers;
  /// - FULL, of whoever asks for tables: the log is synced at each commit, and without it a power
  ///   cut takes acknowledged rows;
  /// - foreign keys, which SQLite leaves off;
  /// - a file that somebody prepared can neither run functions nor be written past its schema;
  /// - a misspelt column in double quotes is an error, not a string.
  func setUp() throws(Refusal) {
    for (option, on) in [
      (SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, Int32(1)), (SQLITE_DBCONFIG_ENABLE_FKEY, 1),
      (SQLITE_DBCONFIG_DEFENSIVE, 1), (SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0),
      (SQLITE_DBCONFIG_DQS_DML, 0), (SQLITE_DBCONFIG_DQS_DDL, 0),
    ] where dompet_sqlite3_db_config(handle, option, on) != on {
      throw .broken(evidence: "SQLite does not take its option \(option)")
    }
    var keepsLog: Int32 = 1
    let code = sqlite3_file_control(handle, "main", SQLITE_FCNTL_PERSIST_WAL, &keepsLog)
    guard code == SQLITE_OK else { throw failure(code, "keep the log") }
    sqlite3_wal_autocheckpoint(handle, 0)
    sqlite3_busy_timeout(handle, Limits.readBusyMilliseconds)
    // The rest reads the schema, 0.2 MB of memory. Who copies needs none of it: what is in the log
    // was synced at its commit, and syncDatabase sees to the database.
    if purpose != .copying { try setUpForTables() }
  }

  private func setUpForTables() throws(Refusal) {
    try run(script: Array("PRAGMA synchronous=FULL".utf8))
    guard try pragma("PRAGMA synchronous") == "2" else {
      throw .broken(evidence: "SQLite does not take synchronous=FULL")
    }
    if purpose == .reading {
      let cache = "PRAGMA cache_size=-\(Limits.readCacheKibibytes)"
      try run(script: Array("PRAGMA query_only=ON; \(cache)".utf8))
    } else {
      // The pages that a job changes are copied before, so that it can be undone alone: in memory.
      let cache = "PRAGMA cache_size=-\(Limits.writeCacheKibibytes)"
      try run(script: Array("PRAGMA temp_store=MEMORY; \(cache)".utf8))
      watch()
    }
  }

  /// What a pragma says, as text.
  func pragma(_ sql: StaticString) throws(Refusal) -> String? {
    try first(sql, []) { row throws(Refusal) in
      if let text = try? row.text(0) { return text }
      return String(try row.integer(0))
    }
  }

  /// Lets the writer be interrupted at its deadline, and know the size of the log. SQLite calls
  /// back on the thread that uses the connection, and never after it is closed.
  private func watch() {
    let this = Unmanaged.passUnretained(self).toOpaque()
    sqlite3_progress_handler(
      handle, Limits.stepsBetweenClockReadings,
      { this in
        guard let this else { return 0 }
        let connection = Unmanaged<SQLiteConnection>.fromOpaque(this).takeUnretainedValue()
        return connection.deadline?.isPast == true ? 1 : 0
      }, this)
    sqlite3_wal_hook(
      handle,
      { this, _, _, pages in
        guard let this else { return SQLITE_OK }
        let connection = Unmanaged<SQLiteConnection>.fromOpaque(this).takeUnretainedValue()
        connection.logPages = Int(pages)
        return SQLITE_OK
      }, this)
  }
}
