// The read connections of this process: as many as have ever read at once, within a bound.

import Domain

/// Lends connections to readers. The one that was used last is lent first: its pages and its
/// memory are the likeliest to be in the processor's caches.
///
/// Sendable because its variables are touched only under the lock.
final class ReaderPool: @unchecked Sendable {
  private let path: String
  private let lock = Lock()
  private let returned = Condition()
  private var idle: [SQLiteConnection] = []
  private var lentCount = 0

  init(path: String) {
    self.path = path
  }

  /// Throws `.busy` when all connections are lent and none came back in time. Whoever has one must
  /// not wait for a second: if all did, none would ever come back.
  func borrow() throws(Refusal) -> SQLiteConnection {
    let (isGranted, connection) = lock.locked {
      awaitTurn() ? (true, idle.popLast()) : (false, nil)
    }
    guard isGranted else { throw .busy(evidence: "all read connections were lent") }
    if let connection { return connection }
    do throws(Refusal) {
      return try SQLiteConnection(path: path, purpose: .reading)
    } catch {
      endLoan(keeping: nil)
      throw error
    }
  }

  /// A connection on which anything failed is closed instead: the next one starts clean.
  func giveBack(_ connection: SQLiteConnection) {
    connection.statementsLeft = nil
    connection.rollBack()
    endLoan(keeping: connection.hasFailed ? nil : connection)
  }

  /// Holds the lock but while it sleeps.
  private func awaitTurn() -> Bool {
    if lentCount == Limits.readersMax {
      let deadline = Deadline.seconds(Limits.readWaitSeconds)
      while lentCount == Limits.readersMax, !deadline.isPast {
        returned.wait(with: lock, until: deadline)
      }
    }
    guard lentCount < Limits.readersMax else { return false }
    lentCount += 1
    return true
  }

  private func endLoan(keeping connection: SQLiteConnection?) {
    lock.locked {
      lentCount -= 1
      if let connection { idle.append(connection) }
    }
    returned.signal()
  }
}
