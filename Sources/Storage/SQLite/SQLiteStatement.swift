// One prepared statement with its placeholders.

import CSQLite

/// Owns a prepared statement, which ends with it.
final class SQLiteStatement {
  let handle: OpaquePointer
  /// SQLite's index of `$1`, of `$2`, … To SQLite these are names, numbered as they appear.
  private let placeholders: [Int32]

  /// nil when the placeholders are not `$1` to `$n`.
  init?(owning handle: OpaquePointer) {
    self.handle = handle
    let count = max(0, sqlite3_bind_parameter_count(handle))
    placeholders = (0..<count).map { sqlite3_bind_parameter_index(handle, "$\($0 + 1)") }
    if placeholders.contains(0) { return nil }
  }

  deinit {
    sqlite3_finalize(handle)
  }

  var placeholderCount: Int { placeholders.count }

  /// Whether its rows are being read at this moment.
  var isRunning: Bool { sqlite3_stmt_busy(handle) != 0 }

  var writes: Bool { sqlite3_stmt_readonly(handle) == 0 }

  /// Gives SQLite's result code; SQLite copies text and bytes.
  func bind(_ values: [Value]) -> Int32 {
    for (value, index) in zip(values, placeholders) {
      let code = bind(value, at: index)
      guard code == SQLITE_OK else { return code }
    }
    return SQLITE_OK
  }

  /// Ends a run and forgets its values. It repeats the code of a failed step, known by then.
  func reset() {
    sqlite3_reset(handle)
    if !placeholders.isEmpty { sqlite3_clear_bindings(handle) }
  }

  private func bind(_ value: Value, at index: Int32) -> Int32 {
    switch value {
    case .null:
      return sqlite3_bind_null(handle, index)
    case .integer(let integer):
      return sqlite3_bind_int64(handle, index, integer)
    case .text(var text):
      return text.withUTF8 {
        dompet_sqlite3_bind_text(handle, index, $0.baseAddress, UInt64($0.count))
      }
    case .bytes(let bytes):
      return bytes.withUnsafeBytes {
        dompet_sqlite3_bind_bytes(handle, index, $0.baseAddress, UInt64($0.count))
      }
    }
  }
}
