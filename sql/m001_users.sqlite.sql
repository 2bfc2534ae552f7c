-- Who has a wallet, and their logins.

-- A person. Only e-mail, username and name are personal; nothing else in the database repeats
-- them, so that a user can be erased while the money rows stay as they are.
CREATE TABLE users (
  id            TEXT    NOT NULL PRIMARY KEY,          -- UUIDv7
  email         TEXT    NOT NULL UNIQUE,               -- trimmed, lower case
  username      TEXT    NOT NULL UNIQUE,               -- trimmed, lower case
  name          TEXT,                                  -- what to call them, if they said so
  password_hash TEXT    NOT NULL,                      -- PHC string: $argon2id$…, imported $2b$…
  role          TEXT    NOT NULL DEFAULT 'USER' CHECK (role IN ('USER', 'ADMIN')),
  is_active     INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),  -- 0: disabled
  created_at    INTEGER NOT NULL,                      -- all times: microseconds since 1970, UTC
  updated_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A login that lasts. An access token names its session and is refused once the session has
-- ended, however long the token itself would still be good.
CREATE TABLE sessions (
  id             TEXT    NOT NULL PRIMARY KEY,         -- UUIDv7, the token's `sid`
  user_id        TEXT    NOT NULL REFERENCES users (id),
  refresh_digest BLOB    NOT NULL CHECK (length(refresh_digest) = 32),  -- SHA-256 of the token
  user_agent     TEXT,                                 -- as the client said, cut to 255
  ip_address     TEXT,                                 -- as nginx saw it
  created_at     INTEGER NOT NULL,
  last_used_at   INTEGER NOT NULL,                     -- the last login or refresh
  expires_at     INTEGER NOT NULL,
  ended_at       INTEGER                               -- logout, reuse, password change
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_of_user ON sessions (user_id, id);
