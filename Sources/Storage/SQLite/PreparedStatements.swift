// The statements that were prepared on one connection.

/// They are found again by the address of their text in the program. A program has a few dozen, so
/// looking through the addresses is faster than any hash of them.
struct PreparedStatements {
  private var addresses: [UInt] = []
  private var statements: [SQLiteStatement] = []

  func find(_ sql: StaticString) -> SQLiteStatement? {
    place(of: sql).map { statements[$0] }
  }

  /// Puts it in the place of the one before, if there was one.
  mutating func keep(_ statement: SQLiteStatement, for sql: StaticString) {
    if let place = place(of: sql) {
      statements[place] = statement
    } else {
      addresses.append(UInt(bitPattern: sql.utf8Start))
      statements.append(statement)
    }
  }

  mutating func removeAll() {
    addresses.removeAll()
    statements.removeAll()
  }

  private func place(of sql: StaticString) -> Int? {
    addresses.firstIndex(of: UInt(bitPattern: sql.utf8Start))
  }
}
