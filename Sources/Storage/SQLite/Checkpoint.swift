// Bringing the write-ahead log back into the database file, so that it stays short.
//
// The leader of a group does it, while it holds the turnstile, or sees to it that it is done in the
// background.

import CSQLite
import Domain

extension SQLiteConnection {
  /// A log that shrank has begun anew.
  func logHasGrown(to pages: Int) {
    if pages < checkpointedPages { checkpointedPages = 0 }
    logPages = pages
    hasGrownLog = true
  }

  /// Goes on counting where the connection before this one ended.
  func takeOverLog(of former: SQLiteConnection) {
    logPages = former.logPages
    checkpointedPages = former.checkpointedPages
  }

  /// Pages that no checkpoint from here has copied, or begun to copy.
  var pagesLeft: Int { logPages - checkpointedPages }

  /// Copies the log's pages into the database, as far as no reader still needs the old ones; the
  /// next writer then begins the log anew. Where readers have kept it from that for long, waits
  /// for them a moment and cuts the log: unless one of them, a backup for instance, has stood still
  /// while so much was written that a moment will not do.
  func checkpoint() throws(Refusal) {
    // Also if it fails: the next try is due when the log has grown as much again.
    checkpointedPages = logPages
    let left = try checkpoint(SQLITE_CHECKPOINT_PASSIVE)
    guard logPages >= Limits.logPages, left < Limits.checkpointPages else { return }
    sqlite3_busy_timeout(handle, Limits.checkpointBusyMilliseconds)
    _ = try checkpoint(SQLITE_CHECKPOINT_TRUNCATE)
  }

  /// - Returns: how many pages of the log are still to be copied.
  func checkpoint(_ mode: Int32) throws(Refusal) -> Int {
    var (pages, copied): (Int32, Int32) = (0, 0)
    let code = sqlite3_wal_checkpoint_v2(handle, "main", mode, &pages, &copied)
    guard code == SQLITE_OK || code & 0xff == SQLITE_BUSY else {
      throw failure(code, "checkpoint")
    }
    return Int(pages - copied)
  }
}
