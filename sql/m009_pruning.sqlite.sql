-- How the bodies of old events go, which are large and may name a payer.

-- Unchanged but for the body, of which the next trigger speaks.
DROP TRIGGER webhook_events_keep_their_evidence;

CREATE TRIGGER webhook_events_keep_their_evidence BEFORE UPDATE ON webhook_events
WHEN NEW.body IS OLD.body
BEGIN
  SELECT RAISE(ABORT, 'what has been decided about an event is final')
  WHERE OLD.state NOT IN ('review', 'waiting');
  SELECT RAISE(ABORT, 'the evidence of an event does not change')
  WHERE NEW.id IS NOT OLD.id OR NEW.digest IS NOT OLD.digest
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

-- The body of an event may be emptied, once, when it has been decided for 400 days; all else about
-- it stays for ever: what was read from the body, and its digest, so that the same bytes are still
-- known when they come again.
CREATE TRIGGER webhook_events_are_emptied_when_old BEFORE UPDATE ON webhook_events
WHEN NEW.body IS NOT OLD.body
BEGIN
  SELECT RAISE(ABORT, 'the body of an event is evidence until it has been decided for 400 days')
  WHERE OLD.state NOT IN ('settled', 'resolved', 'foreign') OR NEW.body <> x''
    OR max(OLD.received_at, coalesce(OLD.resolved_at, OLD.received_at))
      > (unixepoch() - 400 * 86400) * 1000000;
  SELECT RAISE(ABORT, 'what has been decided about an event is final')
  WHERE NEW.id IS NOT OLD.id OR NEW.digest IS NOT OLD.digest
    OR NEW.webhook_id IS NOT OLD.webhook_id OR NEW.invoice_id IS NOT OLD.invoice_id
    OR NEW.reference IS NOT OLD.reference OR NEW.status IS NOT OLD.status
    OR NEW.amount IS NOT OLD.amount OR NEW.currency IS NOT OLD.currency
    OR NEW.state IS NOT OLD.state OR NEW.reason IS NOT OLD.reason
    OR NEW.resolution IS NOT OLD.resolution OR NEW.resolved_by IS NOT OLD.resolved_by
    OR NEW.resolved_at IS NOT OLD.resolved_at
    OR NEW.resolution_reason IS NOT OLD.resolution_reason
    OR NEW.received_at IS NOT OLD.received_at;
END;
