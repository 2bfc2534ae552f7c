-- Money from one user to another.

CREATE TABLE transfers (
  from_wallet_id  TEXT   COLLATE "C" NOT NULL,
  from_sequence   BIGINT NOT NULL,
  to_wallet_id    TEXT   COLLATE "C" NOT NULL,
  to_sequence     BIGINT NOT NULL,
  idempotency_key TEXT   COLLATE "C" NOT NULL CHECK (idempotency_key <> ''),
  sent_that_day   BIGINT NOT NULL,
  PRIMARY KEY (from_wallet_id, from_sequence),
  FOREIGN KEY (from_wallet_id, from_sequence)
    REFERENCES wallet_transactions (wallet_id, sequence),
  FOREIGN KEY (to_wallet_id, to_sequence)
    REFERENCES wallet_transactions (wallet_id, sequence)
);

CREATE UNIQUE INDEX transfers_key ON transfers (from_wallet_id, idempotency_key);

CREATE TRIGGER transfers_no_update BEFORE UPDATE ON transfers
EXECUTE FUNCTION refuse('transfers is append-only');

CREATE TRIGGER transfers_no_delete BEFORE DELETE OR TRUNCATE ON transfers
EXECUTE FUNCTION refuse('transfers is append-only');

CREATE FUNCTION transfers_append() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- A wallet's transfers come in the order of their transactions: the newest one says what has been
  -- sent on its day.
  IF EXISTS (
    SELECT 1 FROM transfers
    WHERE from_wallet_id = NEW.from_wallet_id AND from_sequence > NEW.from_sequence)
  THEN
    RAISE EXCEPTION 'a transfer is never replaced' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NOT EXISTS (
    SELECT 1 FROM wallet_transactions AS o
      JOIN wallet_transactions AS i
        ON i.wallet_id = NEW.to_wallet_id AND i.sequence = NEW.to_sequence
    WHERE o.wallet_id = NEW.from_wallet_id AND o.sequence = NEW.from_sequence
      AND o.type = 'TRANSFER_OUT' AND o.counterparty = i.wallet_id
      AND i.type = 'TRANSFER_IN' AND i.counterparty = o.wallet_id
      AND o.wallet_id <> i.wallet_id AND o.amount + i.amount = 0
      AND o.reference = i.reference AND o.description = i.description)
  THEN
    RAISE EXCEPTION 'what leaves one wallet comes into the other'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.sent_that_day IS DISTINCT FROM (
    SELECT coalesce((
        SELECT CASE WHEN p.created_at / 86400000000 = o.created_at / 86400000000
          THEN t.sent_that_day END
        FROM transfers AS t JOIN wallet_transactions AS p
          ON p.wallet_id = t.from_wallet_id AND p.sequence = t.from_sequence
        WHERE t.from_wallet_id = o.wallet_id
        ORDER BY t.from_sequence DESC LIMIT 1), 0) - o.amount
    FROM wallet_transactions AS o
    WHERE o.wallet_id = NEW.from_wallet_id AND o.sequence = NEW.from_sequence)
  THEN
    RAISE EXCEPTION 'what was sent on a day is the sum of its transfers'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER transfers_append BEFORE INSERT ON transfers
FOR EACH ROW EXECUTE FUNCTION transfers_append();
