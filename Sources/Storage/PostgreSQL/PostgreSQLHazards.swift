// What the server's operator could have set otherwise than the ledger needs.

#if PostgreSQL
  import CPostgreSQL
  import Domain

  extension PostgreSQLConnection {
    func findHazards(_ found: (Hazard) -> Void) throws(Refusal) {
      // `reserved_connections` is new in PostgreSQL 16.
      try forEach(
        """
        SELECT current_setting('synchronous_commit'), current_setting('fsync'),
          current_setting('full_page_writes'), current_setting('max_connections')::bigint
            - current_setting('superuser_reserved_connections')::bigint
            - coalesce(current_setting('reserved_connections', true), '0')::bigint
        """, []
      ) { row throws(Refusal) in
        let hazards = [
          Hazard.synchronousCommit(try row.text(0)), .fsync(try row.text(1)),
          .fullPageWrites(try row.text(2)), .connections(try row.integer(3)),
        ]
        for case let hazard? in hazards { found(hazard) }
      }
    }

    func databaseBytes() throws(Refusal) -> Int64? {
      try first("SELECT pg_database_size(current_database())", []) { row throws(Refusal) in
        try row.integer(0)
      }
    }
  }

  extension Hazard {
    /// https://www.postgresql.org/docs/15/wal-async-commit.html: three times wal_writer_delay.
    fileprivate static func synchronousCommit(_ value: String) -> Hazard? {
      let text =
        switch value {
        case "off":
          "it is off: when the server crashes, what was acknowledged in the last 0.6 s is lost"
        case "local":
          "it is local: when a standby takes over, what was acknowledged and had not reached it "
            + "is lost"
        default: ""
        }
      if text.isEmpty { return nil }
      return Hazard(
        level: .warning, setting: "synchronous_commit", text: text,
        advice: "Set it to on, for the server and wherever a database or a role has it otherwise; "
          + "a standby that may take over stands in synchronous_standby_names.")
    }

    /// https://www.postgresql.org/docs/15/runtime-config-wal.html, as the next.
    fileprivate static func fsync(_ value: String) -> Hazard? {
      if value == "on" { return nil }
      return Hazard(
        level: .problem, setting: "fsync",
        text: "it is \(value): when the machine crashes, the whole database can be destroyed",
        advice: "Set it to on, and restart the server.")
    }

    fileprivate static func fullPageWrites(_ value: String) -> Hazard? {
      if value == "on" { return nil }
      return Hazard(
        level: .problem, setting: "full_page_writes",
        text: "it is \(value): when the machine crashes, a page that is half written stays so",
        advice: "Set it to on, and reload the server's configuration.")
    }

    fileprivate static func connections(_ left: Int64) -> Hazard? {
      let needed = Limits.connectionsOfMachine
      if left >= needed { return nil }
      return Hazard(
        level: .warning, setting: "max_connections",
        text: "it leaves \(left) to the programs, and the four of one machine may take \(needed)",
        advice: "Set it to \(needed) for each machine with programs, and 10 for commands and the "
          + "server's operator; and restart the server.")
    }
  }

  extension ServerURL {
    /// Whether a server answers that only follows another one, or is being restored.
    var isInRecovery: Bool {
      guard let handle = try? PostgreSQLConnection.connect(self, to: "any") else { return false }
      defer { PQfinish(handle) }
      return PQparameterStatus(handle, "in_hot_standby").map { String(cString: $0) } == "on"
    }
  }
#endif
