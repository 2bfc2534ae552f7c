-- How far reconciliation has come, so that a walk that was broken off goes on where it stopped.

-- Walks of one kind, the newest only:
--   pass      over the top-ups, each to be asked about once since the walk began
--   rebuild   over the provider's whole list of invoices, page after page
CREATE TABLE reconciliations (
  kind         TEXT    NOT NULL PRIMARY KEY CHECK (kind IN ('pass', 'rebuild')),
  begun_at     INTEGER NOT NULL,
  ended_at     INTEGER,                                -- NULL while it is under way
  since        INTEGER,                                -- rebuild: how far back it looks
  last_invoice TEXT                                    -- rebuild: the last one that is done
) STRICT, WITHOUT ROWID;
