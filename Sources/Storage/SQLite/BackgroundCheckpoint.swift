// A checkpoint beside the commits, so that nobody waits for it.
//
// SQLite before 3.51.3 can lose commits if a checkpoint begins just as a commit begins the log anew
// (https://sqlite.org/wal.html#walresetbug). No commit can while a read transaction uses the log.
// So one of ours, the anchor, is open from before the turnstile is left until the checkpoint has
// ended.

import CSQLite
import Domain
import Glibc

/// One checkpoint at a time, on a thread of its own for as long as it takes.
///
/// Sendable because its variables belong to whoever has set `running`, under the lock: first the
/// leader who begins, then the thread.
final class BackgroundCheckpoint: @unchecked Sendable {
  typealias Outcome = Result<SQLiteConnection.Checkpoint?, Refusal>

  private let path: String
  private let lock = Lock()
  private var running = false
  private var copier: SQLiteConnection?
  private var anchor: SQLiteConnection?
  private var tell: @Sendable (Outcome) -> Void = { _ in }

  init(path: String) {
    self.path = path
  }

  var isRunning: Bool { lock.locked { running } }

  /// Begins one, when none runs.
  ///
  /// The caller holds the turnstile and has written to the log since it entered, so that not all of
  /// the log can have been copied already: else the anchor would read the database file alone, and
  /// hold nothing.
  /// - Parameter ended: called on the thread.
  func begin(_ ended: @escaping @Sendable (Outcome) -> Void) throws(Refusal) {
    lock.locked { running = true }
    do throws(Refusal) {
      try open()
      tell = ended
      try startThread()
    } catch {
      end()
      throw error
    }
  }

  /// Both have to read something, or they know of no log. This reads no more than the first page.
  private func open() throws(Refusal) {
    if copier == nil {
      let connection = try SQLiteConnection(path: path, purpose: .copying)
      _ = try connection.pragma("PRAGMA user_version")
      copier = connection
    }
    if anchor == nil { anchor = try SQLiteConnection(path: path, purpose: .copying) }
    try anchor?.begin()
    _ = try anchor?.pragma("PRAGMA user_version")
  }

  private func startThread() throws(Refusal) {
    var thread = pthread_t()
    let this = Unmanaged.passRetained(self)
    let code = pthread_create(&thread, nil, runBackgroundCheckpoint, this.toOpaque())
    guard code == 0 else {
      this.release()
      throw .busy(evidence: "no thread for a checkpoint: errno \(code)")
    }
    pthread_detach(thread)
  }

  fileprivate func run() {
    guard let copier else { return end() }
    let found: SQLiteConnection.Checkpoint?
    do throws(Refusal) {
      found = try copier.checkpoint(SQLITE_CHECKPOINT_PASSIVE)
    } catch {
      tell(.failure(error))
      return end()
    }
    do throws(Refusal) {
      try copier.syncDatabase()
    } catch {
      // SQLite counts the pages as copied, but the disk may not have them. So the anchor stays, and
      // with it all of the log, until all programs have ended: the next one copies it anew.
      return tell(.failure(error))
    }
    tell(.success(found))
    end()
  }

  /// A connection on which anything failed is closed: the next one starts clean.
  private func end() {
    anchor?.rollBack()
    if anchor?.hasFailed == true { anchor = nil }
    if copier?.hasFailed == true { copier = nil }
    tell = { _ in }
    lock.locked { running = false }
  }
}

private func runBackgroundCheckpoint(_ this: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let this else { return nil }
  Unmanaged<BackgroundCheckpoint>.fromOpaque(this).takeRetainedValue().run()
  return nil
}
