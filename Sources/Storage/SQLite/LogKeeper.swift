// When the write-ahead log is copied into the database file, and who waits for it.

import Domain
import Synchronization

/// Keeps the log of one file short, on behalf of the leader, who calls it within the turnstile.
final class LogKeeper: Sendable {
  /// How many checkpoints were made here, and how long they took in all.
  typealias Figures = (checkpoints: Int64, nanoseconds: Int64)

  private let background: BackgroundCheckpoint
  private let figures = Mutex<Figures>((0, 0))

  init(path: String) {
    background = BackgroundCheckpoint(path: path)
  }

  func add(to figures: inout StorageFigures) {
    let own = self.figures.withLock { $0 }
    figures.checkpoints += own.checkpoints
    figures.checkpointNanoseconds += own.nanoseconds
  }

  /// After each commit: begins a checkpoint beside the next commits, when there is something to
  /// copy. Those add to the log, which can begin anew only when all of it is copied: so once it is
  /// long, the little that came last is copied while everybody waits.
  /// - Parameter beforeWaiting: called if the caller is going to wait.
  /// - Throws: what became of a checkpoint that was waited for. No row is lost.
  func keepShort(
    _ writer: SQLiteConnection, beforeWaiting: () -> Void
  ) throws(Refusal) {
    guard writer.hasGrownLog, !background.isRunning else { return }
    let isLong = writer.logPages >= Limits.longLogPages
    guard isLong || writer.pagesLeft >= Limits.checkpointPages else { return }
    if isLong, writer.pagesLeft < Limits.lastPages {
      beforeWaiting()
      try checkpoint(writer)
    } else {
      let begin = Deadline.now
      do throws(Refusal) {
        try background.begin { self.note(since: begin) }
        writer.checkpointedPages = writer.logPages
      } catch {
        beforeWaiting()
        try checkpoint(writer)
      }
    }
  }

  private func checkpoint(_ writer: SQLiteConnection) throws(Refusal) {
    let begin = Deadline.now
    try writer.checkpoint()
    note(since: begin)
  }

  private func note(since begin: Int64) {
    let took = Deadline.now - begin
    figures.withLock {
      $0.checkpoints += 1
      $0.nanoseconds += took
    }
  }
}
