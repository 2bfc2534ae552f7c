// Moving house: every row of one store is written into another, which is empty.
//
// The other store's own rules watch over it: a wallet begins empty there, and takes its
// transactions one after the other; an event waits before an operator resolves it.

import Crypto
import Domain
import Storage

/// One table on its way.
public struct MovedTable: Sendable {
  public let name: String
  let select: StaticString
  /// A value that stands behind those of each row.
  var constant: Value?
  /// What is done with each row: its values, in the order of the columns.
  let statements: [Statement]
  /// The kinds of the columns: text, integer, bytes; any may be NULL.
  let kinds: [Kind]
  /// Whether its rows are numbered by the store.
  var isNumbered = false

  enum Kind { case text, integer, bytes }

  struct Statement {
    let sql: StaticString
    /// Which of the row's values it takes; nil for all.
    var columns: [Int]?
    /// Nil for every row.
    var isFor: (@Sendable ([Value]) -> Bool)?
  }
}

extension MovedTable {
  /// Rows in one transaction: it takes far less than a write may take.
  private static let rowsInOne = 500

  /// Copies all rows.
  /// - Parameter progress: called after each transaction with how many rows are over.
  /// - Throws: what either store refuses.
  public func copy(
    from source: any Connection, to target: any Database, progress: (_ rows: Int) -> Void
  ) throws(Refusal) {
    var rows = 0
    var waiting: [[Value]] = []
    try source.forEach(select, []) { row throws(Refusal) in
      waiting.append(try values(of: row))
      guard waiting.count == MovedTable.rowsInOne else { return }
      try write(waiting, to: target)
      rows += waiting.count
      waiting = []
      progress(rows)
    }
    try write(waiting, to: target)
    progress(rows + waiting.count)
  }

  /// A digest of all rows: equal in two stores that hold the same, whatever their engines are.
  public func digest(in db: any Connection) throws(Refusal) -> [UInt8] {
    var hash = SHA256()
    try db.forEach(select, []) { row throws(Refusal) in
      for value in try values(of: row) {
        let bytes = MovedTable.bytes(of: value)
        // With its length before it, so that no two rows run together to the same.
        hash.update(Array("\(bytes?.count ?? -1):".utf8))
        hash.update(bytes ?? [])
      }
    }
    return hash.finish()
  }

  private static func bytes(of value: Value) -> [UInt8]? {
    switch value {
    case .null: nil
    case .integer(let integer): Array(String(integer).utf8)
    case .text(let text): Array(text.utf8)
    case .bytes(let bytes): bytes
    }
  }

  func values(of row: borrowing Row) throws(Refusal) -> [Value] {
    var values: [Value] = []
    for (column, kind) in kinds.enumerated() {
      switch kind {
      case .text: values.append(.optional(try row.optionalText(column)))
      case .integer: values.append(.optional(try row.optionalInteger(column)))
      case .bytes: values.append(.optional(try row.optionalBytes(column)))
      }
    }
    if let constant { values.append(constant) }
    return values
  }

  private func commands(for row: [Value]) -> [Command] {
    statements.filter { $0.isFor?(row) ?? true }.map { statement in
      Command(statement.sql, statement.columns.map { $0.map { row[$0] } } ?? row)
    }
  }

  private func write(_ rows: [[Value]], to target: any Database) throws(Refusal) {
    guard !rows.isEmpty else { return }
    try target.write { db throws(Refusal) in
      try db.executeAll(rows.flatMap(commands))
      if isNumbered, case .integer(let newest)? = rows.last?.first {
        try db.resumeNumbering(of: name, after: newest)
      }
    }
  }
}

/// What is moved.
public enum Moving {
  /// Whether nobody has ever used the store.
  public static func isEmpty(_ db: any Connection) throws(Refusal) -> Bool {
    try db.first(
      """
      SELECT 1 WHERE EXISTS (SELECT 1 FROM users) OR EXISTS (SELECT 1 FROM webhook_events)
        OR EXISTS (SELECT 1 FROM operator_acts)
      """, []
    ) { _ throws(Refusal) in true } == nil
  }

  /// In the order in which they refer to one another.
  public static let tables = people + money + rest
}
