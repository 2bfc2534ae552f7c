-- Wishes to put money into a wallet.

CREATE TABLE wallet_top_ups (
  id              TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
  user_id         TEXT   COLLATE "C" NOT NULL REFERENCES users (id),
  wallet_id       TEXT   COLLATE "C" NOT NULL REFERENCES wallets (id),
  reference       TEXT   COLLATE "C" NOT NULL UNIQUE,
  idempotency_key TEXT   COLLATE "C",
  amount          BIGINT NOT NULL CHECK (amount > 0),
  currency        TEXT   COLLATE "C" NOT NULL CHECK (currency = 'IDR'),
  status          TEXT   COLLATE "C" NOT NULL
    CHECK (status IN ('PENDING', 'PAID', 'EXPIRED', 'FAILED')),
  invoice_id      TEXT   COLLATE "C",
  invoice_url     TEXT,
  lease_until     BIGINT,
  created_at      BIGINT NOT NULL,
  updated_at      BIGINT NOT NULL,
  expires_at      BIGINT,
  paid_at         BIGINT,
  paid_invoice_id TEXT   COLLATE "C",
  paid_late       BIGINT NOT NULL DEFAULT 0,
  checked_at      BIGINT,
  looked_at       BIGINT,
  resumed_at      BIGINT,
  CHECK ((status = 'PAID') = (paid_at IS NOT NULL)),
  CHECK ((status = 'PAID') = (paid_invoice_id IS NOT NULL)),
  CHECK (paid_late = 0 OR (paid_late = 1 AND status = 'PAID')),
  CHECK ((invoice_id IS NULL) = (invoice_url IS NULL))
);

CREATE UNIQUE INDEX wallet_top_ups_key ON wallet_top_ups (user_id, idempotency_key)
  WHERE idempotency_key IS NOT NULL;

CREATE INDEX wallet_top_ups_of_user ON wallet_top_ups (user_id, id);

-- The walks go by (created_at, id) and (paid_at, id). SQLite's indexes end with the primary key by
-- themselves; here it must be said.
CREATE INDEX wallet_top_ups_open ON wallet_top_ups (created_at, id) WHERE status = 'PENDING';

CREATE INDEX wallet_top_ups_unchecked ON wallet_top_ups (paid_at, id)
  WHERE status = 'PAID' AND checked_at IS NULL;

CREATE FUNCTION wallet_top_ups_keep_their_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status = 'PAID' AND (
    NEW.status <> 'PAID' OR NEW.paid_invoice_id IS DISTINCT FROM OLD.paid_invoice_id
    OR NEW.paid_at IS DISTINCT FROM OLD.paid_at OR NEW.paid_late IS DISTINCT FROM OLD.paid_late)
  THEN
    RAISE EXCEPTION 'PAID is final' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.id IS DISTINCT FROM OLD.id OR NEW.user_id IS DISTINCT FROM OLD.user_id
    OR NEW.wallet_id IS DISTINCT FROM OLD.wallet_id
    OR NEW.reference IS DISTINCT FROM OLD.reference
    OR NEW.idempotency_key IS DISTINCT FROM OLD.idempotency_key
    OR NEW.amount IS DISTINCT FROM OLD.amount OR NEW.created_at IS DISTINCT FROM OLD.created_at
  THEN
    RAISE EXCEPTION 'the terms of a top-up do not change' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER wallet_top_ups_keep_their_terms BEFORE UPDATE ON wallet_top_ups
FOR EACH ROW EXECUTE FUNCTION wallet_top_ups_keep_their_terms();

CREATE TRIGGER wallet_top_ups_no_delete BEFORE DELETE OR TRUNCATE ON wallet_top_ups
EXECUTE FUNCTION refuse('a top-up is never deleted');
