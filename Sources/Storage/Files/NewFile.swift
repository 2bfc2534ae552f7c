// A file that is being written: it is there as a whole when `sync` returns, not before.

import Glibc

/// Owns a new file while it is written.
public struct NewFile: ~Copyable {
  private let path: String
  private let descriptor: Int32
  private var pending: [UInt8] = []

  /// Makes the file with this mode, whatever the umask; EEXIST if the name is taken.
  public init(_ path: String, mode: UInt32) throws(FileFailure) {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0, fchmod(descriptor, mode) == 0 else {
      throw FileFailure(path: path, number: errno)
    }
  }

  deinit {
    close(descriptor)
  }

  public mutating func write(_ bytes: [UInt8]) throws(FileFailure) {
    pending += bytes
    if pending.count >= 1 << 20 { try flush() }
  }

  /// Returns when all of it is durable; the folder's list of names is not yet.
  public mutating func sync() throws(FileFailure) {
    try flush()
    guard fsync(descriptor) == 0 else { throw FileFailure(path: path, number: errno) }
  }

  private mutating func flush() throws(FileFailure) {
    var done = 0
    while done < pending.count {
      let count = pending.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress.map { $0 + done }, $0.count - done)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw FileFailure(path: path, number: count < 0 ? errno : ENOSPC) }
      done += count
    }
    pending.removeAll(keepingCapacity: true)
  }
}

/// An exclusive lock on a file, until it goes or its process ends.
public final class FileLock: Sendable {
  private let descriptor: Int32

  /// nil while another process has it. The file is made if it is not there, and stays.
  public init?(_ path: String) throws(FileFailure) {
    descriptor = open(path, O_RDONLY | O_CREAT | O_CLOEXEC, 0o640)
    guard descriptor >= 0 else { throw FileFailure(path: path, number: errno) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return nil }
  }

  deinit {
    close(descriptor)
  }
}
