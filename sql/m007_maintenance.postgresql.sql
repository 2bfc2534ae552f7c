-- What keeps the house in order.

CREATE TABLE maintenance (
  task    TEXT   COLLATE "C" NOT NULL PRIMARY KEY CHECK (task <> ''),
  done_at BIGINT NOT NULL,
  outcome TEXT   NOT NULL
);
