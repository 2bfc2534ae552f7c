-- Who has a wallet, and their logins. What a table and a column mean stands in the SQLite file
-- beside this one; here, and in all files that follow, is what PostgreSQL needs beyond it:
--   * text that is compared or sorted is COLLATE "C": by its bytes, as SQLite does it, whatever
--     language the cluster speaks, so that pages and indexes mean the same everywhere;
--   * numbers, money, times and flags (0 or 1) are BIGINT, as they are bound and read;
--   * what refuses an illegal change is a function in PL/pgSQL with the same words. INSERT OR
--     REPLACE does not exist here, so nothing guards against it; TRUNCATE does;
--   * m010_roles.postgresql.sql says who may do what.

CREATE TABLE users (
  id            TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
  email         TEXT   COLLATE "C" NOT NULL UNIQUE,
  username      TEXT   COLLATE "C" NOT NULL UNIQUE,
  name          TEXT   COLLATE "C",                    -- lower() then means ASCII, as in SQLite
  password_hash TEXT   COLLATE "C" NOT NULL,
  role          TEXT   COLLATE "C" NOT NULL DEFAULT 'USER' CHECK (role IN ('USER', 'ADMIN')),
  is_active     BIGINT NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
  created_at    BIGINT NOT NULL,
  updated_at    BIGINT NOT NULL
);

CREATE INDEX users_by_bcrypt_cost ON users (substr(password_hash, 5, 2))
WHERE password_hash >= '$2' AND password_hash < '$3';

CREATE TABLE sessions (
  id               TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
  user_id          TEXT   COLLATE "C" NOT NULL REFERENCES users (id),
  family_digest    BYTEA  NOT NULL UNIQUE CHECK (length(family_digest) = 32),
  refresh_digests  BYTEA  NOT NULL CHECK (length(refresh_digests) % 32 = 0),
  previous_digests BYTEA  NOT NULL DEFAULT '' CHECK (length(previous_digests) % 32 = 0),
  rotated_at       BIGINT,
  user_agent       TEXT,
  ip_address       TEXT   COLLATE "C",
  created_at       BIGINT NOT NULL,
  last_used_at     BIGINT NOT NULL,
  expires_at       BIGINT NOT NULL,
  ended_at         BIGINT
);

CREATE INDEX sessions_of_user ON sessions (user_id, id);

CREATE TABLE password_resets (
  digest     BYTEA  NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
  user_id    TEXT   COLLATE "C" NOT NULL REFERENCES users (id),
  made_by    TEXT   COLLATE "C" NOT NULL,
  reason     TEXT   NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  ended_at   BIGINT
);

CREATE UNIQUE INDEX password_resets_live ON password_resets (user_id) WHERE ended_at IS NULL;

-- What a trigger runs that refuses whatever fires it: its one argument says why.
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'restrict_violation';
END $$;
