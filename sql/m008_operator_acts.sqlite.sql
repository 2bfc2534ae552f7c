-- What operators do to people, and people who are forgotten.

-- An operator's act on a user: who did what, to whom, when and why. (What operators do to money
-- stands in the transaction itself, what they make of an event in the event.) Append-only. Nothing
-- of a person stands here but the id, which says nothing once the user is erased; what an operator
-- writes as a reason is the operator's care.
CREATE TABLE operator_acts (
  id       INTEGER NOT NULL PRIMARY KEY,               -- in the order in which they were done
  at       INTEGER NOT NULL,
  operator TEXT    NOT NULL CHECK (operator <> ''),    -- the operator's name
  what     TEXT    NOT NULL CHECK (what <> ''),        -- the command: disable, role ADMIN, …
  subject  TEXT    NOT NULL CHECK (subject <> ''),     -- the user's id
  reason   TEXT    NOT NULL CHECK (reason <> '')       -- why, in the operator's words
) STRICT;

CREATE INDEX operator_acts_of_subject ON operator_acts (subject, id);

CREATE TRIGGER operator_acts_no_update BEFORE UPDATE ON operator_acts
BEGIN
  SELECT RAISE(ABORT, 'operator_acts is append-only');
END;

CREATE TRIGGER operator_acts_no_delete BEFORE DELETE ON operator_acts
BEGIN
  SELECT RAISE(ABORT, 'operator_acts is append-only');
END;

-- As for transactions: INSERT OR REPLACE would delete without firing the trigger above.
CREATE TRIGGER operator_acts_append BEFORE INSERT ON operator_acts
BEGIN
  SELECT RAISE(ABORT, 'operator_acts is append-only')
  WHERE EXISTS (SELECT 1 FROM operator_acts WHERE id = NEW.id);
END;

-- The tokens that operators made so far: they are removed some time after they have ended.
INSERT INTO operator_acts (at, operator, what, subject, reason)
SELECT created_at, made_by, 'reset', user_id, reason FROM password_resets ORDER BY created_at;

-- A user who was erased: e-mail and user name are 'erased:' and the id, which nobody can register,
-- log in with, or send money to, since neither can contain a colon.
ALTER TABLE users ADD COLUMN erased_at INTEGER;

-- So that an import does not bring an erased user back.
CREATE INDEX users_erased ON users (created_at) WHERE erased_at IS NOT NULL;

CREATE TRIGGER users_are_erased_whole BEFORE UPDATE ON users WHEN NEW.erased_at IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'an erased user is nobody, and stays so')
  WHERE OLD.erased_at IS NOT NULL OR NEW.email <> 'erased:' || NEW.id
    OR NEW.username <> 'erased:' || NEW.id OR NEW.name IS NOT NULL
    OR NEW.password_hash <> 'erased' OR NEW.is_active <> 0;
END;

CREATE TRIGGER users_stay_erased BEFORE UPDATE ON users
WHEN OLD.erased_at IS NOT NULL AND NEW.erased_at IS NULL
BEGIN
  SELECT RAISE(ABORT, 'an erased user is nobody, and stays so');
END;
