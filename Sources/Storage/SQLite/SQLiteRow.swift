// One row of SQLite's, read by column number.

import CSQLite
import Domain

/// The row at which a statement stands. It is of the type that SQLite stored, never converted.
struct SQLiteRow {
  private let statement: OpaquePointer

  init(of statement: OpaquePointer) {
    self.statement = statement
  }

  func integer(_ column: Int) throws(Refusal) -> Int64 {
    sqlite3_column_int64(statement, try index(column, holding: SQLITE_INTEGER))
  }

  func text(_ column: Int) throws(Refusal) -> String {
    let index = try index(column, holding: SQLITE_TEXT)
    let text = bytes(at: index, from: sqlite3_column_text(statement, index))
    return try string(of: text, column)
  }

  func bytes(_ column: Int) throws(Refusal) -> [UInt8] {
    let index = try index(column, holding: SQLITE_BLOB)
    return Array(bytes(at: index, from: sqlite3_column_blob(statement, index)))
  }

  func isNull(_ column: Int) -> Bool {
    exists(column) && sqlite3_column_type(statement, Int32(column)) == SQLITE_NULL
  }

  private func exists(_ column: Int) -> Bool {
    column >= 0 && column < Int(sqlite3_data_count(statement))
  }

  private func index(_ column: Int, holding type: Int32) throws(Refusal) -> Int32 {
    guard exists(column) else {
      throw .broken(evidence: "there is no column \(column)")
    }
    let found = sqlite3_column_type(statement, Int32(column))
    guard found == type else {
      throw .broken(evidence: "column \(column) holds SQLite type \(found), not \(type)")
    }
    return Int32(column)
  }

  /// The bytes of text or blob, NUL included; valid until the next step. SQLite gives an empty
  /// blob no address.
  private func bytes(
    at index: Int32, from start: UnsafeRawPointer?
  ) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(
      start: start, count: start == nil ? 0 : Int(sqlite3_column_bytes(statement, index)))
  }
}
