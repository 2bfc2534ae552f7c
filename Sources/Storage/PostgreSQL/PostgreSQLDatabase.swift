// The engine for more than one machine: a PostgreSQL server, used by many threads of many programs
// at once.

#if PostgreSQL
  import Domain
  import Synchronization

  /// A database on a server. Each reader and each writer has a connection while it is at it; the
  /// server commits together whoever wants to at the same moment.
  public final class PostgreSQLDatabase: Database {
    private let migrations: [Migration]
    private let mode: OpeningMode
    private let readers: PostgreSQLPool
    private let writers: PostgreSQLPool
    private let counts = Mutex(StorageFigures())

    /// The database must be there; the schema is made where needed.
    ///
    /// Throws `.newerSchema`, unless what is newer only expands; in mode `.single`,
    /// `.olderSchema`; `.cannotOpen` when no server can be reached, it takes no writes, or a
    /// migration fails. In mode `.service` a server that is away is waited for, a minute at most.
    public init(
      _ url: ServerURL, migrations: [Migration], mode: OpeningMode
    ) throws(StorageFailure) {
      try PostgreSQLStart(url: url, migrations: migrations, mode: mode).run()
      self.migrations = migrations
      self.mode = mode
      readers = PostgreSQLPool(url, .reading, mode: mode, countMax: Limits.serverReadersMax)
      writers = PostgreSQLPool(url, .writing, mode: mode, countMax: Limits.serverWritersMax)
    }

    public var figures: StorageFigures {
      var figures = counts.withLock { $0 }
      figures.reconnects = readers.reconnects + writers.reconnects
      return figures
    }

    public func hasKnownSchema() throws(Refusal) -> Bool {
      let applied = try read { connection throws(Refusal) in
        try PostgreSQLMigrations.applied(in: connection)
      }
      return migrations.areKnown(among: applied)
    }

    public func read<T>(
      _ body: (any Connection) throws(Refusal) -> T
    ) throws(Refusal) -> T {
      let connection = try reader()
      defer { readers.giveBack(connection) }
      try connection.begin()
      return try body(connection)
    }

    public func glance<T>(
      _ body: (any Connection) throws(Refusal) -> T
    ) throws(Refusal) -> T {
      let connection = try reader()
      defer { readers.giveBack(connection) }
      connection.statementsLeft = 1
      return try body(connection)
    }

    public func write<T: Sendable>(
      _ body: @escaping @Sendable (any Connection) throws(Refusal) -> T
    ) throws(Refusal) -> T {
      let deadline = Deadline.seconds(Limits.writeSeconds)
      var (repeatsLeft, reconnectsLeft) = (Limits.repeatsMax, Limits.reconnectsMax)
      while true {
        let connection = try writers.borrow(until: deadline)
        connection.lend(until: deadline)
        let refusal: Refusal
        do throws(Refusal) {
          let result = try connection.transact(body)
          writers.giveBack(connection)
          count(\.commits, \.committedJobs)
          return result
        } catch {
          refusal = error
        }
        let failure = connection.failure
        writers.giveBack(connection)
        // A body's own refusal: the server has no part in it.
        guard let failure else { throw refusal }
        switch failure.kind {
        case .conflict where repeatsLeft > 0 && !deadline.isPast,
          .duplicate where repeatsLeft > 0 && !deadline.isPast:
          repeatsLeft -= 1
          count(\.retries)
        case .lost where reconnectsLeft > 0 && !deadline.isPast:
          reconnectsLeft -= 1
          writers.closeIdle()
        default:
          count(\.failedGroups)
          throw refusal
        }
      }
    }

    private func reader() throws(Refusal) -> PostgreSQLConnection {
      let connection = try readers.borrow(until: .seconds(Limits.readWaitSeconds))
      connection.lend(until: mode == .single ? nil : .seconds(Limits.serverReadSeconds))
      return connection
    }

    private func count(_ figures: WritableKeyPath<StorageFigures, Int64>...) {
      counts.withLock { counts in for figure in figures { counts[keyPath: figure] += 1 } }
    }
  }
#endif
