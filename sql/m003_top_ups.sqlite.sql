-- Wishes to put money into a wallet.

-- PENDING without an invoice is "not yet known": until `lease_until` somebody is asking the
-- provider; after that, whoever comes next looks the invoice up by its reference and goes on.
CREATE TABLE wallet_top_ups (
  id              TEXT    NOT NULL PRIMARY KEY,        -- UUIDv7
  user_id         TEXT    NOT NULL REFERENCES users (id),
  wallet_id       TEXT    NOT NULL REFERENCES wallets (id),
  reference       TEXT    NOT NULL UNIQUE,             -- WTU-…, the provider's external_id
  idempotency_key TEXT,                                -- the client's name for this operation
  amount          INTEGER NOT NULL CHECK (amount > 0), -- whole rupiah
  currency        TEXT    NOT NULL CHECK (currency = 'IDR'),
  status          TEXT    NOT NULL
    CHECK (status = 'PENDING' OR status = 'PAID' OR status = 'EXPIRED' OR status = 'FAILED'),
  invoice_id      TEXT,
  invoice_url     TEXT,
  lease_until     INTEGER,
  created_at      INTEGER NOT NULL,
  updated_at      INTEGER NOT NULL,
  expires_at      INTEGER,                             -- the invoice's end, as the provider says
  paid_at         INTEGER,
  paid_invoice_id TEXT,                                -- the invoice that was credited
  paid_late       INTEGER NOT NULL DEFAULT 0,          -- 1 if it was paid after its end
  checked_at      INTEGER,                             -- when Xendit was asked if it was paid
  looked_at       INTEGER,                             -- when reconciliation last asked about it
  resumed_at      INTEGER,                             -- when an answer that was lost was looked
                                                       -- for: its invoice may yet appear
  CHECK ((status = 'PAID') = (paid_at IS NOT NULL)),
  CHECK ((status = 'PAID') = (paid_invoice_id IS NOT NULL)),
  CHECK (paid_late = 0 OR (paid_late = 1 AND status = 'PAID')),
  CHECK ((invoice_id IS NULL) = (invoice_url IS NULL))
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX wallet_top_ups_key ON wallet_top_ups (user_id, idempotency_key)
  WHERE idempotency_key IS NOT NULL;

-- A user's list, newest first; its columns never change, so a payment leaves it alone.
CREATE INDEX wallet_top_ups_of_user ON wallet_top_ups (user_id, id);

-- What is still open, oldest first.
CREATE INDEX wallet_top_ups_open ON wallet_top_ups (created_at) WHERE status = 'PENDING';

-- Credited on a webhook's word, which bears no signature: to be asked about at the provider.
CREATE INDEX wallet_top_ups_unchecked ON wallet_top_ups (paid_at)
  WHERE status = 'PAID' AND checked_at IS NULL;

-- Money that has arrived cannot be talked away, and what was asked for stays as it was asked.
CREATE TRIGGER wallet_top_ups_keep_their_terms BEFORE UPDATE ON wallet_top_ups
BEGIN
  SELECT RAISE(ABORT, 'PAID is final')
  WHERE OLD.status = 'PAID' AND (
    NEW.status <> 'PAID' OR NEW.paid_invoice_id IS NOT OLD.paid_invoice_id
    OR NEW.paid_at IS NOT OLD.paid_at OR NEW.paid_late IS NOT OLD.paid_late);
  SELECT RAISE(ABORT, 'the terms of a top-up do not change')
  WHERE NEW.id IS NOT OLD.id OR NEW.user_id IS NOT OLD.user_id
    OR NEW.wallet_id IS NOT OLD.wallet_id OR NEW.reference IS NOT OLD.reference
    OR NEW.idempotency_key IS NOT OLD.idempotency_key
    OR NEW.amount IS NOT OLD.amount OR NEW.created_at IS NOT OLD.created_at;
END;

CREATE TRIGGER wallet_top_ups_no_delete BEFORE DELETE ON wallet_top_ups
BEGIN
  SELECT RAISE(ABORT, 'a top-up is never deleted');
END;

-- As for transactions: INSERT OR REPLACE would delete without firing the trigger above.
CREATE TRIGGER wallet_top_ups_no_replace BEFORE INSERT ON wallet_top_ups
BEGIN
  SELECT RAISE(ABORT, 'a top-up is never replaced')
  WHERE EXISTS (SELECT 1 FROM wallet_top_ups WHERE id = NEW.id)
    OR EXISTS (SELECT 1 FROM wallet_top_ups WHERE reference = NEW.reference)
    OR EXISTS (
      SELECT 1 FROM wallet_top_ups
      WHERE user_id = NEW.user_id AND idempotency_key = NEW.idempotency_key);
END;
