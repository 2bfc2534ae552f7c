// The tables of a move that tell of the provider, and of the house itself.

import Domain
import Storage

extension Moving {
  static let rest = [
    MovedTable(
      name: "wallet_top_ups",
      select: """
        SELECT id, user_id, wallet_id, reference, idempotency_key, amount, currency, status,
          invoice_id, invoice_url, lease_until, created_at, updated_at, expires_at, paid_at,
          paid_invoice_id, paid_late, checked_at, looked_at, resumed_at
        FROM wallet_top_ups ORDER BY id
        """,
      statements: [
        .init(
          sql: """
            INSERT INTO wallet_top_ups (id, user_id, wallet_id, reference, idempotency_key, amount,
              currency, status, invoice_id, invoice_url, lease_until, created_at, updated_at,
              expires_at, paid_at, paid_invoice_id, paid_late, checked_at, looked_at, resumed_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
              $18, $19, $20)
            """)
      ],
      kinds: [
        .text, .text, .text, .text, .text, .integer, .text, .text, .text, .text, .integer,
        .integer, .integer, .integer, .integer, .text, .integer, .integer, .integer, .integer,
      ]),
    events,
    MovedTable(
      name: "reconciliations",
      select: """
        SELECT kind, begun_at, ended_at, since, last_invoice FROM reconciliations ORDER BY kind
        """,
      statements: [
        .init(
          sql: """
            INSERT INTO reconciliations (kind, begun_at, ended_at, since, last_invoice)
            VALUES ($1, $2, $3, $4, $5)
            """)
      ],
      kinds: [.text, .integer, .integer, .integer, .text]),
    MovedTable(
      name: "maintenance",
      select: "SELECT task, done_at, outcome FROM maintenance ORDER BY task",
      statements: [
        .init(sql: "INSERT INTO maintenance (task, done_at, outcome) VALUES ($1, $2, $3)")
      ],
      kinds: [.text, .integer, .text]),
  ]

  /// One that an operator resolved comes as it waited, and is resolved again.
  static let events = MovedTable(
    name: "webhook_events",
    select: """
      SELECT id, digest, body, webhook_id, invoice_id, reference, status, amount, currency,
        CASE WHEN state = 'resolved' THEN 'review' ELSE state END, reason, received_at,
        resolution, resolved_by, resolved_at, resolution_reason
      FROM webhook_events ORDER BY id
      """,
    statements: [
      .init(
        sql: """
          INSERT INTO webhook_events (id, digest, body, webhook_id, invoice_id, reference, status,
            amount, currency, state, reason, received_at)
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
          """, columns: Array(0...11)),
      .init(
        sql: """
          UPDATE webhook_events
          SET state = 'resolved', resolution = $2, resolved_by = $3, resolved_at = $4,
            resolution_reason = $5
          WHERE id = $1
          """, columns: [0, 12, 13, 14, 15], isFor: { $0[12] != .null }),
    ],
    kinds: [
      .integer, .bytes, .bytes, .text, .text, .text, .text, .integer, .text, .text, .text,
      .integer, .text, .text, .integer, .text,
    ], isNumbered: true)
}
