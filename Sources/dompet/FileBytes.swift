// The bytes of a file that may be of any size, a piece of it in memory at a time.

import Glibc

final class FileBytes {
  /// Why it cannot be read.
  struct Failure: Error {
    let number: Int32
    var reason: String { unsafe String(cString: strerror(number)) }
  }

  private let descriptor: Int32
  private var piece = [UInt8](repeating: 0, count: 65_536)
  private var rest = 0..<0

  init(path: String) throws(Failure) {
    descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Failure(number: errno) }
  }

  deinit {
    close(descriptor)
  }

  /// The next byte; nil at the end of the file.
  func next() throws(Failure) -> UInt8? {
    if rest.isEmpty {
      let count = unsafe piece.withUnsafeMutableBytes { buffer in
        unsafe read(descriptor, buffer.baseAddress, buffer.count)
      }
      guard count >= 0 else { throw Failure(number: errno) }
      rest = 0..<count
    }
    guard let position = rest.popFirst() else { return nil }
    return piece[position]
  }

  /// Begins anew.
  /// - Throws: if it is no file but a pipe, which is read once.
  func rewind() throws(Failure) {
    guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw Failure(number: errno) }
    rest = 0..<0
  }
}
