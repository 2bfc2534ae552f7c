-- Money from one user to another.

-- A transfer: which transaction of one wallet is the other side of which transaction of another.
-- The terms (amount, reference, the sender's words, time) stand in those two and nowhere else. It
-- is written with them in one transaction. The key is also the sender's transfers in their order.
CREATE TABLE transfers (
  from_wallet_id  TEXT    NOT NULL,
  from_sequence   INTEGER NOT NULL,
  to_wallet_id    TEXT    NOT NULL,
  to_sequence     INTEGER NOT NULL,
  idempotency_key TEXT    NOT NULL CHECK (idempotency_key <> ''),  -- the sender's name for it
  sent_that_day   INTEGER NOT NULL,                    -- by this wallet, on the day in UTC of this
                                                       -- transfer, it and those before it
  PRIMARY KEY (from_wallet_id, from_sequence),
  FOREIGN KEY (from_wallet_id, from_sequence)
    REFERENCES wallet_transactions (wallet_id, sequence),
  FOREIGN KEY (to_wallet_id, to_sequence)
    REFERENCES wallet_transactions (wallet_id, sequence)
) STRICT, WITHOUT ROWID;

-- One key, one transfer. (A user has one wallet.)
CREATE UNIQUE INDEX transfers_key ON transfers (from_wallet_id, idempotency_key);

CREATE TRIGGER transfers_no_update BEFORE UPDATE ON transfers
BEGIN
  SELECT RAISE(ABORT, 'transfers is append-only');
END;

CREATE TRIGGER transfers_no_delete BEFORE DELETE ON transfers
BEGIN
  SELECT RAISE(ABORT, 'transfers is append-only');
END;

-- As for transactions: INSERT OR REPLACE would delete without firing the trigger above.
CREATE TRIGGER transfers_append BEFORE INSERT ON transfers
BEGIN
  SELECT RAISE(ABORT, 'a transfer is never replaced')
  WHERE EXISTS (
      SELECT 1 FROM transfers
      WHERE from_wallet_id = NEW.from_wallet_id AND from_sequence >= NEW.from_sequence)
    OR EXISTS (
      SELECT 1 FROM transfers
      WHERE from_wallet_id = NEW.from_wallet_id AND idempotency_key = NEW.idempotency_key);
  SELECT RAISE(ABORT, 'what leaves one wallet comes into the other')
  WHERE NOT EXISTS (
    SELECT 1 FROM wallet_transactions AS o
      JOIN wallet_transactions AS i
        ON i.wallet_id = NEW.to_wallet_id AND i.sequence = NEW.to_sequence
    WHERE o.wallet_id = NEW.from_wallet_id AND o.sequence = NEW.from_sequence
      AND o.type = 'TRANSFER_OUT' AND o.counterparty = i.wallet_id
      AND i.type = 'TRANSFER_IN' AND i.counterparty = o.wallet_id
      AND o.wallet_id <> i.wallet_id AND o.amount + i.amount = 0
      AND o.reference = i.reference AND o.description = i.description);
  SELECT RAISE(ABORT, 'what was sent on a day is the sum of its transfers')
  WHERE NEW.sent_that_day IS NOT (
    SELECT coalesce((
        SELECT CASE WHEN p.created_at / 86400000000 = o.created_at / 86400000000
          THEN t.sent_that_day END
        FROM transfers AS t JOIN wallet_transactions AS p
          ON p.wallet_id = t.from_wallet_id AND p.sequence = t.from_sequence
        WHERE t.from_wallet_id = o.wallet_id
        ORDER BY t.from_sequence DESC LIMIT 1), 0) - o.amount
    FROM wallet_transactions AS o
    WHERE o.wallet_id = NEW.from_wallet_id AND o.sequence = NEW.from_sequence);
END;
