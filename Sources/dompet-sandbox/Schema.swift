// The sandbox's own tables. Times are microseconds since 1970; amounts are the digits of a JSON
// number, so that a test can have paid whatever a client should refuse.

import Storage

let sandboxMigrations = [firstMigration, paymentMigration]

private let firstMigration = Migration(
  name: "001_sandbox", kind: .expands,
  sqlite: Array(
    """
    -- One invoice each. It exists from created_at on, which lies ahead for one that appears late.
    CREATE TABLE invoices (
      sequence    INTEGER PRIMARY KEY,
      id          TEXT NOT NULL UNIQUE,
      external_id TEXT NOT NULL,
      status      TEXT NOT NULL CHECK (status IN ('PENDING', 'PAID', 'SETTLED', 'EXPIRED')),
      amount      TEXT NOT NULL,
      currency    TEXT NOT NULL,
      request     BLOB NOT NULL,    -- the body of the create call, for what answers repeat of it
      created_at  INTEGER NOT NULL,
      updated_at  INTEGER NOT NULL,
      expires_at  INTEGER NOT NULL,
      paid_at     INTEGER,
      paid_amount TEXT
    ) STRICT;
    CREATE INDEX invoices_by_external_id ON invoices (external_id);
    CREATE INDEX invoices_by_age ON invoices (created_at, sequence);
    CREATE INDEX invoices_by_expiry ON invoices (expires_at) WHERE status = 'PENDING';

    -- One webhook each, a copy being one of its own; due_at is NULL once nothing more is tried.
    CREATE TABLE deliveries (
      id         INTEGER PRIMARY KEY,
      invoice_id TEXT NOT NULL REFERENCES invoices (id),
      webhook_id TEXT NOT NULL,
      body       BLOB NOT NULL,
      tries      INTEGER NOT NULL,
      due_at     INTEGER,
      answer     TEXT
    ) STRICT;
    CREATE INDEX deliveries_by_due ON deliveries (due_at) WHERE due_at IS NOT NULL;
    """.utf8))

private let paymentMigration = Migration(
  name: "002_ways_to_pay", kind: .expands,
  sqlite: Array(
    """
    -- The way that the payer chose last, such as BCA; NULL where nobody chose.
    ALTER TABLE invoices ADD COLUMN payment_channel TEXT;
    -- When a payment failed last. The invoice stays open.
    ALTER TABLE invoices ADD COLUMN failed_at INTEGER;
    """.utf8))
