// The statements that read or sort more than the rows they give, and why they may. Users do not
// wait for any of them; neither does Xendit.

import Testing

/// A statement that may read everything.
struct LongStatement: CustomTestStringConvertible {
  let file: String
  /// A part of it, on one line, that no statement of the file has which goes straight to its rows.
  let part: String
  let reason: String

  var testDescription: String { "\(file): \(part) (\(reason))" }

  func matches(_ statement: Statement) -> Bool {
    statement.file == file && statement.oneLine.contains(part)
  }

  private init(_ file: String, _ part: String, _ reason: String) {
    self.file = "Sources/\(file).swift"
    self.part = part
    self.reason = reason
  }
}

extension LongStatement {
  static let all = audit + figures + acts + moves + start

  private static let audit = [
    LongStatement("Ledger/Walk", "SELECT id, 0, 'wallet'", "verify walks every chain"),
    LongStatement("Ledger/Audit", "SELECT 'user ' || user_id", "verify looks at every key"),
    LongStatement("Ledger/Bodies", "SELECT id, digest, body", "verify hashes every body"),
    LongStatement("Ledger/Pairing", "SELECT coalesce(invoice_id, '')", "verify pairs all credits"),
    LongStatement("Ledger/Sides", "SELECT coalesce(reference, '')", "verify pairs all transfers"),
    LongStatement("Ledger/Sides", "SELECT t.from_wallet_id", "verify adds up each day's transfers"),
    LongStatement("Ledger/Truth", "SELECT wallet_id", "verify compares all with the sandbox"),
    LongStatement("Ledger/Truth", "SELECT invoice_id", "verify compares all with the sandbox"),
  ]

  private static let figures = [
    LongStatement("Ledger/Maintenance", "FROM maintenance", "a row for each of five tasks"),
    LongStatement("Ledger/Overview", "FROM wallets", "status adds up every balance"),
    LongStatement("Ledger/Overview", "GROUP BY age", "sorts what can still be paid"),
    LongStatement("Ledger/Overview", "status IN ('PAID', 'SETTLED')", "sorts what waits"),
    LongStatement("Ledger/Overview", "WHERE state = 'waiting'", "sorts what waits"),
    LongStatement("Ledger/Overview", "SELECT max(at)", "the last row of each table"),
    LongStatement("Ledger/Reviews", "GROUP BY reason", "sorts what waits"),
  ]

  private static let acts = [
    LongStatement("Ledger/Journal", "ORDER BY id DESC LIMIT 1", "the last row"),
    LongStatement("Ledger/Newest", "SELECT max(updated_at)", "once, when a backup is restored"),
    LongStatement("Ledger/Reconciliations", "DELETE FROM", "two rows, one for each walk"),
    LongStatement("Ledger/Story", "OR paid_invoice_id", "an operator asks by an invoice's id"),
  ]

  private static let moves = [
    LongStatement("Ledger/MovedTables", "ORDER BY", "a move takes every row"),
    LongStatement("Ledger/MovedEvents", "ORDER BY", "a move takes every row"),
    LongStatement("Ledger/Moving", "WHERE EXISTS", "the first row of three tables"),
  ]

  private static let start = [
    LongStatement(
      "Storage/SQLite/SQLiteMigrations", "FROM schema_migrations ORDER BY number",
      "all of them, when a program starts"),
    LongStatement("Storage/SQLite/SQLiteMigrations", "pragma_table_info", "a table's columns"),
  ]
}
