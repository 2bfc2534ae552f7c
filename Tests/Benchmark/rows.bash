# The rows of the table, and what each is held against. Read by Tests/Benchmark/run.
#
# A row's side says whom it asks: the product, C (credits in groups), each (C, a commit each), or
# one of these with a slow disk.

row_names=()
declare -A row_title row_kind row_side row_programs row_reference chosen=()

# row NAME REFERENCE KIND SIDE PROGRAMS TITLE; a reference of - is none.
row() {
  row_names+=("$1")
  row_reference[$1]=${2/#-/} row_kind[$1]=$3 row_side[$1]=$4 row_programs[$1]=$5 row_title[$1]=$6
}

row wallet wallet-C wallet product dompet-wallets "wallets/me"
row wallet-C constant-C wallet C reference "C: wallets/me"
row constant-C nginx plain constant reference "C: constant"
row nginx - plain nginx "" "nginx: return 200"
row webhook webhook-C event product dompet-webhook "webhook PAID"
row webhook-C - event C reference "C: credit, group commit"
row webhook-each webhook-C event each reference "C: credit, a commit each"
row again again-C again product dompet-webhook "webhook, all duplicates"
row again-C - again C reference "C: duplicates"
row top-up top-up-C top-up product dompet-payments "top-up"
row top-up-C - top-up C reference "C: top-up's row, no invoice"
row history history-C history product dompet-wallets "history page of 20"
row history-C - history C reference "C: history page"
row login argon2 login product dompet-auth "login"
row argon2 - argon2 C "" "argon2id alone"
row mixed mixed-C mixed product "dompet-wallets dompet-webhook dompet-payments" "mixed load"
row mixed-C - mixed C reference "C: mixed load"
row slow slow-each event slow webhook-slow "webhook PAID, sync 8 ms"
row slow-each - event slow-each reference-slow "C: a commit each, sync 8 ms"

# The rows that were asked for, and their references; all, if none was named.
choose_rows() {
  local name names
  IFS=', ' read -ra names <<< "${rows:-${row_names[*]}}"
  for name in "${names[@]}"; do
    [[ ${row_kind[$name]:-} ]] ||
      fail $usage_error "there is no row \"$name\"." "There are: ${row_names[*]}"
    while [[ $name ]]; do
      chosen[$name]=1
      name=${row_reference[$name]}
    done
  done
}

# Whether a row is measured with so many connections. A slow disk is asked about at one number only.
is_measured() {
  [[ ${chosen[$1]:-} && (${row_side[$1]} != slow* || $2 == "$(slow_connections)") ]]
}

# 32, if that is among the numbers, else the last of them.
slow_connections() {
  [[ " $connections " == *" 32 "* ]] && echo 32 || echo "${connections##* }"
}

# Whose database the row's side works on: product or C.
database_side() { case $1 in product | slow) echo product ;; *) echo C ;; esac; }

database_of() {
  [[ $(database_side "$1") == C ]] && echo "$directory/C/dompet.db" || echo "$product_database"
}

# Sets the paths that drive.lua asks for.
export_paths() {
  export WALLET_PATH=/benchmark/wallet HISTORY_PATH=/benchmark/history
  export EVENT_PATH=/benchmark/credit-grouped TOP_UP_PATH=/benchmark/top-up
  export LOGIN_PATH=/api/v1/auth/login
  case $1 in
    product)
      export WALLET_PATH=/api/v1/wallets/me HISTORY_PATH=/api/v1/wallets/me/transactions
      export EVENT_PATH=/api/v1/payments/webhooks/xendit
      export TOP_UP_PATH=/api/v1/payments/wallet-top-ups
      ;;
    each) EVENT_PATH=/benchmark/credit-each ;;
    slow) EVENT_PATH=/benchmark/slow/webhook ;;
    slow-each) EVENT_PATH=/benchmark/slow/credit-each ;;
  esac
}
