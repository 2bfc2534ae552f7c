// A connection to the database file, and the statements that were prepared on it.

import CSQLite
import Domain

/// Owns one connection, which closes with it.
///
/// SQLite's own lock is off (SQLITE_OPEN_NOMUTEX): one thread at a time uses a connection, since
/// the pool lends it to one reader and the queue has one leader. That is also why it may be
/// Sendable.
final class SQLiteConnection: Connection, @unchecked Sendable {
  /// Who copies the log into the database, or keeps it meanwhile, asks for no table.
  enum Purpose { case reading, writing, copying }

  let handle: OpaquePointer
  let purpose: Purpose
  /// Whether SQLite ever reported a failure here.
  private(set) var hasFailed = false
  /// While it is set, a statement that runs past it is interrupted.
  var deadline: Deadline?
  /// How many statements may still be run, where that is limited.
  var statementsLeft: Int?
  /// Pages in the write-ahead log after the last transaction here, if that wrote to it.
  var logPages: Int?

  private var statements = PreparedStatements()
  private var expectsTransaction = false

  /// Throws `.busy` or `.broken` when the file cannot be opened, is no database, or cannot be set
  /// up as `SQLiteSetup.swift` demands.
  init(path: String, purpose: Purpose) throws(Refusal) {
    handle = try SQLiteConnection.open(path)
    self.purpose = purpose
    try setUp()
  }

  /// A connection to a file that nobody writes to, which is only read.
  init(adopting handle: OpaquePointer) throws(Refusal) {
    self.handle = handle
    purpose = .reading
    try setUp()
  }

  deinit {
    statements.removeAll()
    sqlite3_close_v2(handle)
  }

  func forEach(
    _ sql: StaticString, _ values: [Value], _ row: (borrowing Row) throws(Refusal) -> Void
  ) throws(Refusal) {
    let statement = try prepared(sql, values)
    defer { statement.reset() }
    while try step(statement, sql) {
      try row(Row(.sqlite(SQLiteRow(of: statement.handle))))
    }
  }

  @discardableResult
  func execute(_ sql: StaticString, _ values: [Value]) throws(Refusal) -> Int {
    let statement = try prepared(sql, values)
    defer { statement.reset() }
    let before = rowsWritten
    while try step(statement, sql) {}
    // A statement that can change no row leaves the number of the one before it.
    let changed = rowsWritten != before
    return changed ? Int(sqlite3_changes64(handle)) : 0
  }

  /// There is one writer at a time.
  func serialize(on names: [String]) throws(Refusal) {
    guard purpose == .writing else { throw .broken(evidence: "a read is never alone") }
  }

  /// It numbers rows after the largest that is there.
  func resumeNumbering(of table: String, after number: Int64) {}

  func findHazards(_ found: (Hazard) -> Void) {}

  func databaseBytes() -> Int64? { nil }

  /// How many rows have been inserted, updated or deleted here so far, by triggers too. A statement
  /// that failed counts for none: SQLite has undone it.
  var rowsWritten: Int64 { sqlite3_total_changes64(handle) }

  /// Runs a script of several statements without placeholders.
  func run(script: [UInt8]) throws(Refusal) {
    guard !script.contains(0) else {
      throw .broken(evidence: "a script with a NUL would be cut there")
    }
    let code = (script + [0]).withUnsafeBytes {
      sqlite3_exec(handle, $0.baseAddress?.assumingMemoryBound(to: CChar.self), nil, nil, nil)
    }
    guard code == SQLITE_OK else { throw failure(code, "a script") }
  }

  /// Whether a transaction is open. A full disk, an I/O error and an interrupted write end it
  /// whole, whatever savepoints it has.
  var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

  func begin() throws(Refusal) {
    logPages = nil
    switch purpose {
    case .reading, .copying: try execute("BEGIN", [])
    case .writing: try execute("BEGIN IMMEDIATE", [])
    }
    expectsTransaction = true
  }

  func commit() throws(Refusal) {
    try execute("COMMIT", [])
    expectsTransaction = false
  }

  /// Ends the transaction, if there is still one. Should even that fail, `isInTransaction` tells.
  func rollBack() {
    expectsTransaction = false
    guard isInTransaction else { return }
    _ = try? execute("ROLLBACK", [])
  }

  func failure(_ code: Int32, _ sql: String) -> Refusal {
    hasFailed = true
    return refusal(for: code, on: handle, sql: sql)
  }
}

// The statements: prepared once, found again by the address of their text in the program.
extension SQLiteConnection {
  private func prepared(
    _ sql: StaticString, _ values: [Value]
  ) throws(Refusal) -> SQLiteStatement {
    if let left = statementsLeft {
      guard left > 0 else { throw .broken(evidence: "one statement too many: \(sql)") }
      statementsLeft = left - 1
    }
    // Without its transaction, a statement would be a transaction of its own.
    guard !expectsTransaction || isInTransaction else {
      throw .busy(evidence: "the transaction ended before: \(sql)")
    }
    let statement = try cached(sql)
    guard values.count == statement.placeholderCount else {
      throw .broken(
        evidence: "\(values.count) values for \(statement.placeholderCount), in: \(sql)")
    }
    let code = statement.bind(values)
    guard code == SQLITE_OK else {
      statement.reset()
      throw failure(code, sql.description)
    }
    return statement
  }

  private func cached(_ sql: StaticString) throws(Refusal) -> SQLiteStatement {
    guard sql.hasPointerRepresentation else {
      throw .broken(evidence: "a single character is no statement: \(sql)")
    }
    // A statement used again while its rows are read needs a second handle.
    if let statement = statements.find(sql), !statement.isRunning { return statement }
    let statement = try prepare(sql)
    statements.keep(statement, for: sql)
    return statement
  }

  private func prepare(_ sql: StaticString) throws(Refusal) -> SQLiteStatement {
    var prepared: OpaquePointer?
    var isOne = true
    let code = sql.withUTF8Buffer { buffer in
      buffer.withMemoryRebound(to: CChar.self) { text in
        var tail = text.baseAddress
        let code = sqlite3_prepare_v3(
          handle, text.baseAddress, Int32(clamping: text.count),
          UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, &tail)
        isOne = tail == text.baseAddress.map { $0 + text.count }
        return code
      }
    }
    guard code == SQLITE_OK else { throw failure(code, sql.description) }
    guard let prepared, let statement = SQLiteStatement(owning: prepared) else {
      throw .broken(evidence: "no statement, or placeholders other than $1 to $n, in: \(sql)")
    }
    guard isOne else {
      throw .broken(evidence: "something follows the statement: \(sql)")
    }
    guard purpose == .writing || !statement.writes else {
      throw .broken(evidence: "a write within a read: \(sql)")
    }
    return statement
  }

  /// Whether there is a row.
  private func step(_ statement: SQLiteStatement, _ sql: StaticString) throws(Refusal) -> Bool {
    switch sqlite3_step(statement.handle) {
    case SQLITE_ROW: true
    case SQLITE_DONE: false
    case let code: throw failure(code, sql.description)
    }
  }
}
