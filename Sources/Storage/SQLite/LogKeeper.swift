// When the write-ahead log is copied into the database file, and who waits for it.

import Domain
import Synchronization

/// Keeps the log of one file short, on behalf of the leader, who calls it within the turnstile.
final class LogKeeper: Sendable {
  private struct State {
    /// Pages that the log had when a checkpoint last began here, and how many of it were copied.
    var begun = 0
    var copied = 0
    var count: Int64 = 0
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
    figures.checkpointNanoseconds += state.nanoseconds
  }

  /// After each commit that wrote: begins a checkpoint beside the next commits when there is
  /// something to copy. Those add to the log, which begins anew only when all of it is copied: so
  /// once it is long, the little that came last is copied while everybody waits. While a reader
  /// stands in the way of that, nobody waits in vain.
  /// - Parameters:
  ///   - pages: in the log now.
  ///   - beforeWaiting: called if the caller is going to wait.
  /// - Throws: what became of a checkpoint that was waited for. No row is lost.
  func keepShort(
    _ pages: Int, by writer: SQLiteConnection, beforeWaiting: () -> Void
  ) throws(Refusal) {
    guard !background.isRunning else { return }
    let (begun, copied) = state.withLock {
      // It has begun anew.
      if pages < $0.begun { ($0.begun, $0.copied) = (0, 0) }
      return ($0.begun, $0.copied)
    }
    let isLong = pages >= Limits.longLogPages
    let isLittle = pages - copied < Limits.lastPages || pages >= Limits.logPages
    let mayWait = isLong && isLittle && begun > 0 && copied >= begun
    let isDue = pages - begun >= (isLong ? Limits.lastPages : Limits.checkpointPages)
    guard mayWait || isDue else { return }
    state.withLock { $0.begun = pages }
    let start = Deadline.now
    if !mayWait, (try? background.begin { self.note($0, since: start) }) != nil { return }
    beforeWaiting()
    note(try writer.checkpoint(), since: start)
  }

  private func note(_ found: SQLiteConnection.Checkpoint, since start: Int64) {
    let took = Deadline.now - start
    state.withLock {
      $0.copied = found.copied
      $0.count += 1
      $0.nanoseconds += took
    }
  }
}
