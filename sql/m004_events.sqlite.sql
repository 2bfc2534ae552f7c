-- What the provider told us, word for word, before anybody judged it.

-- An event is the digest of its body: the same bytes again are the same event. Its state:
--   settled   it was judged and did all it had to do
--   waiting   it reports so much that the provider is asked before it is credited
--   review    an operator must look: the reason says why
--   resolved  an operator has looked: credited it to a wallet, or dismissed it
--   foreign   its reference is not of our form: another business on the provider's account
CREATE TABLE webhook_events (
  id                INTEGER NOT NULL PRIMARY KEY,      -- in the order of arrival
  digest            BLOB    NOT NULL UNIQUE CHECK (length(digest) = 32),  -- SHA-256 of the body
  body              BLOB    NOT NULL,                  -- as received
  webhook_id        TEXT,                              -- the provider's header, where it is sent
  invoice_id        TEXT,
  reference         TEXT,                              -- its external_id
  status            TEXT,                              -- as the provider says, upper case
  amount            INTEGER,                           -- as the provider says, if it is whole
  currency          TEXT,                              -- as the provider says
  state             TEXT    NOT NULL
    CHECK (state = 'settled' OR state = 'waiting' OR state = 'review' OR state = 'resolved'
      OR state = 'foreign'),
  reason            TEXT,                              -- why it waits, or waited, for review
  resolution        TEXT    CHECK (resolution IN ('credited', 'dismissed')),
  resolved_by       TEXT    CHECK (resolved_by <> ''), -- the operator's name
  resolved_at       INTEGER,
  resolution_reason TEXT    CHECK (resolution_reason <> ''),  -- why, in the operator's words
  received_at       INTEGER NOT NULL,
  CHECK (state NOT IN ('review', 'resolved') OR reason IS NOT NULL),
  CHECK ((state = 'resolved') = (resolution IS NOT NULL)),
  CHECK ((state = 'resolved') = (resolved_by IS NOT NULL)),
  CHECK ((state = 'resolved') = (resolved_at IS NOT NULL)),
  CHECK ((state = 'resolved') = (resolution_reason IS NOT NULL)),
  CHECK (resolution IS NOT 'credited' OR (invoice_id IS NOT NULL AND coalesce(amount, 0) > 0))
) STRICT;

CREATE INDEX webhook_events_review ON webhook_events (id) WHERE state = 'review';
CREATE INDEX webhook_events_waiting ON webhook_events (id) WHERE state = 'waiting';

-- An operator credits an invoice once. Other events do not touch this tree.
CREATE UNIQUE INDEX webhook_events_credited ON webhook_events (invoice_id)
  WHERE resolution = 'credited';

-- An event is evidence: only the verdict on one that waits may change, and an operator has credited
-- it only where the ledger says so.
CREATE TRIGGER webhook_events_keep_their_evidence BEFORE UPDATE ON webhook_events
BEGIN
  SELECT RAISE(ABORT, 'what has been decided about an event is final')
  WHERE OLD.state NOT IN ('review', 'waiting');
  SELECT RAISE(ABORT, 'the evidence of an event does not change')
  WHERE NEW.id IS NOT OLD.id OR NEW.digest IS NOT OLD.digest OR NEW.body IS NOT OLD.body
    OR NEW.webhook_id IS NOT OLD.webhook_id OR NEW.invoice_id IS NOT OLD.invoice_id
    OR NEW.reference IS NOT OLD.reference OR NEW.status IS NOT OLD.status
    OR NEW.amount IS NOT OLD.amount OR NEW.currency IS NOT OLD.currency
    OR NEW.received_at IS NOT OLD.received_at;
  SELECT RAISE(ABORT, 'a credited event has its transaction, and no other event has')
  WHERE NEW.resolution = 'credited' AND (
    NOT EXISTS (
      SELECT 1 FROM wallet_transactions
      WHERE invoice_id = NEW.invoice_id AND amount = NEW.amount
        AND counterparty = 'xendit operator:' || NEW.resolved_by)
    OR EXISTS (
      SELECT 1 FROM webhook_events
      WHERE resolution = 'credited' AND invoice_id = NEW.invoice_id));
END;

CREATE TRIGGER webhook_events_no_delete BEFORE DELETE ON webhook_events
WHEN OLD.state IN ('waiting', 'review', 'resolved')
BEGIN
  SELECT RAISE(ABORT, 'an event that waits, or that an operator resolved, is never deleted');
END;

-- As for transactions: INSERT OR REPLACE would delete without firing the trigger above. The same
-- bytes may come again while the event waits: the program then changes the row that is there.
CREATE TRIGGER webhook_events_no_replace BEFORE INSERT ON webhook_events
BEGIN
  SELECT RAISE(ABORT, 'an event is resolved by an operator, after it has come')
  WHERE NEW.state = 'resolved';
  SELECT RAISE(ABORT, 'an event that an operator resolved is never replaced')
  WHERE EXISTS (SELECT 1 FROM webhook_events WHERE id = NEW.id)
    OR EXISTS (SELECT 1 FROM webhook_events WHERE digest = NEW.digest AND state = 'resolved');
END;
