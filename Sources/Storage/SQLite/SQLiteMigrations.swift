// The database's own record of the migrations that it has.

import CSQLite
import Domain

extension SQLiteConnection {
  /// In the order in which they were applied. Those from before the database kept their kind are
  /// known to every program that asks, so theirs does not matter.
  func appliedMigrations() throws(Refusal) -> [AppliedMigration] {
    if try columns().isEmpty { return [] }
    guard try hasKinds() else {
      return try query("SELECT name FROM schema_migrations ORDER BY number", []) {
        row throws(Refusal) in AppliedMigration(name: try row.text(0), expands: false)
      }
    }
    return try query("SELECT name, expands FROM schema_migrations ORDER BY number", []) {
      row throws(Refusal) in
      AppliedMigration(name: try row.text(0), expands: try row.integer(1) == 1)
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
    if try hasKinds() { return }
    // 1 where programs that do not know it may go on working.
    try execute(
      "ALTER TABLE schema_migrations ADD COLUMN expands INTEGER NOT NULL DEFAULT 0", [])
  }

  private func hasKinds() throws(Refusal) -> Bool {
    try columns().contains("expands")
  }

  private func columns() throws(Refusal) -> [String] {
    try query("SELECT name FROM pragma_table_info('schema_migrations')", []) {
      row throws(Refusal) in try row.text(0)
    }
  }

  /// Runs within the caller's transaction, which the script must leave open.
  func apply(_ migration: Migration, number: Int) throws(Refusal) {
    try run(script: migration.sqlite)
    guard isInTransaction else {
      throw .broken(evidence: "migration \(migration.name) ends the transaction")
    }
    try execute(
      """
      INSERT INTO schema_migrations (number, name, applied_at, expands)
      VALUES ($1, $2, unixepoch() * 1000000, $3)
      """,
      [
        .integer(Int64(number)), .text(migration.name),
        .integer(migration.kind == .expands ? 1 : 0),
      ])
  }

  /// SQLite opens a file that it may only read without saying so.
  var isWritable: Bool { sqlite3_db_readonly(handle, "main") == 0 }
}
