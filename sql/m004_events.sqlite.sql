-- What the provider told us, word for word, before anybody judged it.

-- An event is the digest of its body: the same bytes again are the same event. Its state:
--   settled  it was judged and did all it had to do
--   review   an operator must look: the reason says why
--   foreign  its reference is not of our form: another business on the provider's account
CREATE TABLE webhook_events (
  id          INTEGER NOT NULL PRIMARY KEY,            -- in the order of arrival
  digest      BLOB    NOT NULL UNIQUE CHECK (length(digest) = 32),  -- SHA-256 of the body
  body        BLOB    NOT NULL,                        -- as received
  webhook_id  TEXT,                                    -- the provider's header, where it is sent
  invoice_id  TEXT,
  reference   TEXT,                                    -- its external_id
  status      TEXT,                                    -- as the provider says, upper case
  state       TEXT    NOT NULL CHECK (state IN ('settled', 'review', 'foreign')),
  reason      TEXT,                                    -- why it waits for review
  received_at INTEGER NOT NULL,
  CHECK ((state = 'review') <= (reason IS NOT NULL))
) STRICT;

CREATE INDEX webhook_events_review ON webhook_events (id) WHERE state = 'review';
