# Driving and measuring: one row at a time, all rows in turn, round after round. Read by
# Tests/Benchmark/run, whose variables and fail it uses.

# Of the four programs together, in kB: resident, and proportional (PSS).
four_programs_memory() {
  local name files=()
  for name in "${programs[@]}"; do
    files+=("/proc/$(process_of "dompet-$name")/smaps_rollup")
  done
  awk '/^Rss:/ { rss += $2 } /^Pss:/ { pss += $2 } END { print rss, pss }' "${files[@]}"
}

# Everything is asked once before it counts.
measure_rows() {
  local round name level levels
  read -ra levels <<< "$connections"
  mkdir -p "$state_folder/rows"
  rm -f "$state_folder"/rows/* "$state_folder"/{position,paid}-* "$state_folder/load-memory"
  warm_up
  for ((round = 1; round <= rounds; round++)); do
    for level in "${levels[@]}"; do
      for name in "${row_names[@]}"; do
        is_measured "$name" "$level" || continue
        measure "$name" "$level" "$seconds"
        printf '%s\n' "$measured" >> "$state_folder/rows/$name-$level"
        say "round $round of $rounds: $(progress "$name" "$level")"
      done
    done
  done
}

# Duplicates need something that was paid before: so credits are always warmed up.
warm_up() {
  local name
  say "warming up"
  note_sums product
  note_sums C
  for name in webhook webhook-C; do measure "$name" 32 1; done
  for name in "${row_names[@]}"; do
    ! is_measured "$name" "$(slow_connections)" || measure "$name" 32 1
  done
}

progress() {
  awk -v title="${row_title[$1]}" -v connections="$2" '{
    printf "%s at %s: %.0f/s, p99 %.2f ms", title, connections, $1, $3 }' <<< "$measured"
}

# Sets `measured`: answers a second; p50, p99 and p99.9 in ms; user and system time of the programs
# for each answer in µs; their PSS in kB; the part of requests that was refused.
measure() {
  local name=$1 level=$2 length=$3 side=${row_side[$1]} before after result
  if [[ $name == argon2 ]]; then measure_argon2 "$level" "$length"; return; fi
  before=$(processor_time "$name")
  sample_memory "$name" "$level" "$length"
  result=$(drive "$name" "$level" "$length") || result=
  after=$(processor_time "$name")
  wait "$sampler"
  local answers rate p50 p99 p999 refused credited rupiah used paid complaint
  read -r answers rate p50 p99 p999 refused credited rupiah used paid complaint <<< "$result"
  [[ $answers =~ ^[1-9] && ! $complaint ]] ||
    fail $void "${row_title[$name]} at $level: ${complaint:-no answer}" "$(last_error "$name")"
  case ${row_kind[$name]} in
    event | mixed)
      move_position "$side" "$used" "$paid"
      check_sums "$name" "$credited" "$rupiah"
      ;;
    again | top-up) check_sums "$name" 0 0 ;;
  esac
  empty_logs
  measured="$rate $p50 $p99 $p999 $(awk -v answers="$answers" -v refused="$refused" \
    -v pss="$(memory_of "$name")" '{
      print ($3 - $1) * 1e4 / answers, ($4 - $2) * 1e4 / answers, pss,
        refused / (answers + refused) }' <<< "$before $after")"
}

# What wrk and drive.lua say. The last second of what is counted begins nothing new.
drive() {
  local name=$1 level=$2 length=$3 side=${row_side[$1]} tail=1 path=/
  case ${row_kind[$name]} in
    plain) tail=0 path=/benchmark/$side ;;
    wallet | history) tail=0 ;;
    login) tail=4 ;;
  esac
  (
    use_settings "$seed_folder"
    export_paths "$side"
    export KIND=${row_kind[$name]} DIRECTORY=$seed_folder PASSWORD=$password SECONDS_EACH=$length
    export PEOPLE=${people:-} THREADS=$((level > 1 ? 2 : 1)) POSITION PAID RUN=$$-$EPOCHREALTIME
    POSITION=$(position "$side")
    PAID=$(cat "$state_folder/paid-$(database_side "$side")" 2> /dev/null || echo 0)
    exec wrk -t"$THREADS" -c"$level" -d"$((length + tail))s" --timeout 15s -s "$here/drive.lua" \
      "$url$path"
  ) | tail -n 1
}

measure_argon2() {
  local threads=$(($1 > 1 ? 2 : 1))
  measured=$("$directory/bin/reference" argon2 $threads "$2" |
    awk '{ print $2, $3, $4, $5, $6, $7, 0, 0 }')
}

# Ticks of 10 ms in user and in system mode, of all programs that answer the row.
processor_time() {
  local program files=()
  for program in ${row_programs[$1]}; do
    files+=("/proc/$(process_of "$program")/stat")
    [[ -e ${files[-1]} ]] ||
      fail $void "$program has died." "$(tail -n 1 "$stack_folder/logs/$program.log")"
  done
  ((${#files[@]})) || { echo 0 0; return; }
  awk '{ user += $14; system_time += $15 } END { print user, system_time }' "${files[@]}"
}

memory_of() {
  local program files=()
  for program in ${row_programs[$1]}; do
    files+=("/proc/$(process_of "$program")/smaps_rollup")
  done
  ((${#files[@]})) || { echo 0; return; }
  awk '/^Pss:/ { pss += $2 } END { print pss }' "${files[@]}"
}

# In the middle of each row of the product: what the four programs hold under load.
sample_memory() {
  (
    [[ ${row_side[$1]} == product ]] || exit 0
    sleep "$(($3 / 2)).5"
    printf '%s %s %s\n' "$1" "$2" "$(four_programs_memory)" >> "$state_folder/load-memory"
  ) &
  sampler=$!
}

# Logs are as shipped, but nobody reads them: they shall not fill the disk.
empty_logs() {
  local file
  for file in "$stack_folder"/logs/*.log; do : > "$file"; done
}

last_error() {
  local program
  for program in ${row_programs[$1]} nginx-error; do
    tail -n 1 "$stack_folder/logs/$program.log" 2> /dev/null
  done
}

# How many lines of references a side has used.
position() { cat "$state_folder/position-$(database_side "$1")" 2> /dev/null || echo 0; }

move_position() {
  local file moved
  file=$state_folder/position-$(database_side "$1")
  # Of the first run all lines but the last few have surely been paid: these can come again.
  [[ -e $file ]] || echo "$3" > "${file/position/paid}"
  moved=$(($(position "$1") + $2))
  echo $moved > "$file"
}

# Balances, transactions, wallets.
sums() {
  local database
  database=$(database_of "$1")
  if [[ $database == postgresql:* ]]; then
    ask_server "SELECT sum(balance), sum(sequence), count(*) FROM wallets"
  else
    "$directory/bin/reference" sums "$database"
  fi
}

note_sums() { sums "$1" > "$state_folder/sums-$1"; }

# Every rupiah that the driver was told of, and no other, is in the wallets.
check_sums() {
  local name=$1 credited=$2 rupiah=$3 side balance count wallets
  side=$(database_side "${row_side[$name]}")
  read -r balance count wallets < "$state_folder/sums-$side"
  [[ $(sums "$side") == "$((balance + rupiah)) $((count + credited)) $wallets" ]] ||
    fail $void "${row_title[$name]}: the sums are off." \
      "told: $credited credits of $rupiah rupiah; sum and count before: $balance $count;" \
      "after: $(sums "$side")"
  note_sums "$side"
}

verify_both() {
  local side
  for side in product C; do
    say "dompet verify: $side"
    verify "$(database_of "$side")" ||
      fail $void "dompet verify finds something in the database of $side." \
        "$(grep -m 5 OFF "$directory/verify.log")"
  done
}

verify() (
  use_settings "$seed_folder"
  export DATABASE_URL=$1
  [[ $1 == postgresql:* ]] || DATABASE_URL=sqlite:$1
  exec timeout $step_seconds_max "$built/dompet" verify > "$directory/verify.log" 2>&1
)
