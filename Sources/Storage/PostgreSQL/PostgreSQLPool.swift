// The connections of this process to the server: as many as were ever needed at once, within a
// bound.

#if PostgreSQL
  import Domain

  /// Lends connections, the one that was used last first.
  ///
  /// Sendable because its variables are touched only under the lock.
  final class PostgreSQLPool: @unchecked Sendable {
    private let url: ServerURL
    private let purpose: PostgreSQLConnection.Purpose
    private let mode: OpeningMode
    private let countMax: Int
    private let lock = Lock()
    private let returned = Condition()
    private var idle: [PostgreSQLConnection] = []
    private var lentCount = 0
    /// Connections that are gone, and how many were made in their place.
    private var lostCount = 0
    private var renewedCount: Int64 = 0

    init(
      _ url: ServerURL, _ purpose: PostgreSQLConnection.Purpose, mode: OpeningMode, countMax: Int
    ) {
      self.url = url
      self.purpose = purpose
      self.mode = mode
      self.countMax = countMax
    }

    /// How many connections were made in place of one that was lost, or closed for fear of it.
    var reconnects: Int64 { lock.locked { renewedCount } }

    /// Throws `.busy` when all connections are lent and none came back in time, or no new one can
    /// be made. Whoever has one must not wait for a second: if all did, none would ever come back.
    func borrow(until deadline: Deadline) throws(Refusal) -> PostgreSQLConnection {
      let isGranted = lock.locked { awaitTurn(until: deadline) }
      guard isGranted else { throw .busy(evidence: "all connections were lent") }
      while let connection = lock.locked({ idle.popLast() }) {
        if !connection.isStale { return connection }
        lock.locked { lostCount += 1 }
      }
      do throws(Refusal) {
        let connection = try PostgreSQLConnection(url, purpose, mode: mode)
        lock.locked { noteNew() }
        return connection
      } catch {
        endLoan(keeping: nil)
        throw error
      }
    }

    private func noteNew() {
      guard lostCount > 0 else { return }
      lostCount -= 1
      renewedCount += 1
    }

    /// A connection that is lost, or in a transaction still, is closed instead.
    func giveBack(_ connection: PostgreSQLConnection) {
      connection.rollBack()
      if connection.isLost { lock.locked { lostCount += 1 } }
      endLoan(keeping: connection.isLost ? nil : connection)
    }

    /// For when one was lost: the others are likely to be, too.
    func closeIdle() {
      let closed = lock.locked {
        defer { idle.removeAll() }
        lostCount += idle.count
        return idle
      }
      // They close here, and not under the lock.
      withExtendedLifetime(closed) {}
    }

    /// Holds the lock but while it sleeps.
    private func awaitTurn(until deadline: Deadline) -> Bool {
      while lentCount == countMax, !deadline.isPast {
        returned.wait(with: lock, until: deadline)
      }
      guard lentCount < countMax else { return false }
      lentCount += 1
      return true
    }

    private func endLoan(keeping connection: PostgreSQLConnection?) {
      lock.locked {
        lentCount -= 1
        if let connection { idle.append(connection) }
      }
      returned.signal()
    }
  }
#endif
