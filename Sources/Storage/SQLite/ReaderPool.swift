// The read connections of this process: as many as have ever read at once.

import Domain

/// Lends connections to readers. The one that was used last is lent first: its pages and its
/// memory are the likeliest to be in the processor's caches.
///
/// Sendable because `idle` is touched only under the lock.
final class ReaderPool: @unchecked Sendable {
  private let path: String
  private let lock = Lock()
  private var idle: [SQLiteConnection] = []

  init(path: String) {
    self.path = path
  }

  func borrow() throws(Refusal) -> SQLiteConnection {
    if let connection = lock.locked({ idle.popLast() }) { return connection }
    return try SQLiteConnection(path: path, purpose: .reading)
  }

  /// A connection on which anything failed is closed instead: the next one starts clean.
  func giveBack(_ connection: SQLiteConnection) {
    connection.statementsLeft = nil
    connection.rollBack()
    guard !connection.hasFailed else { return }
    lock.locked { idle.append(connection) }
  }
}
