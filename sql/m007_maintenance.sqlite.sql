-- What keeps the house in order.

-- When each of its tasks was last done, and what came of it, for `dompet status` and monitoring.
CREATE TABLE maintenance (
  task    TEXT    NOT NULL PRIMARY KEY CHECK (task <> ''),  -- backup, reconcile, prune
  done_at INTEGER NOT NULL,
  outcome TEXT    NOT NULL                             -- in a few words, for a person
) STRICT, WITHOUT ROWID;
