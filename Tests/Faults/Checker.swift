// The one checker, run after every fault: the ledger against its invariants, and what clients were
// promised against the rows.

import Foundation
import Support

/// What a check found.
struct Verdict {
  /// Promises without their row.
  let lost: [Promise]
  /// What may be there once and is there more often.
  let doubled: [String]
  /// Rows that stand without the row that belongs to them.
  let halves: [String]
  /// What `dompet verify` says when it does not end with "all is well".
  let findings: String?

  var isClean: Bool { lost.isEmpty && doubled.isEmpty && halves.isEmpty && findings == nil }
}

struct Checker {
  let database: String

  static let programs = ["dompet", "sqlite3"]

  func verdict(on promises: [Promise]) throws -> Verdict {
    // First, since the shell alone would not recover the log: it reads only.
    let verify = try runCommand(
      Checkout.program("dompet"), ["verify"],
      environment: Stack.environment.merging(["DATABASE_URL": "sqlite:\(database)"]) { $1 })
    let isWell = verify.status == 0 && verify.errors.hasSuffix("all is well\n")
    let kept = Set(try rows(Self.kept))
    return Verdict(
      lost: promises.filter { !kept.contains($0.text) }, doubled: try rows(Self.doubled),
      halves: try rows(Self.halves), findings: isWell ? nil : verify.errors)
  }

  private func rows(_ query: String) throws -> [String] {
    let result = try runCommand(
      "sqlite3", ["-readonly", "-batch", "-bail", "-cmd", ".timeout 20000", database, query],
      environment: Stack.environment)
    guard result.status == 0 else { throw CheckerFailure(message: result.errors) }
    return result.output.split(separator: "\n").map { String($0) }
  }

  /// Every promise that the database keeps.
  private static let kept = """
    SELECT 'user ' || username FROM users JOIN wallets ON wallets.user_id = users.id
    UNION ALL SELECT 'session ' || hex(refresh_digest) FROM sessions
    UNION ALL SELECT 'top-up ' || idempotency_key || ' ' || reference FROM wallet_top_ups
    WHERE invoice_id IS NOT NULL
    UNION ALL SELECT 'credit ' || t.invoice_id FROM wallet_transactions AS t
    JOIN wallet_top_ups AS u ON u.reference = t.reference AND u.amount = t.amount
    WHERE t.type = 'TOP_UP' AND u.status = 'PAID'
    """

  /// Said without the indexes that forbid it: a sort, so a damaged index hides nothing.
  private static let doubled = """
    SELECT 'invoice ' || invoice_id FROM wallet_transactions NOT INDEXED
    WHERE invoice_id IS NOT NULL GROUP BY invoice_id HAVING count(*) > 1
    UNION ALL SELECT 'credit of ' || reference FROM wallet_transactions NOT INDEXED
    WHERE type = 'TOP_UP' GROUP BY reference HAVING count(*) > 1
    UNION ALL SELECT 'top-up ' || idempotency_key FROM wallet_top_ups NOT INDEXED
    WHERE idempotency_key IS NOT NULL GROUP BY user_id, idempotency_key HAVING count(*) > 1
    UNION ALL SELECT 'user ' || username FROM users NOT INDEXED
    GROUP BY username HAVING count(*) > 1
    """

  private static let halves = """
    SELECT 'user without a wallet: ' || username FROM users
    WHERE id NOT IN (SELECT user_id FROM wallets)
    UNION ALL SELECT 'PAID without its credit: ' || reference FROM wallet_top_ups
    WHERE status = 'PAID' AND reference NOT IN (
      SELECT reference FROM wallet_transactions WHERE type = 'TOP_UP')
    UNION ALL SELECT 'credit without its top-up: ' || t.reference FROM wallet_transactions AS t
    WHERE t.type = 'TOP_UP' AND t.reference NOT IN (
      SELECT reference FROM wallet_top_ups WHERE status = 'PAID')
    UNION ALL SELECT 'credit without its event: ' || t.invoice_id FROM wallet_transactions AS t
    WHERE t.type = 'TOP_UP' AND t.invoice_id NOT IN (
      SELECT invoice_id FROM webhook_events WHERE invoice_id IS NOT NULL)
    UNION ALL SELECT 'settled event without its credit: ' || e.invoice_id
    FROM webhook_events AS e
    WHERE e.state = 'settled' AND e.status = 'PAID' AND e.invoice_id NOT IN (
      SELECT invoice_id FROM wallet_transactions WHERE invoice_id IS NOT NULL)
    """
}

struct CheckerFailure: Error {
  let message: String
}
