-- How the bodies of old events go, which are large and may name a payer.

-- The body of an event may be emptied, once, when it has been decided for 400 days; all else about
-- it stays for ever.
CREATE FUNCTION webhook_events_are_emptied_when_old() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state NOT IN ('settled', 'resolved', 'foreign') OR NEW.body <> ''
    OR greatest(OLD.received_at, OLD.resolved_at)
      > (extract(epoch FROM statement_timestamp())::bigint - 400 * 86400) * 1000000
  THEN
    RAISE EXCEPTION 'the body of an event is evidence until it has been decided for 400 days'
      USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.id IS DISTINCT FROM OLD.id OR NEW.digest IS DISTINCT FROM OLD.digest
    OR NEW.webhook_id IS DISTINCT FROM OLD.webhook_id
    OR NEW.invoice_id IS DISTINCT FROM OLD.invoice_id
    OR NEW.reference IS DISTINCT FROM OLD.reference OR NEW.status IS DISTINCT FROM OLD.status
    OR NEW.amount IS DISTINCT FROM OLD.amount OR NEW.currency IS DISTINCT FROM OLD.currency
    OR NEW.state IS DISTINCT FROM OLD.state OR NEW.reason IS DISTINCT FROM OLD.reason
    OR NEW.resolution IS DISTINCT FROM OLD.resolution
    OR NEW.resolved_by IS DISTINCT FROM OLD.resolved_by
    OR NEW.resolved_at IS DISTINCT FROM OLD.resolved_at
    OR NEW.resolution_reason IS DISTINCT FROM OLD.resolution_reason
    OR NEW.received_at IS DISTINCT FROM OLD.received_at
  THEN
    RAISE EXCEPTION 'what has been decided about an event is final'
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER webhook_events_are_emptied_when_old BEFORE UPDATE ON webhook_events
FOR EACH ROW WHEN (NEW.body IS DISTINCT FROM OLD.body)
EXECUTE FUNCTION webhook_events_are_emptied_when_old();
