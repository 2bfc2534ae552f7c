// When the write-ahead log is copied into the database file, and who waits for it.

import Domain
import Synchronization

/// Keeps the log of one file short, on behalf of the leader, who calls it within the turnstile.
final class LogKeeper: Sendable {
  /// As far as this process knows: others copy, too. Pages are counted from the log's beginning.
  private struct State {
    /// The log's length when a checkpoint last began here, and when one was last waited for.
    var begun = 0
    var waited = 0
    var copied = 0
    var count: Int64 = 0
    var failures: Int64 = 0
    var nanoseconds: Int64 = 0
  }

  private let background: BackgroundCheckpoint
  private let state = Mutex(State())

  init(path: String) {
    background = BackgroundCheckpoint(path: path)
  }

  func add(to figures: inout StorageFigures) {
    let state = state.withLock { $0 }
    figures.checkpoints += state.count
    figures.failedCheckpoints += state.failures
    figures.checkpointNanoseconds += state.nanoseconds
  }

  /// After each commit that wrote: begins a checkpoint beside the next commits when there is
  /// something to copy. Those add to the log, which begins anew only when all of it is copied: so
  /// once it is long, the little that came last is copied while everybody waits.
  /// - Parameters:
  ///   - pages: in the log now.
  ///   - beforeWaiting: called if the caller is going to wait.
  /// - Throws: what became of a checkpoint that was waited for. No row is lost.
  func keepShort(
    _ pages: Int, by writer: SQLiteConnection, beforeWaiting: () -> Void
  ) throws(Refusal) {
    guard !background.isRunning else { return }
    let known = state.withLock {
      // It has begun anew.
      if pages < $0.begun { ($0.begun, $0.waited, $0.copied) = (0, 0, 0) }
      return $0
    }
    // A disk that copies more slowly than it logs would never come to so little.
    let little = pages < Limits.logPages ? Limits.checkpointPages : pages / 2
    let mayWait =
      pages >= Limits.longLogPages && pages - known.copied < little
      && pages - known.waited >= Limits.checkpointPages
    let isDue = pages - known.begun >= Limits.checkpointPages
    guard mayWait || isDue else { return }
    let start = Deadline.now
    state.withLock { $0.begun = pages }
    if !mayWait, (try? background.begin { self.note($0, since: start) }) != nil { return }
    state.withLock { $0.waited = pages }
    beforeWaiting()
    do throws(Refusal) {
      note(.success(try writer.checkpoint()), since: start)
    } catch {
      note(.failure(error), since: start)
      throw error
    }
  }

  private func note(_ outcome: BackgroundCheckpoint.Outcome, since start: Int64) {
    let took = Deadline.now - start
    state.withLock {
      switch outcome {
      case .success(let found?):
        $0.copied = found.copied
        $0.count += 1
        $0.nanoseconds += took
      case .success(nil): break
      case .failure: $0.failures += 1
      }
    }
  }
}
