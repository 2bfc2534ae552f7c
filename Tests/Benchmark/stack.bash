# What Tests/Benchmark/run measures: the product as nginx/run starts it, and behind the same nginx
# the C reference. Read by run, whose variables and fail it uses.

directory='' stack='' reference=''

install_packages() {
  local package missing=()
  for package in wrk curl gcc libc6-dev libfcgi-dev libsqlite3-dev libssl-dev; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null | grep -qx installed ||
      command -v "$package" > /dev/null || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  local command=(apt-get install --yes --no-install-recommends "${missing[@]}")
  ((EUID == 0)) || command=(sudo "${command[@]}")
  "${command[@]}" >&2 || fail $unavailable "Debian packages that are needed are missing." \
    "Install them yourself, then start again: ${command[*]}"
}

build_reference() {
  local flags=(-std=gnu11 -O2 -Wall -Wextra -Werror)
  gcc "${flags[@]}" -o "$directory/coldstart" "$here/coldstart.c" ||
    fail $internal "coldstart.c does not compile."
  gcc "${flags[@]}" -o "$directory/reference" "$here/reference.c" \
    -lfcgi -lsqlite3 -lcrypto -lpthread || fail $internal "reference.c does not compile."
}

# nginx/run builds what is not up to date, and prints the URL when all is ready.
start_stack() {
  local options=(--port "$(free_port)" --directory "$directory/stack" --no-rate-limit --quiet)
  [[ $build ]] || options+=(--no-build)
  "$root/nginx/run" "${options[@]}" > "$directory/url" &
  stack=$!
  until [[ -s $directory/url ]]; do
    kill -0 "$stack" 2> /dev/null || fail $unavailable "nginx/run has not started the product."
    sleep 0.1
  done
  url=$(< "$directory/url")
}

free_port() {
  local port
  for port in {28100..28199}; do
    (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null || { echo "$port"; return; }
  done
  fail $unavailable "none of the ports 28100 to 28199 is free."
}

begin_session() {
  local api=$url/api/v1 member='"username":"bench.user","password":"correct horse battery"'
  curl -sSf -o "$directory/user" "$api/auth/register" --json "{\"email\":\"b@example.com\",$member}"
  renew_token
  body=$(curl -sSf "$api/wallets/me" -H "Authorization: Bearer $token") ||
    fail $void "wallets/me does not answer."
  [[ $body == *'"balance":"0.00"'* ]] || fail $void "this is no wallet: $body"
}

renew_token() {
  token=$(curl -sSf "$url/api/v1/auth/login" --json \
    '{"username":"bench.user","password":"correct horse battery"}' |
    sed 's/.*"accessToken":"\([^"]*\)".*/\1/') || fail $void "the user cannot log in."
}

# As many worker threads as the product's program has, besides its main thread.
start_reference() {
  local threads sockets
  threads=$(awk '/^Threads:/ { print $2 }' "/proc/$(process_of dompet-wallets)/status")
  sockets=$(readlink -f "$directory/stack/sockets")
  workers=$((threads - 1))
  (
    use_settings
    export WORKER_THREADS=$workers REFERENCE_BODY=$body
    exec spawn-fcgi -n -M 0660 -s "$sockets/reference.sock" -- "$directory/reference"
  ) &
  reference=$!
  echo "$reference" > "$directory/stack/pids/reference.pid"
}

# The secrets and places that nginx/run made.
use_settings() {
  set -a
  # shellcheck disable=SC1091
  . "$directory/stack/dompet.env"
}

process_of() { cat "$directory/stack/pids/$1.pid"; }

# Into the running nginx's own copy of the configuration: the same snippets, limits and headers.
add_locations() {
  local nginx=$directory/stack/nginx sockets
  sockets=$(readlink -f "$directory/stack/sockets")
  cat > "$nginx/dompet/benchmark.conf" << END
location /benchmark/ {
  include dompet/dompet-route.conf;
  limit_req zone=dompet_requests burst=100 nodelay;
  fastcgi_read_timeout 6s;
  fastcgi_pass dompet_benchmark;
}

location = /benchmark/nginx {
  include dompet/dompet-headers.conf;
  default_type application/json;
  return 200 '$body';
}
END
  sed -i -e "s#^http {#&\n upstream dompet_benchmark { server unix:$sockets/reference.sock; }#" \
    -e 's#include dompet/dompet.conf;#& include dompet/benchmark.conf;#' "$nginx/nginx.conf"
  kill -HUP "$(process_of nginx)"
  local path waited
  for path in wallet constant nginx; do
    for ((waited = 0; waited < 100; waited++)); do
      [[ $(ask "/benchmark/$path") != "$body" ]] || continue 2
      sleep 0.1
    done
    fail $void "/benchmark/$path does not answer as wallets/me does: $(ask "/benchmark/$path")"
  done
}

ask() { curl -s "$url$1" -H "Authorization: Bearer $token" || true; }

# The programs end first, then nginx/run, which stops what it started.
clean_up() {
  trap '' INT TERM
  local process
  for process in $reference $stack; do
    kill -TERM "$process" 2> /dev/null || continue
    wait "$process" 2> /dev/null || true
  done
  rm -rf "$directory"
}
