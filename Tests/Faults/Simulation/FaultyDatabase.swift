// The real database with faults around its transactions and within them.

import Domain
import Storage

/// A program's database. Others may come in before a transaction begins and after it has ended;
/// within it nobody can, since the real one sees to that.
///
/// Sendable because the whole simulation runs on one thread.
final class FaultyDatabase: Database, @unchecked Sendable {
  private let real: SQLiteDatabase
  private let program: ProgramName
  private let pulse: Pulse
  private let episode: Episode

  init(_ real: SQLiteDatabase, of program: ProgramName, _ pulse: Pulse, in episode: Episode) {
    self.real = real
    self.program = program
    self.pulse = pulse
    self.episode = episode
  }

  func read<T>(_ body: (any Connection) throws(Refusal) -> T) throws(Refusal) -> T {
    try checkAlive()
    episode.step("\(program.rawValue) reads")
    try checkAlive()
    return try real.read(body)
  }

  func glance<T>(_ body: (any Connection) throws(Refusal) -> T) throws(Refusal) -> T {
    try checkAlive()
    episode.step("\(program.rawValue) glances")
    try checkAlive()
    return try real.glance(body)
  }

  func write<T: Sendable>(
    _ body: @escaping @Sendable (any Connection) throws(Refusal) -> T
  ) throws(Refusal) -> T {
    try checkAlive()
    let fault = episode.writeFault(in: program)
    episode.step("\(program.rawValue) writes\(fault.map { ": \($0.rawValue)" } ?? "")")
    try checkAlive()
    if let fault { episode.tally.count(fault.name(in: program)) }
    if fault == .busy { throw .busy(evidence: "simulated") }
    if fault == .crashBefore { throw crash() }
    let watch = Watch(fault, failingAfter: episode.dice.below(4))
    let result: T
    do throws(Refusal) {
      result = try real.write { db throws(Refusal) in
        let result = try body(WatchedConnection(real: db, watch: watch))
        try watch.finish(in: db)
        return result
      }
    } catch {
      throw fault == .crashInside ? crash() : error
    }
    episode.books.take(watch.changes, in: episode)
    if fault == .crashAfter { throw crash() }
    episode.meet()
    try checkAlive()
    if fault == .unknown { throw .busy(evidence: "simulated, though it was committed") }
    return result
  }

  func hasKnownSchema() throws(Refusal) -> Bool { try real.hasKnownSchema() }

  var figures: StorageFigures { real.figures }

  private func checkAlive() throws(Refusal) {
    if pulse.isOver { throw .busy(evidence: "this program has crashed") }
  }

  private func crash() -> Refusal {
    episode.crash(program, pulse)
    return .busy(evidence: "this program has crashed")
  }
}

/// What one transaction did to top-ups, and where in it a fault strikes.
///
/// Sendable because the whole simulation runs on one thread.
final class Watch: @unchecked Sendable {
  /// A top-up as the transaction leaves it.
  struct Change: Equatable {
    let id: String
    let reference: String
    let status: String
    let invoiceID: String?
  }

  private(set) var changes: [Change] = []
  private let fault: WriteFault?
  private var statementsLeft: Int
  private var touched: [String] = []

  init(_ fault: WriteFault?, failingAfter statements: Int) {
    self.fault = fault
    statementsLeft = statements
  }

  /// Comes before each statement.
  func statement() throws(Refusal) {
    statementsLeft -= 1
    if statementsLeft < 0 { try strike() }
  }

  /// Remembers a top-up that a statement names. All of them name it first.
  func execute(_ sql: StaticString, _ values: [Value]) {
    guard
      sql.begins(with: "UPDATE wallet_top_ups") || sql.begins(with: "INSERT INTO wallet_top_ups"),
      case .text(let id) = values.first, !touched.contains(id)
    else { return }
    touched.append(id)
  }

  /// Comes after the last statement. A fault that is to strike within the transaction does so now
  /// at the latest.
  func finish(in db: any Connection) throws(Refusal) {
    try strike()
    for id in touched {
      changes += try db.query(
        "SELECT reference, status, invoice_id FROM wallet_top_ups WHERE id = $1", [.text(id)]
      ) { row throws(Refusal) in
        Change(
          id: id, reference: try row.text(0), status: try row.text(1),
          invoiceID: try row.optionalText(2))
      }
    }
  }

  private func strike() throws(Refusal) {
    switch fault {
    case .crashInside: throw .busy(evidence: "the connection is gone")
    case .judgementFails: throw .broken(evidence: "simulated")
    default: break
    }
  }
}

/// Hands every statement on, unless the fault strikes.
struct WatchedConnection: Connection {
  let real: any Connection
  let watch: Watch

  func forEach(
    _ sql: StaticString, _ values: [Value], _ row: (borrowing Row) throws(Refusal) -> Void
  ) throws(Refusal) {
    try watch.statement()
    try real.forEach(sql, values, row)
  }

  @discardableResult
  func execute(_ sql: StaticString, _ values: [Value]) throws(Refusal) -> Int {
    try watch.statement()
    watch.execute(sql, values)
    return try real.execute(sql, values)
  }

  func serialize(on names: [String]) throws(Refusal) { try real.serialize(on: names) }

  func resumeNumbering(of table: String, after number: Int64) throws(Refusal) {
    try real.resumeNumbering(of: table, after: number)
  }

  func findDamage(_ found: (String) -> Void) throws(Refusal) { try real.findDamage(found) }

  func findOrphans(_ found: (String) -> Void) throws(Refusal) { try real.findOrphans(found) }

  func findHazards(_ found: (Hazard) -> Void) throws(Refusal) { try real.findHazards(found) }

  func databaseBytes() throws(Refusal) -> Int64? { try real.databaseBytes() }
}

extension StaticString {
  fileprivate func begins(with text: StaticString) -> Bool {
    withUTF8Buffer { own in text.withUTF8Buffer { own.starts(with: $0) } }
  }
}
