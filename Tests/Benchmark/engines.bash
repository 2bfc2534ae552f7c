# How the product does on its two engines: the same requests on SQLite and on a PostgreSQL server of
# the run's own on the same machine, in turn. Read by Tests/Benchmark/run, whose variables and fail
# it uses.

engine_rows=(wallet history webhook)

measure_engines() {
  local round engine
  prepare_sqlite
  prepare_server
  for ((round = 0; round <= rounds; round++)); do
    for engine in sqlite postgresql; do measure_engine "$engine" "$round"; done
  done
  report_engines
}

prepare_sqlite() {
  say "seeding $users users and $open open top-ups"
  seed_database "$directory/sqlite"
}

# The same ledger, taken over by the operator's own tool; sessions come along.
prepare_server() {
  mkdir -p "$directory/postgresql"
  cp "$directory"/sqlite/{dompet.env,tokens,usernames,references} "$directory/postgresql/"
  start_engine postgresql
  # A reconciliation may have noted that it ran, before it was stopped.
  ask_server "DELETE FROM maintenance"
  say "dompet move: from SQLite to PostgreSQL"
  "$built/dompet" move --from "sqlite:$directory/sqlite/dompet.db" --to "$product_database" \
    > "$directory/move.log" 2>&1 ||
    fail $void "dompet move did not succeed." "$(tail -n 3 "$directory/move.log")"
  ask_server "VACUUM ANALYZE"
  stop_stack
}

start_engine() {
  state_folder=$directory/$1 seed_folder=$directory/$1 stack_options=(--database "$1")
  product_database=$state_folder/dompet.db
  mkdir -p "$state_folder/rows"
  start_stack "$state_folder/stack" "$state_folder"
  [[ $1 != postgresql ]] || product_database=$(owner_url)
}

# As the role that the tables belong to: of the URL of nginx/run's operator, the name changed.
owner_url() (
  use_settings "$state_folder/stack"
  echo "${DATABASE_URL/dompet_operator@/dompet@}"
)

ask_server() {
  psql --no-psqlrc --tuples-only --no-align --field-separator=' ' --quiet --command="$1" \
    "$product_database"
}

# The first round only warms up.
measure_engine() {
  local engine=$1 round=$2 name level levels
  read -ra levels <<< "$connections"
  start_engine "$engine"
  [[ $round != 0 ]] || note_sums product
  for level in "${levels[@]}"; do
    for name in "${engine_rows[@]}"; do
      measure "$name" "$level" "$seconds"
      say "round $round of $rounds, $engine: $(progress "$name" "$level")"
      ((!round)) || printf '%s\n' "$measured" >> "$state_folder/rows/$name-$level"
    done
  done
  ((round < rounds)) || verify "$product_database" || fail $void \
    "dompet verify finds something in the ledger on $engine." "$(tail -n 3 "$directory/verify.log")"
  stop_stack
}

report_engines() {
  local name level levels
  read -ra levels <<< "$connections"
  echo
  printf '| %s ' request connections "SQLite answers/s" "PostgreSQL answers/s" "of SQLite's" \
    "SQLite p99 ms" "PostgreSQL p99 ms"
  printf '|\n|---%s|\n' "$(printf '|--:%.0s' {1..6})"
  for name in "${engine_rows[@]}"; do
    for level in "${levels[@]}"; do report_engine_row "$name" "$level"; done
  done
  cat << END

Medians of $rounds × $seconds s in turn; $users users; $workers worker threads; the server on the
same disk and processors, as it comes: synchronous_commit = on, no standby. Every credit
was checked to the rupiah after each run, and both ledgers by dompet verify at the end.
END
}

report_engine_row() {
  local name=$1 level=$2 engine values=()
  for engine in sqlite postgresql; do
    state_folder=$directory/$engine
    values+=("$(median "$name-$level" 1)" "$(median "$name-$level" 3)")
  done
  awk -v title="${row_title[$name]}" -v level="$level" '{
    printf "| %s | %d | %.0f | %.0f | %.2f | %.1f | %.1f |\n", title, level, $1, $3, $3 / $1, $2,
      $4 }' <<< "${values[*]}"
}
