// A statement's rows, all of them at once, or one: for results that are known to be few.
//
// Both are inlinable, so that callers in other modules get code for their own types.

import Domain

extension Connection {
  /// Runs a statement and gives what `row` makes of each of its rows. Throws as `forEach` does.
  @inlinable
  public func query<T>(
    _ sql: StaticString, _ values: [Value], _ row: (borrowing Row) throws(Refusal) -> T
  ) throws(Refusal) -> [T] {
    var rows: [T] = []
    try forEach(sql, values) { read throws(Refusal) in rows.append(try row(read)) }
    return rows
  }

  /// The same for the first row alone; nil if there is none.
  @inlinable
  public func first<T>(
    _ sql: StaticString, _ values: [Value], _ row: (borrowing Row) throws(Refusal) -> T
  ) throws(Refusal) -> T? {
    var first: T?
    try forEach(sql, values) { read throws(Refusal) in
      if first == nil { first = try row(read) }
    }
    return first
  }
}
