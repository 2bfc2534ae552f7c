// The database's own record of the migrations that it has.

import CSQLite
import Domain

extension SQLiteConnection {
  /// Their names, in the order in which they were applied.
  func appliedMigrations() throws(Refusal) -> [String] {
    let tables = try query(
      "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migrations'", []
    ) { row throws(Refusal) in try row.integer(0) }
    guard tables == [1] else { return [] }
    return try query("SELECT name FROM schema_migrations ORDER BY number", []) {
      row throws(Refusal) in try row.text(0)
    }
  }

  func createMigrationsTable() throws(Refusal) {
    try execute(
      """
      CREATE TABLE IF NOT EXISTS schema_migrations (
        number INTEGER PRIMARY KEY, -- 1, 2, … without holes
        name TEXT NOT NULL UNIQUE,
        applied_at INTEGER NOT NULL -- microseconds since 1970
      ) STRICT
      """, [])
  }

  /// Runs within the caller's transaction, which the script must leave open.
  func apply(_ migration: Migration, number: Int) throws(Refusal) {
    try run(script: migration.sqlite)
    guard isInTransaction else {
      throw .broken(evidence: "migration \(migration.name) ends the transaction")
    }
    try execute(
      "INSERT INTO schema_migrations VALUES ($1, $2, unixepoch() * 1000000)",
      [.integer(Int64(number)), .text(migration.name)])
  }

  /// SQLite opens a file that it may only read without saying so.
  var isWritable: Bool { sqlite3_db_readonly(handle, "main") == 0 }
}
