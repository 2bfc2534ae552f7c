// The one checker, run after every fault: the ledger against its invariants, and what clients were
// promised against the rows.

import Foundation
import Programs
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
  /// Of the database.
  let url: String

  func verdict(on promises: [Promise]) throws -> Verdict {
    // First, since the shell alone would not recover the log: it reads only.
    let verify = try runCommand(
      Checkout.program("dompet"), ["verify"],
      environment: Stack.environment.merging(["DATABASE_URL": url]) { $1 })
    let isWell = verify.status == 0 && verify.errors.hasSuffix("all is well\n")
    let rows = try rows(of: [Self.kept, Self.doubled, Self.halves])
    let kept = Set(rows[0])
    return Verdict(
      lost: promises.filter { !kept.contains($0.text) }, doubled: rows[1], halves: rows[2],
      findings: isWell ? nil : verify.errors)
  }

  /// The rows of each query, all seen at one moment.
  private func rows(of queries: [String]) throws -> [[String]] {
    let result =
      PostgreSQL.isTried
      ? try runCommand(
        PostgreSQL.shell, ["-XAtq", "-v", "ON_ERROR_STOP=1", url], environment: Stack.environment,
        input: script(of: queries, begin: Self.beginOnServer, mark: "\\echo ---"))
      : try runCommand(
        "sqlite3", ["-readonly", "-batch", "-bail", "-cmd", ".timeout 20000", Shell.path(of: url)],
        environment: Stack.environment,
        input: script(of: queries, begin: "BEGIN;", mark: ".print ---"))
    guard result.status == 0 else { throw CheckerFailure(message: result.errors) }
    return result.output.components(separatedBy: "---\n").map { part in
      part.split(separator: "\n").map { String($0) }
    }
  }

  private func script(of queries: [String], begin: String, mark: String) -> [UInt8] {
    let lines = [begin] + queries.flatMap { [$0 + ";", mark] }
    return Array(lines.joined(separator: "\n").utf8)
  }

  /// Without the indexes here too.
  private static let beginOnServer = """
    BEGIN ISOLATION LEVEL REPEATABLE READ;
    SET enable_indexscan = off; SET enable_indexonlyscan = off; SET enable_bitmapscan = off;
    """

  /// Every promise that the database keeps.
  private static let kept = """
    SELECT 'user ' || username FROM users JOIN wallets ON wallets.user_id = users.id
    UNION ALL SELECT 'session ' || \(Shell.hexadecimal(of: "refresh_digests")) FROM sessions
    UNION ALL SELECT 'top-up ' || idempotency_key || ' ' || reference FROM wallet_top_ups
    WHERE invoice_id IS NOT NULL
    UNION ALL SELECT 'transfer ' || x.idempotency_key || ' ' || t.reference FROM transfers AS x
    JOIN wallet_transactions AS t
    ON t.wallet_id = x.from_wallet_id AND t.sequence = x.from_sequence
    JOIN wallet_transactions AS r
    ON r.wallet_id = x.to_wallet_id AND r.sequence = x.to_sequence AND r.amount = -t.amount
    UNION ALL SELECT 'credit ' || t.invoice_id FROM wallet_transactions AS t
    JOIN wallet_top_ups AS u ON u.reference = t.reference AND u.amount = t.amount
    WHERE t.type = 'TOP_UP' AND u.status = 'PAID'
    """

  /// Said without the indexes that forbid it: a sort, so a damaged index hides nothing.
  private static let notIndexed = PostgreSQL.isTried ? "" : "NOT INDEXED"
  private static let doubled = """
    SELECT 'invoice ' || invoice_id FROM wallet_transactions \(notIndexed)
    WHERE invoice_id IS NOT NULL GROUP BY invoice_id HAVING count(*) > 1
    UNION ALL SELECT 'credit of ' || reference FROM wallet_transactions \(notIndexed)
    WHERE type = 'TOP_UP' GROUP BY reference HAVING count(*) > 1
    UNION ALL SELECT 'top-up ' || idempotency_key FROM wallet_top_ups \(notIndexed)
    WHERE idempotency_key IS NOT NULL GROUP BY user_id, idempotency_key HAVING count(*) > 1
    UNION ALL SELECT 'user ' || username FROM users \(notIndexed)
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
