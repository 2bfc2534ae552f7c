// Lines of many threads on their way to standard error, one call of the kernel after the other.
//
// The kernel lets one thread at a time append to a file, and those that wait for it burn the
// processor meanwhile. So whoever finds another one writing leaves its line to that one. A thread
// that is alone has written its line when `write` returns.

import Storage

/// Sendable because what waits is touched only under its lock.
final class LineWriter: @unchecked Sendable {
  /// So much goes into a pipe in one piece (PIPE_BUF, pipe(7)): lines of programs that share one
  /// do not mix.
  private static let bytesMax = 4096

  private let lock = Lock()
  private var waiting: [UInt8] = []
  /// Held by the one who writes.
  private let pen = Lock()

  /// Blocks if standard error takes nothing: then nothing is lost, and nothing piles up.
  func write(_ line: [UInt8]) {
    while !append(line) { pen.locked { writeWaiting() } }
    // Looked at again without the pen: a line may come between the last look and its release.
    while lock.locked({ !waiting.isEmpty }) {
      guard pen.lockedIfFree({ writeWaiting() }) else { return }
    }
  }

  /// - Returns: false if no more may wait.
  private func append(_ line: [UInt8]) -> Bool {
    lock.locked {
      guard waiting.isEmpty || waiting.count + line.count <= LineWriter.bytesMax else {
        return false
      }
      waiting += line
      return true
    }
  }

  private func writeWaiting() {
    let lines = lock.locked {
      defer { waiting = [] }
      return waiting
    }
    if !lines.isEmpty { System.writeError(lines) }
  }
}
