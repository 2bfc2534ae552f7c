// Writing: one transaction, committed or not, or nobody knows.

#if PostgreSQL
  import CPostgreSQL
  import Domain

  extension PostgreSQLConnection {
    /// Runs `body` in a transaction that is durable when this returns. When it throws, nothing was
    /// done, unless the failure is `unknown`.
    func transact<T>(
      _ body: (any Connection) throws(Refusal) -> T
    ) throws(Refusal) -> T {
      try begin()
      do throws(Refusal) {
        let result = try body(self)
        // The body may have kept a failure to itself, but the server has undone everything.
        if let failure { throw failure.refusal }
        guard isInTransaction else { throw .broken(evidence: "a body ended the transaction") }
        try confirmOthers()
        try commit()
        return result
      } catch {
        rollBack()
        throw error
      }
    }

    /// A body that wrote nothing rests on what others wrote, and says "done" of it. That may not
    /// have reached the synchronous standby yet, though it is seen here: after a restart, or when
    /// a wait for it was cancelled. With a record of its own, this COMMIT waits for it as well.
    private func confirmOthers() throws(Refusal) {
      if hasWritten || purpose == .migrating { return }
      try execute("SELECT pg_logical_emit_message(true, 'dompet', '')", [])
    }

    /// From the moment that COMMIT is sent, only its answer tells whether it was done.
    func commit() throws(Refusal) {
      warning = nil
      deadline = deadline?.atLeast(milliseconds: Limits.commitMilliseconds)
      guard PQsendQuery(handle, "COMMIT") == 1 else { throw unknown("it could not be sent whole") }
      var answer: PostgreSQLResult?
      do throws(Refusal) {
        while let result = try nextResult() { answer = answer ?? result }
      } catch {
        throw unknown("no answer in time")
      }
      guard let answer else { throw unknown("no answer") }
      // "canceling wait for synchronous replication", in whatever language: src/backend/
      // replication/syncrep.c. It is committed here, but perhaps not on the standby.
      if let warning { throw unknown(warning) }
      switch (answer.status, answer.tag) {
      case (PGRES_COMMAND_OK, "COMMIT"): transactionEnds()
      // An error is an answer: it was rolled back. Not so if the session ended over it.
      case (PGRES_FATAL_ERROR, _) where answer.field("V") == "ERROR":
        throw fail(PostgreSQLFailure(answer, isWriting: true, sql: "COMMIT"))
      case (PGRES_COMMAND_OK, _):
        throw .broken(evidence: "COMMIT was answered with \(answer.tag)")
      default: throw unknown(answer.message)
      }
    }

    private func unknown(_ why: String) -> Refusal {
      let evidence = "unknown: the answer to COMMIT: \(why)"
      return fail(PostgreSQLFailure(.unknown, .busy(evidence: evidence)))
    }

    /// `pg_advisory_xact_lock`, until the transaction ends.
    func serialize(on names: [String]) throws(Refusal) {
      guard purpose != .reading else { throw .broken(evidence: "a read is never alone") }
      for key in Set(names.map(advisoryKey)).sorted() {
        try execute("SELECT pg_advisory_xact_lock($1)", [.integer(key)])
      }
    }

    func resumeNumbering(of table: String, after number: Int64) throws(Refusal) {
      try execute(
        "SELECT setval(pg_get_serial_sequence($1, 'id'), $2)", [.text(table), .integer(number)])
    }

    func findDamage(_ found: (String) -> Void) {}

    func findOrphans(_ found: (String) -> Void) {}
  }

  /// A name's lock: FNV-1a in 64 bits (http://www.isthe.com/chongo/tech/comp/fnv/).
  func advisoryKey(_ name: String) -> Int64 {
    let hash = name.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { hash, byte in
      (hash ^ UInt64(byte)) &* 0x100_0000_01b3
    }
    return Int64(bitPattern: hash)
  }
#endif
