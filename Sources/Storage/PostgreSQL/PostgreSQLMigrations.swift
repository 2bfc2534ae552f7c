// The database's own record of the migrations that it has.

#if PostgreSQL
  import Domain

  enum PostgreSQLMigrations {
    /// In the order in which they were applied.
    static func applied(in db: any Connection) throws(Refusal) -> [AppliedMigration] {
      let exists = try db.first("SELECT to_regclass('schema_migrations') IS NOT NULL", []) {
        row throws(Refusal) in try row.integer(0) == 1
      }
      guard exists == true else { return [] }
      return try db.query("SELECT name, expands FROM schema_migrations ORDER BY number", []) {
        row throws(Refusal) in
        AppliedMigration(name: try row.text(0), expands: try row.integer(1) == 1)
      }
    }

    static func createTable(in db: any Connection) throws(Refusal) {
      try db.execute(
        """
        CREATE TABLE IF NOT EXISTS schema_migrations (
          number BIGINT PRIMARY KEY, -- 1, 2, … without holes
          name TEXT NOT NULL UNIQUE,
          applied_at BIGINT NOT NULL, -- microseconds since 1970
          -- 1 where programs that do not know it may go on working.
          expands BIGINT NOT NULL CHECK (expands IN (0, 1))
        )
        """, [])
    }

    /// Runs within the caller's transaction, which the script must leave open.
    static func apply(
      _ migration: Migration, number: Int, on connection: PostgreSQLConnection
    ) throws(Refusal) {
      guard let script = String(validating: migration.postgresql, as: UTF8.self),
        !script.isEmpty, !script.utf8.contains(0)
      else {
        throw .broken(evidence: "migration \(migration.name) has no script for PostgreSQL")
      }
      try connection.run(script)
      guard connection.isInTransaction else {
        throw .broken(evidence: "migration \(migration.name) ends the transaction")
      }
      try connection.execute(
        """
        INSERT INTO schema_migrations (number, name, applied_at, expands)
        VALUES ($1, $2, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, $3)
        """,
        [
          .integer(Int64(number)), .text(migration.name),
          .integer(migration.kind == .expands ? 1 : 0),
        ])
    }
  }
#endif
