// What SQLite's result codes mean to a caller.

import CSQLite
import Domain

/// The refusal for a result code (https://sqlite.org/rescode.html). The evidence holds the code,
/// SQLite's message and the statement as it is written in the program, so no bound value.
func refusal(for code: Int32, on connection: OpaquePointer?, sql: String) -> Refusal {
  let message = connection.flatMap { sqlite3_errmsg($0) } ?? sqlite3_errstr(code)
  let text = message.map { String(cString: $0) } ?? "no message"
  let evidence = "SQLite \(code): \(text), in: \(sql)"
  return isTemporary(code) ? .busy(evidence: evidence) : .broken(evidence: evidence)
}

/// Whether the same statement can succeed later, when a lock, the disk or memory is free again.
private func isTemporary(_ code: Int32) -> Bool {
  switch code & 0xff {
  case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_NOMEM, SQLITE_READONLY, SQLITE_INTERRUPT, SQLITE_IOERR,
    SQLITE_FULL, SQLITE_CANTOPEN, SQLITE_PROTOCOL, SQLITE_ABORT:
    true
  default:
    false
  }
}
