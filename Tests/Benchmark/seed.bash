# The database that is measured: users with a history, open top-ups, and files for whoever drives.
# Read by Tests/Benchmark/run, whose variables and fail it uses.

# The password of all seeded users.
password="correct horse battery"
# A page of history is full for nearly every user.
transactions_each=60

# Into a folder: dompet.db, dompet.env, tokens, usernames, references.
seed_database() {
  local folder=$1
  mkdir -p "$folder"
  [[ ! -e $folder/dompet.db ]] || fail $usage_error "there is a database in \"$folder\" already." \
    "Choose another --directory, or remove it."
  write_settings "$folder" "$folder/dompet.db"
  ledger_seed "$folder/dompet.db" "$users" $((users * transactions_each)) "$open"
  hand_out "$folder" "$folder/dompet.db" "$users"
}

write_settings() {
  local name
  for name in JWT_ACCESS_SECRET XENDIT_SECRET_KEY XENDIT_WEBHOOK_TOKEN; do
    printf '%s=%s\n' "$name" "$(head -c 32 /dev/urandom | od -An -vtx1 | tr -d ' \n')"
  done > "$1/dompet.env"
  printf 'DATABASE_URL=sqlite:%q\n' "$2" >> "$1/dompet.env"
}

# Sessions, and the files of tokens, names and references.
hand_out() (
  use_settings "$1"
  export PASSWORD=$password
  ledger_seed --hand-out "$2" "$1" "$3"
)

ledger_seed() {
  "$built/ledger-seed" "$@" > "$directory/seed.log" ||
    fail $internal "ledger-seed failed: $(tail -n 1 "$directory/seed.log")"
}

seed_and_tell() {
  seed_database "$directory"
  rm -rf "$directory/bin" "$directory/seed.log"
  cat << END
In $directory:

  dompet.db     $users users with about $transactions_each transactions each, $open open top-ups
  dompet.env    the settings: secrets, DATABASE_URL
  tokens        an access token of each user, a line each, good for 30 days
  usernames     who they are; the password of all: $password
  references    what can be paid: reference (external_id), amount in rupiah, invoice id

Start the product on it, then ask as one of them, and pay one of the top-ups:

  nginx/run --no-build --no-rate-limit --directory $directory
  . $directory/dompet.env
  curl -s http://127.0.0.1:8080/api/v1/wallets/me \\
    -H "Authorization: Bearer \$(head -n 1 $directory/tokens)"
  read -r reference amount invoice < $directory/references
  curl -s http://127.0.0.1:8080/api/v1/payments/webhooks/xendit \\
    -H "X-Callback-Token: \$XENDIT_WEBHOOK_TOKEN" --json "{\"id\":\"\$invoice\",
    \"external_id\":\"\$reference\",\"status\":\"PAID\",\"amount\":\$amount,\"currency\":\"IDR\"}"
END
}
