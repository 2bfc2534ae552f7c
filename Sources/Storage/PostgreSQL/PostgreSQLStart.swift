// The first connection of a process: is the server there, and is the schema this program's?

#if PostgreSQL
  import Domain
  import Glibc

  /// Opens a database whose schema is this program's, or one that was only expanded since.
  struct PostgreSQLStart {
    let url: ServerURL
    let migrations: [Migration]
    let mode: OpeningMode

    /// Applies migrations where the mode is for that. Programs that start at once do it one after
    /// the other, so the first one does it all.
    func run() throws(StorageFailure) {
      let connection = try connected()
      let known = try knownCount(on: connection)
      if known == migrations.count { return }
      guard mode == .service else {
        throw .olderSchema(found: known, known: migrations.count)
      }
      try migrate(connection)
    }

    /// While servers change their parts, there is none for some seconds that takes writes.
    private func connected() throws(StorageFailure) -> PostgreSQLConnection {
      let deadline = Deadline.seconds(mode == .service ? Limits.startSeconds : 0)
      while true {
        do throws(Refusal) {
          return try PostgreSQLConnection(url, .migrating, mode: mode)
        } catch {
          guard case .busy = error, !deadline.isPast, url.mayComeBack else {
            throw cannotOpen(explained(error))
          }
          sleep(1)
        }
      }
    }

    /// libpq says no more than "session is read-only".
    private func explained(_ refusal: Refusal) -> Refusal {
      guard case .busy(let evidence) = refusal, evidence.contains("read-only"), url.isInRecovery
      else { return refusal }
      return .busy(
        evidence: evidence + "; the server is in recovery: it follows another one, which must "
          + "stand in the URL too, or is being restored")
    }

    private func migrate(_ connection: PostgreSQLConnection) throws(StorageFailure) {
      defer { connection.rollBack() }
      connection.deadline = .seconds(Limits.startSeconds)
      try orCannotOpen { () throws(Refusal) in
        try connection.begin()
        try connection.serialize(on: ["dompet schema_migrations"])
        // From here on each lock that is waited for holds up whoever comes after.
        try connection.execute(
          "SELECT set_config('lock_timeout', $1, true)", [.text("\(Limits.writeSeconds)s")])
        try PostgreSQLMigrations.createTable(in: connection)
      }
      let applied = try knownCount(on: connection)
      try orCannotOpen { () throws(Refusal) in
        for (number, migration) in migrations.enumerated().dropFirst(applied) {
          try PostgreSQLMigrations.apply(migration, number: number + 1, on: connection)
        }
        try connection.commit()
      }
    }

    private func knownCount(on connection: PostgreSQLConnection) throws(StorageFailure) -> Int {
      let applied = try orCannotOpen { () throws(Refusal) in
        try PostgreSQLMigrations.applied(in: connection)
      }
      return try migrations.knownCount(among: applied)
    }

    private func orCannotOpen<T>(_ body: () throws(Refusal) -> T) throws(StorageFailure) -> T {
      do throws(Refusal) {
        return try body()
      } catch {
        throw cannotOpen(error)
      }
    }

    private func cannotOpen(_ refusal: Refusal) -> StorageFailure {
      .cannotOpen(evidence: "\(url): \(refusal)")
    }
  }
#endif
