// The tables in the order of a move, each with what reads and what writes its rows.

import Domain
import Storage

extension Moving {
  static let people = [
    MovedTable(
      name: "users",
      select: """
        SELECT id, email, username, name, password_hash, role, is_active, created_at, updated_at,
          erased_at FROM users ORDER BY id
        """,
      statements: [
        .init(
          sql: """
            INSERT INTO users (id, email, username, name, password_hash, role, is_active,
              created_at, updated_at, erased_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            """)
      ],
      kinds: [
        .text, .text, .text, .text, .text, .text, .integer, .integer, .integer, .integer,
      ]),
    MovedTable(
      name: "sessions",
      select: """
        SELECT id, user_id, family_digest, refresh_digests, previous_digests, rotated_at,
          user_agent, ip_address, created_at, last_used_at, expires_at, ended_at
        FROM sessions ORDER BY id
        """,
      statements: [
        .init(
          sql: """
            INSERT INTO sessions (id, user_id, family_digest, refresh_digests, previous_digests,
              rotated_at, user_agent, ip_address, created_at, last_used_at, expires_at, ended_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            """)
      ],
      kinds: [
        .text, .text, .bytes, .bytes, .bytes, .integer, .text, .text, .integer, .integer,
        .integer, .integer,
      ]),
    MovedTable(
      name: "password_resets",
      select: """
        SELECT digest, user_id, made_by, reason, created_at, expires_at, ended_at
        FROM password_resets ORDER BY digest
        """,
      statements: [
        .init(
          sql: """
            INSERT INTO password_resets
              (digest, user_id, made_by, reason, created_at, expires_at, ended_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """)
      ],
      kinds: [.bytes, .text, .text, .text, .integer, .integer, .integer]),
    MovedTable(
      name: "operator_acts",
      select: "SELECT id, at, operator, what, subject, reason FROM operator_acts ORDER BY id",
      statements: [
        .init(
          sql: """
            INSERT INTO operator_acts (id, at, operator, what, subject, reason)
            VALUES ($1, $2, $3, $4, $5, $6)
            """)
      ],
      kinds: [.integer, .integer, .text, .text, .text, .text], isNumbered: true),
  ]

  static let money = [
    MovedTable(
      name: "wallets",
      select: "SELECT id, user_id, currency, created_at, updated_at FROM wallets ORDER BY id",
      constant: .bytes(Chain.empty),
      statements: [
        .init(
          sql: """
            INSERT INTO wallets (id, user_id, currency, created_at, updated_at, head)
            VALUES ($1, $2, $3, $4, $5, $6)
            """)
      ],
      kinds: [.text, .text, .text, .integer, .integer]),
    MovedTable(
      name: "wallet_transactions",
      select: """
        SELECT wallet_id, sequence, type, amount, balance_after, description, reference,
          invoice_id, counterparty, created_at, hash,
          CASE WHEN balance_after < 0 THEN 1 ELSE 0 END
        FROM wallet_transactions ORDER BY wallet_id, sequence
        """,
      statements: [
        .init(
          sql: """
            INSERT INTO wallet_transactions (wallet_id, sequence, type, amount, balance_after,
              description, reference, invoice_id, counterparty, created_at, hash)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            """, columns: Array(0...10)),
        .init(
          sql: """
            UPDATE wallets
            SET balance = $3, may_be_negative = $6, sequence = $2, head = $5, updated_at = $4
            WHERE id = $1
            """, columns: [0, 1, 4, 9, 10, 11]),
      ],
      kinds: [
        .text, .integer, .text, .integer, .integer, .text, .text, .text, .text, .integer, .bytes,
        .integer,
      ]),
    MovedTable(
      name: "transfers",
      select: """
        SELECT from_wallet_id, from_sequence, to_wallet_id, to_sequence, idempotency_key,
          sent_that_day FROM transfers ORDER BY from_wallet_id, from_sequence
        """,
      statements: [
        .init(
          sql: """
            INSERT INTO transfers (from_wallet_id, from_sequence, to_wallet_id, to_sequence,
              idempotency_key, sent_that_day)
            VALUES ($1, $2, $3, $4, $5, $6)
            """)
      ],
      kinds: [.text, .integer, .text, .integer, .text, .integer]),
  ]
}
