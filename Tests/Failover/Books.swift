// The checker: what the surviving primary holds, against what was promised and against itself.

import Foundation
import Programs
import Support

/// What a check found.
struct Verdict: Sendable {
  /// Promises without their row.
  let lost: [String]
  /// What may be there once and is there more often.
  let doubled: [String]
  /// Wallets that are not the sum, the count and the end of their transactions, hashes that are not
  /// those of their rows, and states that stand without their movement.
  let torn: [String]
  /// What `dompet verify` says when it does not end with "all is well".
  let findings: String?
}

extension Cluster {
  func verdict(on promises: [Promise]) throws -> Verdict {
    let settings = Stack.environment.merging(["DATABASE_URL": url]) { $1 }
    let verify = try runCommand(
      Cluster.programs + "/dompet", ["verify"], environment: settings, timeoutSeconds: 300)
    let isWell = verify.status == 0 && verify.errors.hasSuffix("all is well\n")
    let kept = Set(try sql(Self.kept))
    return Verdict(
      lost: promises.map(\.text).filter { !kept.contains($0) }, doubled: try sql(Self.doubled),
      torn: try sql(Self.torn), findings: isWell ? nil : verify.errors)
  }

  /// Every promise that the database keeps.
  private static let kept = """
    SELECT 'top-up ' || idempotency_key || ' ' || reference FROM wallet_top_ups
    WHERE invoice_id IS NOT NULL
    UNION ALL SELECT 'credit ' || t.invoice_id FROM wallet_transactions AS t
    JOIN wallet_top_ups AS u ON u.reference = t.reference AND u.amount = t.amount
    WHERE t.type = 'TOP_UP' AND u.status = 'PAID'
    """

  /// Said without the indexes that forbid it: a damaged one hides nothing.
  private static let doubled = """
    SET enable_indexscan = off; SET enable_indexonlyscan = off; SET enable_bitmapscan = off;
    SELECT 'invoice ' || invoice_id FROM wallet_transactions
    WHERE invoice_id IS NOT NULL GROUP BY invoice_id HAVING count(*) > 1
    UNION ALL SELECT 'credit of ' || reference FROM wallet_transactions
    WHERE type = 'TOP_UP' GROUP BY reference HAVING count(*) > 1
    UNION ALL SELECT 'top-up ' || min(idempotency_key) FROM wallet_top_ups
    WHERE idempotency_key IS NOT NULL GROUP BY user_id, idempotency_key HAVING count(*) > 1
    """

  /// The hashes are made anew from what Ledger/Chain.swift says of them, not by its code.
  private static let torn = """
    SELECT 'hash of ' || wallet_id || ' ' || sequence FROM (
      SELECT *, lag(hash, 1, decode(repeat('00', 32), 'hex'))
        OVER (PARTITION BY wallet_id ORDER BY sequence) AS previous FROM wallet_transactions
    ) AS chain
    WHERE hash <> sha256(previous || convert_to(
      format('["%s",%s,"%s",%s,%s,"%s","%s","%s",%s]', wallet_id, sequence, type, amount,
        balance_after, reference, invoice_id, counterparty, created_at), 'UTF8'))
    UNION ALL
    SELECT 'wallet ' || w.id FROM wallets AS w
    LEFT JOIN wallet_transactions AS t ON t.wallet_id = w.id GROUP BY w.id
    HAVING w.balance <> coalesce(sum(t.amount), 0) OR w.sequence <> count(t.sequence)
      OR w.head <> coalesce((
        SELECT hash FROM wallet_transactions WHERE wallet_id = w.id AND sequence = w.sequence),
        decode(repeat('00', 32), 'hex'))
    UNION ALL SELECT 'PAID without its credit: ' || reference FROM wallet_top_ups
    WHERE status = 'PAID' AND reference NOT IN (
      SELECT reference FROM wallet_transactions WHERE type = 'TOP_UP')
    UNION ALL SELECT 'settled event without its credit: ' || invoice_id FROM webhook_events
    WHERE state = 'settled' AND status = 'PAID' AND invoice_id NOT IN (
      SELECT invoice_id FROM wallet_transactions WHERE invoice_id IS NOT NULL)
    """
}
