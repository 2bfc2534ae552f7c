# The tables, in Markdown. Read by Tests/Benchmark/run.

report() {
  report_rows
  report_memory
  report_cold_starts
  report_targets
}

report_rows() {
  local name level levels
  read -ra levels <<< "$connections"
  echo
  printf '| %s ' request connections answers/s "of reference" "p50 ms" "p99 ms" "of reference" \
    "p99.9 ms" "user µs" "system µs" "PSS MB" refused
  printf '|\n|---%s|\n' "$(printf '|--:%.0s' {1..11})"
  for name in "${row_names[@]}"; do
    for level in "${levels[@]}"; do
      ! is_measured "$name" "$level" || report_row "$name" "$level"
    done
  done
  cat << END

wrk at 1, else 2 threads, medians of $rounds × $seconds s in turn; $users users; $workers worker \
threads; LOG_LEVEL=${LOG_LEVEL:-info (as shipped: a line for each request, of which the C program
writes none)}. "Of reference" is the row below it that does the same in C; of wallets/me in C the
constant, of that nginx's own answer, of a commit each the group commit. User and system time are
of the programs that answer, for each answer; PSS is theirs after the load. The product's top-up
commits twice and asks a stand-in Xendit (the C program, through the same nginx) in between; C's
writes the row once. Refused is 503 by design: more than the product lets wait for Xendit, or for
a password; whoever was refused came again after 100 ms. Every credit was checked to the rupiah
after each run, and both databases by dompet verify at the end.
END
}

report_row() {
  local name=$1 level=$2 reference=${row_reference[$1]} column values=() base=(- -)
  for column in 1 2 3 4 5 6 7 8; do values+=("$(median "$name-$level" $column)"); done
  if [[ $reference ]]; then
    base=("$(median "$reference-$level" 1)" "$(median "$reference-$level" 3)")
  fi
  awk -v title="${row_title[$name]}" -v level="$level" '
    function ratio(value, base) { return base > 0 ? sprintf("%.2f", value / base) : "" }
    function share(part) { return part > 0 ? sprintf("%.0f %%", part * 100) : "" }
    {
      printf "| %s | %d | %s | %s | %.2f | %.2f | %s | %.2f | %.0f | %.0f | %s | %s |\n",
        title, level, ($1 < 100 ? sprintf("%.1f", $1) : sprintf("%.0f", $1)), ratio($1, $9),
        $2, $3, ratio($3, $10), $4, $5, $6, ($7 > 0 ? sprintf("%.1f", $7 / 1024) : ""), share($8)
    }' <<< "${values[*]} ${base[*]}"
}

median() {
  cut -d ' ' -f "$2" "$state_folder/rows/$1" | sort -g |
    awk '{ a[NR] = $1 } END { print (a[int((NR + 1) / 2)] + a[int((NR + 2) / 2)]) / 2 }'
}

# Under load: the most of all samples. While a password is hashed, 46 MiB more.
report_memory() {
  local rest after load hashing
  read -r _ rest < "$directory/memory-at-rest"
  after=$(four_programs_memory)
  load=$(most_memory '$1 != "login"')
  hashing=$(most_memory '$1 == "login"')
  cat << END

| the four programs together | PSS MB |
|---|--:|
| at rest, just started | $(megabytes "$rest") |
| under load, the most | $(megabytes "$load") |
| under load of logins, the most | $(megabytes "$hashing") |
| after all of it | $(megabytes "${after#* }") |
END
  resting_memory=$rest loaded_memory=$load
}

most_memory() {
  awk "$1 { if (\$4 > most) most = \$4 } END { print most + 0 }" "$state_folder/load-memory"
}

megabytes() { awk -v kB="$1" 'BEGIN { print (kB > 0 ? sprintf("%.1f", kB / 1024) : "-") }'; }

report_cold_starts() {
  local name
  printf '\n| from start to first answer | request | median ms | longest ms |\n|---|---|--:|--:|\n'
  cold_start dompet-wallets /api/v1/wallets/me
  for name in "${programs[@]}"; do cold_start "dompet-$name" /healthz; done
}

# From exec to the first answer of a program whose socket already holds the request.
cold_start() {
  local result log=$stack_folder/logs/cold.log
  result=$(
    use_settings "$stack_folder"
    export XENDIT_BASE_URL=$url/benchmark/xendit
    "$directory/bin/coldstart" $cold_starts "$built/$1" REQUEST_METHOD=GET \
      DOCUMENT_URI="$2" HTTP_AUTHORIZATION="Bearer $(first_token)" 2>> "$log"
  ) || fail $void "$1 does not answer $2 when it is cold." "$(tail -n 3 "$log")"
  [[ $2 == /healthz ]] || cold_median=${result% *}
  printf '| %s | %s | %s | %s |\n' "$1" "$2" "${result% *}" "${result#* }"
}

# What the product promises itself, as far as the rows for it were measured.
report_targets() {
  printf '\n| target | measured | |\n|---|--:|---|\n'
  target_ratio wallet 32 1 ">=" 0.95 "wallets/me at 32: answers of C's"
  target_ratio wallet 32 3 "<=" 1.2 "wallets/me at 32: p99 of C's"
  target_ratio webhook 32 1 ">=" 1.0 "credits at 32: of C's in groups"
  target_ratio webhook 1 1 ">=" 0.9 "credits at 1: of C's"
  ! has_row webhook 32 || target "credits at 32: p99 ms" "$(median webhook-32 3)" "<=" 25
  target_ratio slow "$(slow_connections)" 1 ">=" 8 "credits, sync 8 ms: of C's, a commit each"
  target "four programs at rest: PSS MB" "$(megabytes "$resting_memory")" "<=" 24
  [[ $loaded_memory == 0 ]] ||
    target "four programs under load, without hashes: PSS MB" "$(megabytes "$loaded_memory")" \
      "<=" 60
  target "cold start, wallets/me: ms" "$cold_median" "<=" 10
}

has_row() { [[ -s $state_folder/rows/$1-$2 ]]; }

target_ratio() {
  local name=$1 level=$2 column=$3 reference=${row_reference[$1]}
  has_row "$name" "$level" || return 0
  target "$6" "$(awk -v a="$(median "$name-$level" "$column")" \
    -v b="$(median "$reference-$level" "$column")" 'BEGIN { printf "%.2f", a / b }')" "$4" "$5"
}

target() {
  awk -v what="$1" -v value="$2" -v relation="$3" -v bound="$4" 'BEGIN {
    met = relation == "<=" ? value + 0 <= bound + 0 : value + 0 >= bound + 0
    printf "| %s %s %s | %s | %s |\n", what, relation, bound, value, met ? "met" : "missed" }'
}
