// The plan of every statement: each goes straight to its rows, by a key or an index, and finds them
// in their order. Those that read more stand in `LongStatement.all`, each with its reason.

import Support
import Testing

@Suite("The plan of every statement", aboutSQLite)
struct PlanTests {
  private static let books = Result { try Books() }

  /// Lines that say that a statement reads, or sorts, more than its rows.
  private func faults(of statement: Statement) throws -> [String] {
    // For a new row that others may refer to, SQLite plans to look for rows that came before it,
    // and steps over that unless such a violation is open (OP_FkIfZero): no key here is deferred.
    let keys = statement.sql.hasPrefix("INSERT") ? "OFF" : "ON"
    let plan = try runCommand(
      "sqlite3",
      [
        "-bail", "-cmd", ".timeout 20000", Self.books.get().path, ".dbconfig trigger_eqp on",
        "PRAGMA foreign_keys=\(keys)", "EXPLAIN QUERY PLAN \(statement.sql)",
      ])
    #expect(plan.status == 0, "\(statement.testDescription)\n\(plan.errors)")
    // The first line repeats the setting.
    return plan.output.split(separator: "\n").dropFirst().map(String.init).filter(isFault)
  }

  private func isFault(_ line: String) -> Bool {
    if line.contains("USE TEMP B-TREE") || line.contains("AUTOMATIC") { return true }
    // What a subquery gave was read by a line of its own.
    if line.contains("SCAN (subquery") || line.contains("SCAN CONSTANT ROW") { return false }
    // Without a condition, as for max(), all is read.
    if line.contains("SEARCH ") { return !line.contains("(") }
    return line.contains("SCAN ") && !shortIndexes.keys.contains { line.hasSuffix("INDEX \($0)") }
  }

  /// Indexes that hold few rows, however long the history is.
  private let shortIndexes = [
    "wallet_top_ups_open": "what can still be paid",
    "wallet_top_ups_unchecked": "credits that the provider has not been asked about",
    "webhook_events_review": "what waits for an operator",
    "webhook_events_waiting": "what waits for the provider's word",
    "users_by_bcrypt_cost": "imported users before their next login; its last row is read",
  ]

  @Test("neither reads a whole table nor sorts", arguments: Statement.all)
  func plan(of statement: Statement) throws {
    let isKnown = LongStatement.all.contains { $0.matches(statement) }
    let faults = try faults(of: statement)
    if isKnown {
      #expect(faults != [], "needs no exception: \(statement.testDescription)")
    } else {
      #expect(faults == [], "\(statement.testDescription)")
    }
  }

  @Test("is looked at: none is overlooked, and none hides")
  func found() {
    #expect(Statement.all.count >= 120)
    #expect(Statement.hidden.map(\.testDescription) == [])
  }

  @Test("has an exception only where there is such a statement", arguments: LongStatement.all)
  func exception(_ long: LongStatement) {
    #expect(Statement.all.contains { long.matches($0) })
  }

  /// What money and people's requests go through: wallets/me, history, top-ups, the webhook's
  /// credit, transfers, login, refresh, sessions.
  @Test(
    "has no exception where a user waits for it",
    arguments: [
      "Events", "History", "PasswordResets", "Refreshes", "Sessions", "TopUps", "Transactions",
      "Transfers", "Users", "Wallets",
    ])
  func hot(file: String) {
    let path = "Sources/Ledger/\(file).swift"
    #expect(Statement.all.contains { $0.file == path })
    #expect(!LongStatement.all.contains { $0.file == path })
  }
}
