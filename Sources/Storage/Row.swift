// One row of a result, read by column number.

import Domain

/// A row of a result: it cannot outlive the closure that it was handed to. Columns count from 0.
///
/// Each reader throws `.broken` when the column does not exist, holds another type, or holds NULL
/// where none is expected: schema and statement then disagree.
public struct Row: ~Copyable {
  /// Where the values lie.
  enum Source {
    case sqlite(SQLiteRow)
    #if PostgreSQL
      case postgresql(PostgreSQLRow)
    #endif
  }

  private let source: Source

  init(_ source: Source) {
    self.source = source
  }

  public func integer(_ column: Int) throws(Refusal) -> Int64 {
    switch source {
    case .sqlite(let row): try row.integer(column)
    #if PostgreSQL
      case .postgresql(let row): try row.integer(column)
    #endif
    }
  }

  public func text(_ column: Int) throws(Refusal) -> String {
    switch source {
    case .sqlite(let row): try row.text(column)
    #if PostgreSQL
      case .postgresql(let row): try row.text(column)
    #endif
    }
  }

  public func bytes(_ column: Int) throws(Refusal) -> [UInt8] {
    switch source {
    case .sqlite(let row): try row.bytes(column)
    #if PostgreSQL
      case .postgresql(let row): try row.bytes(column)
    #endif
    }
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
    switch source {
    case .sqlite(let row): row.isNull(column)
    #if PostgreSQL
      case .postgresql(let row): row.isNull(column)
    #endif
    }
  }
}

/// A column's text, which no engine is trusted to have kept in UTF-8.
func string(of text: UnsafeRawBufferPointer, _ column: Int) throws(Refusal) -> String {
  do {
    let bytes = text.assumingMemoryBound(to: UInt8.self).span
    return String(copying: try UTF8Span(validating: bytes))
  } catch {
    throw .broken(evidence: "column \(column) is not UTF-8")
  }
}
