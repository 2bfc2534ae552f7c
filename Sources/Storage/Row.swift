// One row of a result, read by column number.

import CSQLite
import Domain

/// A row of a result: it cannot outlive the closure that it was handed to. Columns count from 0.
///
/// Each reader throws `.broken` when the column does not exist, holds another type, or holds NULL
/// where none is expected: schema and statement then disagree.
public struct Row: ~Copyable {
  private let statement: OpaquePointer

  init(of statement: OpaquePointer) {
    self.statement = statement
  }

  public func integer(_ column: Int) throws(Refusal) -> Int64 {
    sqlite3_column_int64(statement, try index(column, holding: SQLITE_INTEGER))
  }

  public func text(_ column: Int) throws(Refusal) -> String {
    let index = try index(column, holding: SQLITE_TEXT)
    let text = bytes(at: index, from: sqlite3_column_text(statement, index))
    do {
      let bytes = text.assumingMemoryBound(to: UInt8.self).span
      return String(copying: try UTF8Span(validating: bytes))
    } catch {
      throw .broken(evidence: "column \(column) is not UTF-8")
    }
  }

  public func bytes(_ column: Int) throws(Refusal) -> [UInt8] {
    let index = try index(column, holding: SQLITE_BLOB)
    return Array(bytes(at: index, from: sqlite3_column_blob(statement, index)))
  }

  public func optionalInteger(_ column: Int) throws(Refusal) -> Int64? {
    isNull(column) ? nil : try integer(column)
  }

  public func optionalText(_ column: Int) throws(Refusal) -> String? {
    isNull(column) ? nil : try text(column)
  }

  public func optionalBytes(_ column: Int) throws(Refusal) -> [UInt8]? {
    isNull(column) ? nil : try bytes(column)
  }

  private func isNull(_ column: Int) -> Bool {
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
