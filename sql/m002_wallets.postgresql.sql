-- The ledger. What the program promises, the database holds by itself, whoever opens it.

CREATE TABLE wallets (
  id              TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
  user_id         TEXT   COLLATE "C" NOT NULL UNIQUE REFERENCES users (id),
  currency        TEXT   COLLATE "C" NOT NULL CHECK (currency = 'IDR'),
  balance         BIGINT NOT NULL DEFAULT 0,
  may_be_negative BIGINT NOT NULL DEFAULT 0 CHECK (may_be_negative IN (0, 1)),
  sequence        BIGINT NOT NULL DEFAULT 0 CHECK (sequence >= 0),
  head            BYTEA  NOT NULL CHECK (length(head) = 32),
  created_at      BIGINT NOT NULL,
  updated_at      BIGINT NOT NULL,
  CHECK ((balance < 0) = (may_be_negative = 1))
);

CREATE TABLE wallet_transactions (
  wallet_id     TEXT   COLLATE "C" NOT NULL REFERENCES wallets (id),
  sequence      BIGINT NOT NULL CHECK (sequence > 0),
  type          TEXT   COLLATE "C" NOT NULL
    CHECK (type IN ('TOP_UP', 'TRANSFER_IN', 'TRANSFER_OUT', 'ADJUSTMENT')),
  amount        BIGINT NOT NULL CHECK (amount <> 0),
  balance_after BIGINT NOT NULL,
  description   TEXT   COLLATE "C" NOT NULL,
  reference     TEXT   COLLATE "C",
  invoice_id    TEXT   COLLATE "C",
  counterparty  TEXT   COLLATE "C" NOT NULL,
  created_at    BIGINT NOT NULL,
  hash          BYTEA  NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (wallet_id, sequence),
  CHECK ((type = 'TOP_UP') = (invoice_id IS NOT NULL)),
  CHECK (type NOT IN ('TRANSFER_IN', 'TRANSFER_OUT') OR reference IS NOT NULL),
  CHECK (type <> 'TRANSFER_IN' OR amount > 0),
  CHECK (type <> 'TRANSFER_OUT' OR amount < 0)
);

-- Whoever comes second to one of these keys waits for the first to commit, and fails then (23505):
-- the program looks again, and finds what the first has done.
CREATE UNIQUE INDEX wallet_transactions_invoice ON wallet_transactions (invoice_id)
  WHERE invoice_id IS NOT NULL;

CREATE UNIQUE INDEX wallet_transactions_reference
  ON wallet_transactions (reference, type, wallet_id)
  WHERE type <> 'TOP_UP' AND reference IS NOT NULL;

CREATE TRIGGER wallet_transactions_no_update BEFORE UPDATE ON wallet_transactions
EXECUTE FUNCTION refuse('wallet_transactions is append-only');

CREATE TRIGGER wallet_transactions_no_delete BEFORE DELETE OR TRUNCATE ON wallet_transactions
EXECUTE FUNCTION refuse('wallet_transactions is append-only');

CREATE FUNCTION wallet_transactions_append() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.sequence IS DISTINCT FROM 1 + coalesce(
    (SELECT max(sequence) FROM wallet_transactions WHERE wallet_id = NEW.wallet_id), 0)
  THEN
    RAISE EXCEPTION 'a transaction must be the next of its wallet'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.balance_after < 0 AND NEW.amount < 0 AND NEW.type <> 'ADJUSTMENT' THEN
    RAISE EXCEPTION 'only an adjustment takes a wallet below zero'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NOT EXISTS (
    SELECT 1 FROM wallets
    WHERE id = NEW.wallet_id AND sequence + 1 = NEW.sequence
      AND balance + NEW.amount = NEW.balance_after)
  THEN
    RAISE EXCEPTION 'a transaction must continue its wallet'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.created_at < (
    SELECT created_at FROM wallet_transactions
    WHERE wallet_id = NEW.wallet_id AND sequence = NEW.sequence - 1)
  THEN
    RAISE EXCEPTION 'time runs forward in a wallet'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER wallet_transactions_append BEFORE INSERT ON wallet_transactions
FOR EACH ROW EXECUTE FUNCTION wallet_transactions_append();

-- Nothing but the newest transaction explains a balance.
CREATE FUNCTION wallets_follow_transactions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.id IS DISTINCT FROM OLD.id OR NEW.user_id IS DISTINCT FROM OLD.user_id
    OR NEW.currency IS DISTINCT FROM OLD.currency
    OR NEW.created_at IS DISTINCT FROM OLD.created_at
    OR NOT EXISTS (
      SELECT 1 FROM wallet_transactions
      WHERE wallet_id = NEW.id AND sequence = NEW.sequence AND NEW.sequence = OLD.sequence + 1
        AND balance_after = NEW.balance AND hash = NEW.head)
  THEN
    RAISE EXCEPTION 'a wallet changes only by its newest transaction'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER wallets_follow_transactions
BEFORE UPDATE OF id, user_id, currency, balance, sequence, head, created_at ON wallets
FOR EACH ROW EXECUTE FUNCTION wallets_follow_transactions();

CREATE TRIGGER wallets_no_delete BEFORE DELETE OR TRUNCATE ON wallets
EXECUTE FUNCTION refuse('a wallet is never deleted');

CREATE TRIGGER wallets_begin_empty BEFORE INSERT ON wallets
FOR EACH ROW
WHEN (NEW.balance <> 0 OR NEW.sequence <> 0 OR NEW.head <> decode(repeat('00', 32), 'hex'))
EXECUTE FUNCTION refuse('a wallet begins empty');
