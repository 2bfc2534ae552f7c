-- How far reconciliation has come, so that a walk that was broken off goes on where it stopped.

CREATE TABLE reconciliations (
  kind         TEXT   COLLATE "C" NOT NULL PRIMARY KEY CHECK (kind IN ('pass', 'rebuild')),
  begun_at     BIGINT NOT NULL,
  ended_at     BIGINT,
  since        BIGINT,
  last_invoice TEXT   COLLATE "C"
);
