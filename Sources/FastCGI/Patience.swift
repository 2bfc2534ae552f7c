// How long a worker waits for the reader of a streamed answer, who may be a telephone in a tunnel.

import Glibc

/// Patience with the reader at the other end of a connection.
struct Patience {
  /// So much can be written without waiting when the socket says that it is writable: it does so
  /// with three quarters of its buffer free (Linux, sock_writeable), 160 kB of 208 by default.
  static let pieceBytes = 32_768

  /// nginx closes the connection earlier to a client that reads nothing at all.
  private static let milliseconds: Int32 = 60_000
  /// A program that is told to stop does not wait for those who read slowly.
  private static let millisecondsWhenStopping: Int32 = 1000
  private static let stepMilliseconds: Int32 = 100

  private let connection: Int32

  init(with connection: Int32) {
    self.connection = connection
  }

  /// Waits until the reader has taken most of what was written.
  /// - Returns: false if that took too long. A reader who has gone is found out by writing.
  func awaitReader(unless isStopping: () -> Bool) -> Bool {
    var waited: Int32 = 0
    while waited < (isStopping() ? Patience.millisecondsWhenStopping : Patience.milliseconds) {
      var writable = pollfd(fd: connection, events: Int16(POLLOUT), revents: 0)
      if poll(&writable, 1, Patience.stepMilliseconds) > 0 { return true }
      waited += Patience.stepMilliseconds
    }
    return false
  }
}
