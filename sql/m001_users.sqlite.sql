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

-- What imported hashes cost: a wrong password takes as long as the costliest of them, whoever is
-- asked for.
CREATE INDEX users_by_bcrypt_cost ON users (substr(password_hash, 5, 2))
WHERE password_hash >= '$2' AND password_hash < '$3';

-- A login that lasts. An access token names its session and is refused once the session has
-- ended, however long the token itself would still be good. Of its refresh tokens only SHA-256
-- digests are kept, 32 bytes one after another: of those that are good, and of their direct
-- predecessors. All tokens of a session begin with the same secret, so that one that is older
-- still shows which session it was stolen from.
CREATE TABLE sessions (
  id               TEXT    NOT NULL PRIMARY KEY,       -- UUIDv7, the token's `sid`
  user_id          TEXT    NOT NULL REFERENCES users (id),
  family_digest    BLOB    NOT NULL UNIQUE CHECK (length(family_digest) = 32),
  refresh_digests  BLOB    NOT NULL CHECK (length(refresh_digests) % 32 = 0),
  previous_digests BLOB    NOT NULL DEFAULT x'' CHECK (length(previous_digests) % 32 = 0),
  rotated_at       INTEGER,                            -- when the predecessors were used first
  user_agent       TEXT,                               -- as the client said, cut to 255
  ip_address       TEXT,                               -- as nginx saw it
  created_at       INTEGER NOT NULL,
  last_used_at     INTEGER NOT NULL,                   -- the last login or refresh
  expires_at       INTEGER NOT NULL,
  ended_at         INTEGER                             -- logout, reuse, password change
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_of_user ON sessions (user_id, id);

-- A one-time token with which a user who forgot the password sets a new one; an operator makes it
-- and hands it over. A user has one that is live at most.
CREATE TABLE password_resets (
  digest     BLOB    NOT NULL PRIMARY KEY CHECK (length(digest) = 32),  -- SHA-256 of the token
  user_id    TEXT    NOT NULL REFERENCES users (id),
  made_by    TEXT    NOT NULL,                         -- the operator's name
  reason     TEXT    NOT NULL,                         -- why, in the operator's words
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  ended_at   INTEGER                                   -- used, or no longer needed
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX password_resets_live ON password_resets (user_id) WHERE ended_at IS NULL;
