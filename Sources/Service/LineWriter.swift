// Lines of many threads on their way to standard error, one call of the kernel after the other.
//
// The kernel lets one thread at a time append to a file, and those that wait for it burn the
// processor meanwhile. So whoever finds another one writing leaves its line to that one. A thread
// that is alone has written its line when `write` returns.

import Synchronization

final class LineWriter: Sendable {
  /// So much goes into a pipe in one piece (PIPE_BUF, pipe(7)): lines of programs that share one
  /// do not mix.
  private static let bytesMax = 4096

  private let waiting = Mutex<[UInt8]>([])
  /// Held by the one who writes.
  private let pen = Mutex(())

  /// Blocks if standard error takes nothing: then nothing is lost, and nothing piles up.
  func write(_ line: [UInt8]) {
    while !append(line) { pen.withLock { _ in writeWaiting() } }
    // Looked at again without the pen: a line may come between the last look and its release.
    while waiting.withLock({ !$0.isEmpty }) {
      guard pen.withLockIfAvailable({ _ in writeWaiting() }) != nil else { return }
    }
  }

  /// - Returns: false if no more may wait.
  private func append(_ line: [UInt8]) -> Bool {
    waiting.withLock { waiting in
      guard waiting.isEmpty || waiting.count + line.count <= LineWriter.bytesMax else {
        return false
      }
      waiting += line
      return true
    }
  }

  private func writeWaiting() {
    let lines = waiting.withLock { waiting in
      defer { waiting.removeAll() }
      return waiting
    }
    if !lines.isEmpty { System.writeError(lines) }
  }
}
