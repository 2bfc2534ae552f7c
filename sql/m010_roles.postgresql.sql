-- Who may do what: a role for each program, and for the operator's tool, with what its statements
-- need and nothing else. So a program that somebody has taken over can neither read what is not its
-- own (only dompet-auth and operators see a password's hash) nor undo what has happened: nobody may
-- update or delete a row of wallet_transactions, transfers or operator_acts, or delete what money
-- hangs on. All tables belong to the role that migrates, which no program needs.
--
-- These roles cannot log in. A login is made for each program, and becomes a member of its role:
--   CREATE ROLE front_auth LOGIN IN ROLE dompet_auth;

-- Roles belong to the cluster: another database of it may have made them, even at this moment.
DO $$
DECLARE
  missing TEXT[];
  missed TEXT;
BEGIN
  SELECT array_agg(wanted ORDER BY wanted) INTO missing
  FROM unnest(ARRAY['dompet_auth', 'dompet_wallets', 'dompet_payments', 'dompet_webhook',
    'dompet_operator']) AS wanted
  WHERE NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = wanted);
  IF missing IS NULL THEN RETURN; END IF;
  IF NOT (SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user) THEN
    RAISE EXCEPTION 'there are no roles %, and % may not create them. Have a superuser run: '
      'CREATE ROLE % NOLOGIN; and start again', array_to_string(missing, ', '), current_user,
      array_to_string(missing, ' NOLOGIN; CREATE ROLE ')
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  FOREACH missed IN ARRAY missing LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN', missed);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END;
  END LOOP;
END $$;

-- A trigger's function runs with the rights, and would run with the search path, of whoever fires
-- it: a temporary table of the name of one of ours would then be what it looks into.
DO $$
DECLARE
  guard REGPROCEDURE;
  role TEXT;
BEGIN
  FOR guard IN
    SELECT oid FROM pg_proc
    WHERE pronamespace = current_schema()::regnamespace AND prorettype = 'trigger'::regtype
      AND proowner = current_user::regrole
  LOOP
    EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', guard, current_schema());
  END LOOP;
  FOREACH role IN ARRAY ARRAY['dompet_auth', 'dompet_wallets', 'dompet_payments',
    'dompet_webhook', 'dompet_operator']
  LOOP
    IF NOT has_schema_privilege(role, current_schema(), 'USAGE') THEN
      EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), role);
    END IF;
  END LOOP;
END $$;

-- All: is the schema the one that the program knows, and can it write (Service/Readiness.swift)?
GRANT SELECT ON schema_migrations
  TO dompet_auth, dompet_wallets, dompet_payments, dompet_webhook, dompet_operator;
GRANT SELECT (task, done_at), INSERT, UPDATE (done_at) ON maintenance
  TO dompet_auth, dompet_wallets, dompet_payments, dompet_webhook;

-- dompet-auth: users, their empty wallets, their sessions; it spends the tokens that operators
-- make. It cannot give a role to somebody who is there, nor enable who is disabled.
GRANT SELECT (id, email, username, name, password_hash, role, is_active, created_at, updated_at),
  INSERT (id, email, username, name, password_hash, role, created_at, updated_at),
  UPDATE (name, password_hash, updated_at) ON users TO dompet_auth;
GRANT INSERT (id, user_id, currency, head, created_at, updated_at) ON wallets TO dompet_auth;
GRANT SELECT,
  INSERT (id, user_id, family_digest, refresh_digests, user_agent, ip_address, created_at,
    last_used_at, expires_at),
  UPDATE (refresh_digests, previous_digests, rotated_at, last_used_at, expires_at, ended_at)
  ON sessions TO dompet_auth;
GRANT SELECT (digest, user_id, expires_at, ended_at), UPDATE (ended_at)
  ON password_resets TO dompet_auth;

-- dompet-wallets and dompet-payments: whether a bearer's session lives.
GRANT SELECT (id, user_id, expires_at, ended_at) ON sessions TO dompet_wallets, dompet_payments;
GRANT SELECT (id, is_active) ON users TO dompet_wallets, dompet_payments;

-- Whoever moves money: dompet-wallets by transfers, the others by what Xendit says is paid. A row
-- is added, and the wallet follows it; the triggers see to it that nothing else is done.
GRANT SELECT, INSERT ON wallet_transactions
  TO dompet_wallets, dompet_payments, dompet_webhook, dompet_operator;
GRANT SELECT (id, balance, sequence, head, updated_at),
  UPDATE (balance, may_be_negative, sequence, head, updated_at) ON wallets
  TO dompet_wallets, dompet_payments, dompet_webhook, dompet_operator;
GRANT SELECT (user_id, created_at) ON wallets TO dompet_wallets, dompet_payments;

-- dompet-wallets: to whom a transfer goes, and the transfer.
GRANT SELECT (username) ON users TO dompet_wallets;
GRANT SELECT, INSERT ON transfers TO dompet_wallets;

-- dompet-payments: top-ups, and what it learns when it asks Xendit.
GRANT SELECT,
  INSERT (id, user_id, wallet_id, reference, idempotency_key, amount, currency, status,
    lease_until, created_at, updated_at),
  UPDATE (status, invoice_id, invoice_url, lease_until, updated_at, expires_at, paid_at,
    paid_invoice_id, paid_late, checked_at, looked_at, resumed_at)
  ON wallet_top_ups TO dompet_payments, dompet_operator;
GRANT SELECT (digest, state, reason),
  INSERT (digest, body, webhook_id, invoice_id, reference, status, amount, currency, state, reason,
    received_at),
  UPDATE (state, reason) ON webhook_events TO dompet_payments, dompet_webhook, dompet_operator;

-- dompet-webhook: what an event does to its top-up, and the figures for monitoring, of which this
-- program gives those about money.
GRANT SELECT,
  UPDATE (status, lease_until, updated_at, paid_at, paid_invoice_id, paid_late)
  ON wallet_top_ups TO dompet_webhook;
GRANT SELECT (status, amount) ON webhook_events TO dompet_webhook;
GRANT SELECT ON maintenance TO dompet_webhook;

-- dompet: an operator sees all, corrects by new rows, and leaves a name wherever it does so.
GRANT SELECT ON users, sessions, password_resets, wallets, transfers, webhook_events,
  reconciliations, maintenance, operator_acts TO dompet_operator;
GRANT INSERT (id, email, username, name, password_hash, role, is_active, created_at, updated_at),
  UPDATE (email, username, name, password_hash, role, is_active, updated_at, erased_at)
  ON users TO dompet_operator;
GRANT UPDATE (user_agent, ip_address, ended_at), DELETE ON sessions TO dompet_operator;
GRANT INSERT (digest, user_id, made_by, reason, created_at, expires_at), UPDATE (ended_at), DELETE
  ON password_resets TO dompet_operator;
GRANT INSERT (id, user_id, currency, head, created_at, updated_at) ON wallets TO dompet_operator;
GRANT UPDATE (body, resolution, resolved_by, resolved_at, resolution_reason)
  ON webhook_events TO dompet_operator;
GRANT INSERT, UPDATE (begun_at, ended_at, since, last_invoice), DELETE
  ON reconciliations TO dompet_operator;
GRANT INSERT, UPDATE (done_at, outcome) ON maintenance TO dompet_operator;
GRANT INSERT ON operator_acts TO dompet_operator;
