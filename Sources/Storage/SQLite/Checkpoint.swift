// Bringing the write-ahead log back into the database file, so that it stays short: by the leader,
// within the turnstile, while everybody waits, or beside the commits (BackgroundCheckpoint.swift).

import CSQLite
import Domain

extension SQLiteConnection {
  /// What a checkpoint found: the log's pages, and how many of them are in the database now.
  typealias Checkpoint = (pages: Int, copied: Int)

  /// Copies the log's pages into the database, as far as no reader still needs the old ones; the
  /// next writer then begins the log anew. Where readers have kept it from that for long, waits
  /// for them a moment and cuts the log: unless one of them, a backup for instance, has stood still
  /// while so much was written that a moment will not do.
  func checkpoint() throws(Refusal) -> Checkpoint? {
    let found = try checkpoint(SQLITE_CHECKPOINT_PASSIVE)
    guard let found, found.pages >= Limits.logPages,
      found.pages - found.copied < Limits.checkpointPages
    else { return found }
    sqlite3_busy_timeout(handle, Limits.checkpointBusyMilliseconds)
    return try checkpoint(SQLITE_CHECKPOINT_TRUNCATE)
  }

  /// Gives nil if another process is copying the log at this moment.
  func checkpoint(_ mode: Int32) throws(Refusal) -> Checkpoint? {
    var (pages, copied): (Int32, Int32) = (0, 0)
    let code = sqlite3_wal_checkpoint_v2(handle, "main", mode, &pages, &copied)
    guard code == SQLITE_OK || code & 0xff == SQLITE_BUSY else {
      throw failure(code, "checkpoint")
    }
    return pages < 0 ? nil : (Int(pages), Int(copied))
  }

  /// Waits until the disk has what was copied. SQLite itself does that only when all of the log is.
  func syncDatabase() throws(Refusal) {
    let code = dompet_sqlite3_sync(handle)
    guard code == SQLITE_OK else { throw failure(code, "sync") }
  }
}
