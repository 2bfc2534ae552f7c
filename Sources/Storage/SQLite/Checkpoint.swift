// Bringing the write-ahead log back into the database file, so that it stays short.
//
// The leader of a group does it, while it holds the turnstile, or sees to it that it is done in the
// background.

import CSQLite
import Domain

extension SQLiteConnection {
  /// What a checkpoint found: the log's pages, and how many of them are in the database now.
  typealias Checkpoint = (pages: Int, copied: Int)

  /// Copies the log's pages into the database, as far as no reader still needs the old ones; the
  /// next writer then begins the log anew. Where readers have kept it from that for long, waits
  /// for them a moment and cuts the log: unless one of them, a backup for instance, has stood still
  /// while so much was written that a moment will not do.
  func checkpoint() throws(Refusal) -> Checkpoint {
    let done = try checkpoint(SQLITE_CHECKPOINT_PASSIVE)
    guard done.pages >= Limits.logPages, done.pages - done.copied < Limits.checkpointPages else {
      return done
    }
    sqlite3_busy_timeout(handle, Limits.checkpointBusyMilliseconds)
    return try checkpoint(SQLITE_CHECKPOINT_TRUNCATE)
  }

  /// Of a log that another process is copying at this moment it finds nothing.
  func checkpoint(_ mode: Int32) throws(Refusal) -> Checkpoint {
    var (pages, copied): (Int32, Int32) = (0, 0)
    let code = sqlite3_wal_checkpoint_v2(handle, "main", mode, &pages, &copied)
    guard code == SQLITE_OK || code & 0xff == SQLITE_BUSY else {
      throw failure(code, "checkpoint")
    }
    return (Int(max(0, pages)), Int(max(0, copied)))
  }
}
