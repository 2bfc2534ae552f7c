# What Tests/Benchmark/run measures: the product as nginx/run starts it, and behind the same nginx
# the C reference on a copy of the database. Read by run, whose variables and fail it uses.

stack='' temporary='' port='' url='' workers='' processes=() stack_options=()
programs=(auth wallets payments webhook)

install_packages() {
  local package missing=()
  for package in wrk curl gcc libc6-dev libfcgi-dev libsqlite3-dev libssl-dev libargon2-dev; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null | grep -qx installed ||
      command -v "$package" > /dev/null || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  local command=(apt-get install --yes --no-install-recommends "${missing[@]}")
  ((EUID == 0)) || command=(sudo "${command[@]}")
  "${command[@]}" >&2 || fail $unavailable "Debian packages that are needed are missing." \
    "Install them yourself, then start again: ${command[*]}"
}

make_directory() {
  if [[ ! $directory ]]; then
    directory=$(mktemp -d)
    temporary=$directory
    return
  fi
  umask 077
  mkdir -p "$directory" ||
    fail $unavailable "the folder \"$directory\" cannot be made." "Choose another."
  directory=$(cd "$directory" && pwd)
}

build_programs() {
  local name traits=()
  [[ ! $engines ]] || traits=(--traits PostgreSQL --scratch-path "${built%/*}")
  [[ ! $build ]] || swift build --package-path "$root" -c release --static-swift-stdlib \
    -Xlinker -s "${traits[@]}" >&2 ||
    fail $internal "the build failed." "The first error above is the one to look at."
  for name in dompet "${programs[@]/#/dompet-}" ledger-seed; do
    [[ -x $built/$name ]] || fail $unavailable \
      "the program ${built#"$root/"}/$name is not there." "Start without --no-build."
  done
}

# What a constant of the product is, so that the reference has the same.
number_of() {
  awk -v name="$1" '$0 ~ "let " name " =" { print $NF; found = 1 } END { exit !found }' \
    "$root/Sources/$2" || fail $internal "Sources/$2 has no number $1."
}

build_reference() {
  local flags=(-std=gnu11 -O2 -Wall -Wextra -Werror)
  mkdir -p "$directory/bin"
  gcc "${flags[@]}" -o "$directory/bin/coldstart" "$here/coldstart.c" ||
    fail $internal "coldstart.c does not compile."
  gcc "${flags[@]}" -shared -fPIC -o "$directory/bin/slow_sync.so" "$here/slow_sync.c" -ldl ||
    fail $internal "slow_sync.c does not compile."
  local name
  for name in readCacheKibibytes writeCacheKibibytes checkpointPages; do
    flags+=("-D$name=$(number_of "$name" Storage/Limits.swift)")
  done
  gcc "${flags[@]}" -o "$directory/bin/reference" "$here"/Reference/*.c \
    -lfcgi -lsqlite3 -lcrypto -largon2 -lpthread || fail $internal "Reference does not compile."
}

# The settings of a seeded folder; DATABASE_URL may lead elsewhere.
use_settings() {
  set -a
  # shellcheck disable=SC1091
  . "$1/dompet.env"
}

# nginx/run prints the URL when all is ready. The stand-in Xendit is the reference's, so its own is
# left out.
start_stack() {
  local folder=$1 seed=${2:-$1}
  port=$(free_port)
  url=http://127.0.0.1:$port
  mkdir -p "$folder"
  rm -f "$folder/url"
  (
    use_settings "$seed"
    export XENDIT_BASE_URL=$url/benchmark/xendit
    exec setpriv --pdeathsig TERM "$root/nginx/run" --port "$port" --directory "$folder" \
      --no-build --no-sandbox --no-rate-limit --quiet "${stack_options[@]}"
  ) > "$folder/url" &
  stack=$!
  until [[ -s $folder/url ]]; do
    kill -0 "$stack" 2> /dev/null || fail $unavailable "nginx/run has not started the product."
    sleep 0.1
  done
  stack_folder=$folder
  workers=${WORKER_THREADS:-$(number_of workerThreads Service/Bounds.swift)}
  stop_reconciliation
}

free_port() {
  local port
  for port in {28100..28199}; do
    (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null || { echo "$port"; return; }
  done
  fail $unavailable "none of the ports 28100 to 28199 is free."
}

process_of() { cat "$stack_folder/pids/$1.pid"; }

# It would ask the stand-in about each of the open top-ups, all the time. nginx/run ends when one of
# its processes does, so the one that would start it anew stands still as long as the run lasts.
stop_reconciliation() {
  local process
  until [[ -s $stack_folder/pids/dompet-reconcile.pid ]]; do sleep 0.1; done
  process=$(process_of dompet-reconcile)
  watcher=$(cut -d ' ' -f 4 "/proc/$process/stat")
  kill -STOP "$watcher"
  kill -TERM "$process"
  # Until then it shares libcurl with dompet-payments.
  until [[ $(cut -d ' ' -f 3 "/proc/$process/stat" 2> /dev/null) != [SRD] ]]; do sleep 0.1; done
}

copy_for_reference() {
  mkdir -p "$directory/C"
  cp --reflink=auto "$directory/stack/dompet.db" "$directory/stack/dompet.db-wal" "$directory/C/"
}

# As many worker threads as the product's program has. The slow ones wait 8 ms at each sync.
start_references() {
  local slow=(/usr/bin/env LD_PRELOAD="$directory/bin/slow_sync.so")
  body=$(curl -sSf "$url/api/v1/wallets/me" -H "Authorization: Bearer $(first_token)") ||
    fail $void "wallets/me does not answer."
  start_program reference "$directory/C" "$directory/bin/reference"
  [[ ${chosen[slow]:-} ]] || return 0
  start_program reference-slow "$directory/C" "${slow[@]}" "$directory/bin/reference"
  start_program webhook-slow "$stack_folder" "${slow[@]}" "$built/dompet-webhook"
}

first_token() { head -n 1 "$directory/stack/tokens"; }

# A program on the database in a folder, its socket beside the product's.
start_program() {
  local name=$1 folder=$2
  shift 2
  (
    use_settings "$directory/stack"
    export DATABASE_URL=sqlite:$folder/dompet.db WORKER_THREADS=$workers REFERENCE_BODY=$body
    exec setpriv --pdeathsig TERM spawn-fcgi -n -M 0660 \
      -s "$(readlink -f "$stack_folder/sockets")/$name.sock" -- "$@" \
      >> "$stack_folder/logs/$name.log" 2>&1
  ) &
  processes+=($!)
  echo $! > "$stack_folder/pids/$name.pid"
}

# Into the running nginx's own copy of the configuration: the same snippets, limits and headers.
add_locations() {
  local nginx=$stack_folder/nginx sockets name process upstreams=
  sockets=$(readlink -f "$stack_folder/sockets")
  for name in reference reference-slow webhook-slow; do
    upstreams+=" upstream benchmark_$name { server unix:$sockets/$name.sock; }\n"
  done
  locations > "$nginx/dompet/benchmark.conf"
  sed -i -e "s#^http {#&\n$upstreams#" \
    -e 's#include dompet/dompet.conf;#& include dompet/benchmark.conf;#' "$nginx/nginx.conf"
  kill -HUP "$(process_of nginx)"
  local waited
  for ((waited = 0; waited < 100; waited++)); do
    [[ $(ask /benchmark/nginx) != "$body" || $(ask /benchmark/constant) != "$body" ]] || break
    sleep 0.1
  done
  for process in "${processes[@]}"; do
    ((waited < 100)) && kill -0 "$process" 2> /dev/null || fail $void \
      "the reference, or a program that it needs, does not run." \
      "$(tail -qn 1 "$stack_folder"/logs/{reference,reference-slow,webhook-slow}.log 2> /dev/null)"
  done
}

locations() {
  location "/benchmark/" benchmark_reference
  location "/benchmark/slow/" benchmark_reference-slow
  location "= /benchmark/slow/webhook" benchmark_webhook-slow \
    "rewrite ^ /api/v1/payments/webhooks/xendit break;"
  cat << END
location = /benchmark/nginx {
  include dompet/dompet-headers.conf;
  default_type application/json;
  return 200 '$body';
}
END
}

location() {
  cat << END
location $1 {
  include dompet/dompet-route.conf;
  limit_req zone=dompet_requests burst=100 nodelay;
  fastcgi_read_timeout 20s;
  ${3:-}
  fastcgi_pass $2;
}
END
}

ask() { curl -s "$url$1" -H "Authorization: Bearer $(first_token)" || true; }

# Both sides do the same work, or a ratio means nothing.
compare_answers() {
  local pair
  for pair in "/api/v1/wallets/me /benchmark/wallet" \
    "/api/v1/wallets/me/transactions /benchmark/history"; do
    [[ $(ask "${pair% *}") == "$(ask "${pair#* }")" ]] || fail $void \
      "${pair#* } does not answer as ${pair% *} does." "$(ask "${pair% *}")" "$(ask "${pair#* }")"
  done
}

stop_stack() {
  local process
  [[ ! ${watcher:-} ]] || kill -CONT "$watcher" 2> /dev/null || true
  watcher=
  for process in "${processes[@]}" $stack; do
    kill -TERM "$process" 2> /dev/null || continue
    wait "$process" 2> /dev/null || true
  done
  processes=() stack=
}

clean_up() {
  trap '' INT TERM
  stop_stack
  [[ ! $temporary ]] || rm -rf "$temporary"
}
