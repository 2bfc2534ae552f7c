// The PostgreSQL server of the tests, as its operator sees it.

#if PostgreSQL
  import CPostgreSQL

  enum Server {
    /// - Returns: the URL of a new database, whose commits wait for this server alone, so that one
    ///   test can make others wait for a standby.
    static func make(_ name: String) throws -> String {
      let url = Engine.serverURL ?? ""
      try run("CREATE DATABASE \(name)")
      try run("ALTER DATABASE \(name) SET synchronous_commit = local")
      let parts = url.split(separator: "?", maxSplits: 1)
      let base = parts[0].split(separator: "/", omittingEmptySubsequences: false).dropLast()
      return base.joined(separator: "/") + "/\(name)" + (parts.count > 1 ? "?\(parts[1])" : "")
    }

    static func remove(_ name: String) {
      _ = try? run("DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
    }

    /// Runs one statement as the operator, and gives its first value.
    @discardableResult
    static func run(_ sql: String, at url: String = Engine.serverURL ?? "") throws -> String {
      let connection = PQconnectdb(url)
      defer { PQfinish(connection) }
      for text in ["SET synchronous_commit = local; SET client_min_messages = error", sql] {
        let result = PQexec(connection, text)
        defer { PQclear(result) }
        let status = PQresultStatus(result)
        guard status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK else {
          throw Refused(text: PQresultErrorMessage(result).map { String(cString: $0) } ?? "")
        }
        if text == sql, PQntuples(result) > 0 {
          return PQgetvalue(result, 0, 0).map { String(cString: $0) } ?? ""
        }
      }
      return ""
    }

    struct Refused: Error { let text: String }

    /// Calls `function`, pg_terminate_backend for instance, on all sessions of a database.
    static func signal(_ function: String, _ name: String) throws {
      try run(
        "SELECT count(\(function)(pid)) FROM pg_stat_activity WHERE datname = '\(name)'")
    }
  }
#else
  enum Server {
    static func make(_ name: String) throws -> String { throw CancellationError() }
    static func remove(_ name: String) {}
    static func run(_ sql: String, at url: String = "") throws {}
    static func signal(_ function: String, _ name: String) throws {}
  }
#endif
