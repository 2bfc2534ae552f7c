// How SQLite goes about each statement that a piece of the ledger runs.

import Domain
import Storage
import Support
import Testing

@testable import Ledger

extension Books {
  /// Expects that the body runs so many statements, and that each reads of the ledger's tables but
  /// what it needs: it goes by an index, or through one that holds only what waits.
  func expectIndexed(
    statements count: Int, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: (any Connection) throws(Refusal) -> Void
  ) throws {
    let seen = Shared<[String]>([])
    try database.read { db throws(Refusal) in try body(Recording(inner: db, seen: seen)) }
    let statements = seen.withLock { $0 }
    #expect(statements.count == count, sourceLocation: sourceLocation)
    let partial = [
      "wallet_top_ups_open", "wallet_top_ups_unchecked", "webhook_events_review",
      "webhook_events_waiting",
    ]
    for statement in statements {
      let plan = try outside("EXPLAIN QUERY PLAN \(statement)")
      let isPlan = plan.output.contains("wallet") || plan.output.contains("webhook")
      #expect(plan.status == 0 && isPlan, "\(plan.errors)", sourceLocation: sourceLocation)
      let scans = plan.output.split(separator: "\n").filter {
        // What a subquery gave, `invoices`, was read by a line of its own.
        $0.contains("SCAN ") && !$0.contains("SCAN wallets") && !$0.hasSuffix("SCAN invoices")
      }
      let long = scans.filter { line in !partial.contains { line.contains("INDEX \($0)") } }
      #expect(long == [], "\(statement)\n\(plan.output)", sourceLocation: sourceLocation)
    }
  }
}

/// Remembers each statement, and runs it.
private struct Recording: Connection {
  let inner: any Connection
  let seen: Shared<[String]>

  func forEach(
    _ sql: StaticString, _ values: [Value], _ row: (borrowing Row) throws(Refusal) -> Void
  ) throws(Refusal) {
    seen.withLock { $0.append(sql.description) }
    try inner.forEach(sql, values, row)
  }

  func execute(_ sql: StaticString, _ values: [Value]) throws(Refusal) -> Int {
    seen.withLock { $0.append(sql.description) }
    return try inner.execute(sql, values)
  }

  func serialize(on names: [String]) throws(Refusal) { try inner.serialize(on: names) }

  func resumeNumbering(of table: String, after number: Int64) throws(Refusal) {
    try inner.resumeNumbering(of: table, after: number)
  }

  func findDamage(_ found: (String) -> Void) throws(Refusal) { try inner.findDamage(found) }

  func findOrphans(_ found: (String) -> Void) throws(Refusal) { try inner.findOrphans(found) }

  func findHazards(_ found: (Hazard) -> Void) throws(Refusal) { try inner.findHazards(found) }

  func databaseBytes() throws(Refusal) -> Int64? { try inner.databaseBytes() }
}
