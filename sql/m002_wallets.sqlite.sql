-- The ledger. What the program promises, the database holds by itself, whoever opens the file.

-- A wallet: its balance, and the end of its chain of transactions. It is changed only by moving
-- to the transaction that was just appended.
CREATE TABLE wallets (
  id              TEXT    NOT NULL PRIMARY KEY,        -- UUIDv7
  user_id         TEXT    NOT NULL UNIQUE REFERENCES users (id),
  currency        TEXT    NOT NULL CHECK (currency = 'IDR'),
  balance         INTEGER NOT NULL DEFAULT 0,          -- whole rupiah
  may_be_negative INTEGER NOT NULL DEFAULT 0           -- 1 while an operator's overdraft lasts
    CHECK (may_be_negative IN (0, 1)),
  sequence        INTEGER NOT NULL DEFAULT 0 CHECK (sequence >= 0),  -- of the newest transaction
  head            BLOB    NOT NULL CHECK (length(head) = 32),        -- hash of the newest one
  created_at      INTEGER NOT NULL,
  updated_at      INTEGER NOT NULL,
  CHECK ((balance < 0) = (may_be_negative = 1))
) STRICT, WITHOUT ROWID;

-- A movement of money. Append-only; numbered 1, 2, 3, … in its wallet without a hole; each row's
-- hash covers the row before it. The key is also the history's order and its cursor.
CREATE TABLE wallet_transactions (
  wallet_id     TEXT    NOT NULL REFERENCES wallets (id),
  sequence      INTEGER NOT NULL CHECK (sequence > 0),
  type          TEXT    NOT NULL
    CHECK (type = 'TOP_UP' OR type = 'TRANSFER_IN' OR type = 'TRANSFER_OUT'
      OR type = 'ADJUSTMENT'),                         -- OR: for IN with more than two, SQLite
                                                       -- builds a table at each row's writing
  amount        INTEGER NOT NULL CHECK (amount <> 0),  -- signed, whole rupiah
  balance_after INTEGER NOT NULL,
  description   TEXT    NOT NULL,                      -- '' where a sender said nothing
  reference     TEXT,                                  -- WTU-… top-up, TRF-… transfer, ADJ-… key
                                                       -- of an adjustment, REV-… what it reverses
  invoice_id    TEXT,                                  -- the paid invoice: credited once
  counterparty  TEXT    NOT NULL,                      -- xendit, a wallet's id, operator:NAME, or
                                                       -- xendit operator:NAME: from review
  created_at    INTEGER NOT NULL,                      -- never before the wallet's newest
  hash          BLOB    NOT NULL CHECK (length(hash) = 32),  -- SHA-256 (hash before ‖ this row)
  PRIMARY KEY (wallet_id, sequence),
  CHECK ((type = 'TOP_UP') = (invoice_id IS NOT NULL)),
  CHECK (type NOT IN ('TRANSFER_IN', 'TRANSFER_OUT') OR reference IS NOT NULL),
  CHECK (type <> 'TRANSFER_IN' OR amount > 0),
  CHECK (type <> 'TRANSFER_OUT' OR amount < 0)
) STRICT, WITHOUT ROWID;

-- An invoice is credited once, whoever asks how often.
CREATE UNIQUE INDEX wallet_transactions_invoice ON wallet_transactions (invoice_id)
  WHERE invoice_id IS NOT NULL;

-- A transfer touches a wallet once a side; an adjustment with a key is made once, and so is the
-- reversal of a transaction. A top-up does not touch this tree.
CREATE UNIQUE INDEX wallet_transactions_reference
  ON wallet_transactions (reference, type, wallet_id)
  WHERE type <> 'TOP_UP' AND reference IS NOT NULL;

CREATE TRIGGER wallet_transactions_no_update BEFORE UPDATE ON wallet_transactions
BEGIN
  SELECT RAISE(ABORT, 'wallet_transactions is append-only');
END;

CREATE TRIGGER wallet_transactions_no_delete BEFORE DELETE ON wallet_transactions
BEGIN
  SELECT RAISE(ABORT, 'wallet_transactions is append-only');
END;

-- INSERT OR REPLACE deletes the row that is in its way without firing the trigger above. So a row
-- that would be in the way of a key is refused here, before SQLite comes to the conflict.
CREATE TRIGGER wallet_transactions_append BEFORE INSERT ON wallet_transactions
BEGIN
  SELECT RAISE(ABORT, 'a transaction must be the next of its wallet')
  WHERE NEW.sequence IS NOT 1 + coalesce(
    (SELECT max(sequence) FROM wallet_transactions WHERE wallet_id = NEW.wallet_id), 0);
  SELECT RAISE(ABORT, 'this invoice has been credited')
  WHERE NEW.invoice_id IS NOT NULL AND EXISTS (
    SELECT 1 FROM wallet_transactions WHERE invoice_id = NEW.invoice_id);
  SELECT RAISE(ABORT, 'this transfer or adjustment has been posted')
  WHERE NEW.type <> 'TOP_UP' AND EXISTS (
    SELECT 1 FROM wallet_transactions
    WHERE type <> 'TOP_UP'
      AND reference = NEW.reference AND type = NEW.type AND wallet_id = NEW.wallet_id);
  SELECT RAISE(ABORT, 'only an adjustment takes a wallet below zero')
  WHERE NEW.balance_after < 0 AND NEW.amount < 0 AND NEW.type <> 'ADJUSTMENT';
  SELECT RAISE(ABORT, 'a transaction must continue its wallet')
  WHERE NOT EXISTS (
    SELECT 1 FROM wallets
    WHERE id = NEW.wallet_id AND sequence + 1 = NEW.sequence
      AND balance + NEW.amount = NEW.balance_after);
  SELECT RAISE(ABORT, 'time runs forward in a wallet')
  WHERE NEW.created_at < (
    SELECT created_at FROM wallet_transactions
    WHERE wallet_id = NEW.wallet_id AND sequence = NEW.sequence - 1);
END;

-- Nothing but the newest transaction explains a balance.
CREATE TRIGGER wallets_follow_transactions
BEFORE UPDATE OF id, user_id, currency, balance, sequence, head, created_at ON wallets
BEGIN
  SELECT RAISE(ABORT, 'a wallet changes only by its newest transaction')
  WHERE NEW.id IS NOT OLD.id OR NEW.user_id IS NOT OLD.user_id
    OR NEW.currency IS NOT OLD.currency OR NEW.created_at IS NOT OLD.created_at
    OR NOT EXISTS (
      SELECT 1 FROM wallet_transactions
      WHERE wallet_id = NEW.id AND sequence = NEW.sequence AND NEW.sequence = OLD.sequence + 1
        AND balance_after = NEW.balance AND hash = NEW.head);
END;

CREATE TRIGGER wallets_no_delete BEFORE DELETE ON wallets
BEGIN
  SELECT RAISE(ABORT, 'a wallet is never deleted');
END;

CREATE TRIGGER wallets_begin_empty BEFORE INSERT ON wallets
BEGIN
  SELECT RAISE(ABORT, 'a wallet begins empty')
  WHERE NEW.balance <> 0 OR NEW.sequence <> 0 OR NEW.head <> zeroblob(32);
  SELECT RAISE(ABORT, 'a user has one wallet')
  WHERE EXISTS (SELECT 1 FROM wallets WHERE id = NEW.id)
    OR EXISTS (SELECT 1 FROM wallets WHERE user_id = NEW.user_id);
END;
