# How the product does when it has grown: the same requests on databases of several sizes, in turn,
# and how long the operator's tool takes with each. Read by Tests/Benchmark/run, whose variables and
# fail it uses.

# Ten transactions each at every size, so that a page of history is as full.
growth_transactions_each=10
growth_rows=(wallet wallet-all history webhook)
growth_level=32
# So many people ask, at every size; in the row wallet-all everybody does.
growth_people=1000
# More users than this do not log in: a file of their tokens would be larger than what is measured.
growth_sessions_max=100000

folders=()

measure_growth() {
  local size round
  row wallet-all - wallet product dompet-wallets "wallets/me, everybody in turn"
  connections=$growth_level
  prepare_sizes
  for ((round = 0; round <= rounds; round++)); do
    for size in "${folders[@]}"; do measure_size "$size" "$round"; done
  done
  for size in "${folders[@]}"; do time_operator "$size"; done
  report_growth
}

prepare_sizes() {
  local number
  transactions_each=$growth_transactions_each
  for number in $sizes; do
    say "seeding $number users"
    users=$number
    seed_database "$directory/$number"
    echo "$directory/$number/dompet.db" > "$directory/$number/path"
    folders+=("$number")
  done
  [[ ! $large_database ]] || prepare_large
}

# It is used where it lies. What is read once lies in memory afterwards, as far as there is room.
prepare_large() {
  local folder=$directory/large path
  path=$(readlink -f "$large_database")
  mkdir -p "$folder"
  echo "$path" > "$folder/path"
  write_settings "$folder" "$path"
  say "logging users in, and reading all of $path once"
  hand_out "$folder" "$path" $growth_sessions_max
  cat "$path" > /dev/null
  folders+=(large)
}

# The first round only warms up.
measure_size() {
  local size=$1 round=$2 name
  use_size "$size"
  start_stack "$state_folder/stack" "$state_folder"
  [[ $round != 0 ]] || note_sums product
  for name in "${growth_rows[@]}"; do
    people=$growth_people
    [[ $name != wallet-all ]] || people=
    note_checkpoints before
    measure "$name" $growth_level "$seconds"
    note_checkpoints after
    say "round $round of $rounds, $size: $(progress "$name" $growth_level)"
    ((round)) || continue
    printf '%s\n' "$measured" >> "$state_folder/rows/$name-$growth_level"
    [[ $name != webhook ]] || checkpoints_between >> "$state_folder/checkpoints"
  done
  stop_stack
}

use_size() {
  state_folder=$directory/$1
  seed_folder=$state_folder
  product_database=$(< "$state_folder/path")
  mkdir -p "$state_folder/rows"
}

# Checkpoints, their seconds (if the program counts them), commits, credits.
note_checkpoints() {
  curl -sS --max-time 10 "$url/metrics/webhook" | awk '
    $1 == "dompet_store_checkpoints_total" { checkpoints = $2 }
    $1 == "dompet_store_checkpoint_seconds_total" { seconds = $2 }
    $1 == "dompet_store_commits_total" { commits = $2 }
    $1 == "dompet_store_writes_total" { writes = $2 }
    END { print checkpoints + 0, seconds == "" ? "-" : seconds, commits + 0, writes + 0 }
  ' > "$state_folder/checkpoints-$1"
}

checkpoints_between() {
  paste -d ' ' "$state_folder"/checkpoints-{before,after} | awk -v length_seconds="$seconds" '{
    print ($5 - $1) / length_seconds, $2 == "-" ? -1 : ($6 - $2) / length_seconds, $7 - $3, $8 - $4
  }'
}

# What an operator waits for: the whole ledger checked, and a verified copy.
time_operator() {
  local begin
  use_size "$1"
  mkdir -p "$state_folder/backup"
  say "dompet verify: $1"
  begin=$EPOCHREALTIME
  verify "$product_database" ||
    fail $void "dompet verify did not succeed on $product_database." \
      "$(tail -n 3 "$directory/verify.log")"
  elapsed "$begin" > "$state_folder/verify-seconds"
  say "dompet backup: $1"
  begin=$EPOCHREALTIME
  back_up || fail $void "dompet backup did not succeed on $product_database." \
    "$(tail -n 3 "$directory/backup.log")"
  elapsed "$begin" > "$state_folder/backup-seconds"
  rm -rf "$state_folder/backup"
}

back_up() (
  use_settings "$seed_folder"
  export DATABASE_URL=sqlite:$product_database
  exec timeout $step_seconds_max "$built/dompet" backup "$state_folder/backup" \
    > "$directory/backup.log" 2>&1
)

elapsed() { awk -v begin="$1" -v end="$EPOCHREALTIME" 'BEGIN { printf "%.1f\n", end - begin }'; }

report_growth() {
  local size name
  echo
  printf '| %s ' request wallets transactions answers/s "of smallest" "p50 ms" "p99 ms" \
    "p99.9 ms" "user µs" "system µs" "PSS MB"
  printf '|\n|---%s|\n' "$(printf '|--:%.0s' {1..10})"
  for name in "${growth_rows[@]}"; do
    for size in "${folders[@]}"; do report_growth_row "$name" "$size"; done
  done
  echo
  printf '| %s ' wallets "database MB" checkpoints/s "share of time" "ms each" "credits a commit" \
    "verify s" "backup s"
  printf '|\n%s|\n' "$(printf '|--:%.0s' {1..8})"
  for size in "${folders[@]}"; do report_operator_row "$size"; done
  growth_targets
}

report_growth_row() {
  local name=$1 size=$2 base values=() column
  use_size "${folders[0]}"
  base=$(median "$name-$growth_level" 1)
  use_size "$size"
  for column in 1 2 3 4 5 6 7; do values+=("$(median "$name-$growth_level" "$column")"); done
  awk -v title="${row_title[$name]}" -v wallets="$(wallets)" -v transactions="$(transactions)" \
    -v base="$base" '{
      printf "| %s | %d | %d | %.0f | %.2f | %.2f | %.2f | %.2f | %.0f | %.0f | %.1f |\n", title,
        wallets, transactions, $1, $1 / base, $2, $3, $4, $5, $6, $7 / 1024 }' <<< "${values[*]}"
}

wallets() { cut -d ' ' -f 3 "$state_folder/sums-product"; }
transactions() { cut -d ' ' -f 2 "$state_folder/sums-product"; }

report_operator_row() {
  use_size "$1"
  awk -v wallets="$(wallets)" -v bytes="$(stat -c %s "$product_database")" \
    -v verify="$(< "$state_folder/verify-seconds")" \
    -v backup="$(< "$state_folder/backup-seconds")" '
      { count += $1; share += $2; commits += $3; writes += $4 }
      END {
        known = share >= 0
        printf "| %d | %d | %.1f | %s | %s | %.1f | %s | %s |\n", wallets, bytes / 1e6, count / NR,
          (known ? sprintf("%.0f %%", share / NR * 100) : "not counted"),
          (known && count > 0 ? sprintf("%.1f", share / count * 1000) : ""),
          writes / commits, verify, backup
      }' "$state_folder/checkpoints"
}

growth_targets() {
  local size name bound
  printf '\n| target | measured | |\n|---|--:|---|\n'
  for size in "${folders[@]:1}"; do
    for name in "${growth_rows[@]}"; do
      [[ $name == webhook ]] && bound=3 || bound=1.3
      target "${row_title[$name]}, $size: times slower than the smallest" \
        "$(slower "$name" "$size")" "<=" $bound
    done
    use_size "$size"
    target "${row_title[webhook]}, $size: p99 ms" "$(median "webhook-$growth_level" 3)" "<=" 50
  done
}

slower() {
  local small
  use_size "${folders[0]}"
  small=$(median "$1-$growth_level" 1)
  use_size "$2"
  awk -v small="$small" -v large="$(median "$1-$growth_level" 1)" \
    'BEGIN { printf "%.2f", small / large }'
}
