// A statement's rows, all of them at once: for results that are known to be few.

import Domain

extension Connection {
  /// Runs a statement and gives what `row` makes of each of its rows. Throws as `forEach` does.
  public func query<T>(
    _ sql: StaticString, _ values: [Value], _ row: (borrowing Row) throws(Refusal) -> T
  ) throws(Refusal) -> [T] {
    var rows: [T] = []
    try forEach(sql, values) { read throws(Refusal) in rows.append(try row(read)) }
    return rows
  }
}
