# What nginx/run makes ready before it starts anything: packages, programs, the state directory, the
# settings, nginx's configuration. Read by nginx/run, whose variables and fail and say it uses, and,
# for the packages and the programs, by nginx/package.

build_packages=(
  libfcgi-dev libsqlite3-dev libcurl4-openssl-dev libargon2-dev libcrypt-dev pkg-config)

install_packages() {
  local needed=(nginx spawn-fcgi curl)
  [[ $build ]] && needed+=("${build_packages[@]}")
  if [[ $database == postgresql ]]; then
    needed+=(postgresql libpq-dev)
    keep_machine_without_server
  fi
  if ! command -v dpkg-query > /dev/null; then
    command -v nginx spawn-fcgi > /dev/null || fail $unavailable \
      "nginx or spawn-fcgi is missing, and this is not Debian." "Install: ${needed[*]}"
    return
  fi
  install_missing "${needed[@]}"
}

install_missing() {
  local package missing=()
  for package in "$@"; do
    is_installed "$package" || command -v "$package" > /dev/null || missing+=("$package")
  done
  ((${#missing[@]})) || return 0

  local apt=(apt-get)
  ((EUID == 0)) || apt=(sudo apt-get)
  local install=("${apt[@]}" install --yes --no-install-recommends "${missing[@]}")
  say "Installing ${missing[*]} …"
  { "${apt[@]}" update && "${install[@]}"; } >&2 ||
    fail $unavailable "the Debian packages that are needed are missing." \
      "Install them yourself, then start again: ${install[*]}"
}

is_installed() {
  [[ " $(dpkg-query -W -f '${db:Status-Status} ' "$1" 2> /dev/null)" == *" installed "* ]]
}

build_programs() {
  local version advice="Get Swift 6.3 or newer from https://www.swift.org/install/linux/."
  version=$(swift --version 2> /dev/null | grep -oEm1 'Swift version [0-9]+\.[0-9]+') ||
    fail $unavailable "there is no swift in PATH." "$advice"
  version=${version##* }
  ((${version%.*} > 6 || (${version%.*} == 6 && ${version#*.} >= 3))) ||
    fail $unavailable "Swift $version is too old." "$advice"
  say "Building; the first time takes some minutes …"
  local engine=()
  [[ $database == sqlite ]] || engine=(--traits PostgreSQL --scratch-path "${built%/*}")
  swift build --package-path "$root" -c release --static-swift-stdlib -Xlinker -s "${engine[@]}" \
    >&2 || fail 1 "the build failed." "The first error above is the one to look at."
}

prepare_directory() {
  local program
  for program in "${programs[@]}"; do
    [[ -x $built/dompet-$program ]] || fail $unavailable \
      "the program ${built#"$root/"}/dompet-$program is not there." "Start without --no-build."
  done
  umask 077
  mkdir -p "$directory"/{logs,nginx,pids,temporary} ||
    fail $unavailable "the folder \"$directory\" cannot be made." "Choose one with --directory."
  directory=$(cd "$directory" && pwd)

  # Held as long as this script runs, and not by what it starts.
  exec {lock}>> "$directory/lock"
  flock -n "$lock" || fail $unavailable "Dompet runs already on \"$directory\"." \
    "Stop that one, or choose another folder with --directory."
  make_socket_directory
}

# A unix socket's path has at most 107 bytes (unix(7)) and goes into nginx's configuration as it is.
make_socket_directory() {
  sockets=$directory/sockets
  rm -rf "$sockets"
  if [[ $sockets =~ ^[A-Za-z0-9/._-]{1,80}$ ]]; then
    mkdir "$sockets"
  else
    sockets=$(mktemp -d /tmp/dompet.XXXXXX)
    ln -s "$sockets" "$directory/sockets"
  fi
}

# What the environment does not say comes from DIR/dompet.env, or else is generated; the file then
# holds what is in force, for "set -a; . DIR/dompet.env" and for clients of the sandbox.
prepare_settings() {
  local name value file=$directory/dompet.env url=http://127.0.0.1:$port
  local secrets=(JWT_ACCESS_SECRET XENDIT_SECRET_KEY XENDIT_WEBHOOK_TOKEN)
  local places=(DATABASE_URL XENDIT_BASE_URL SUCCESS_REDIRECT_URL FAILURE_REDIRECT_URL)
  for name in "${secrets[@]}"; do
    value=${name}_FILE
    [[ ! ${!value:-} ]] || export "$name=$(< "${!value}")"
  done
  [[ $sandbox ]] || require_settings XENDIT_SECRET_KEY XENDIT_WEBHOOK_TOKEN

  touch "$file"
  while IFS='=' read -r name value; do
    # Places are worked out anew: port and folder may be others than last time.
    [[ ! $name =~ ^[A-Z_]+$ || " ${places[*]} " == *" $name "* ]] || remember "$name" "$value"
  done < "$file"
  default JWT_ACCESS_SECRET "$(random_hex)"
  default XENDIT_SECRET_KEY "xnd_development_$(random_hex)"
  default XENDIT_WEBHOOK_TOKEN "$(random_hex)"
  default_database
  default SUCCESS_REDIRECT_URL "$url/wallet/paid"
  default FAILURE_REDIRECT_URL "$url/wallet/not-paid"
  [[ ! $sandbox ]] || prepare_sandbox "$url/sandbox"

  for name in "${secrets[@]}" "${places[@]}" "${remembered[@]}"; do
    [[ ! ${!name:-} ]] || printf '%s=%q\n' "$name" "${!name}"
  done | sort -u > "$file.new"
  mv "$file.new" "$file"
}

# For the operator's tool; the programs have roles of their own in a server.
default_database() {
  if [[ $database == sqlite ]]; then
    default DATABASE_URL "sqlite:$directory/dompet.db"
    return
  fi
  if [[ ${DATABASE_URL:-} == postgresql://*@* ]]; then owner_url=$DATABASE_URL; else
    make_postgresql_socket
    owner_url=$(postgresql_url dompet)
  fi
  DATABASE_URL=$(role_url dompet_operator)
}

# The same database for another role.
role_url() { echo "postgresql://$1@${owner_url#*@}"; }

require_settings() {
  local name missing=()
  for name in "$@"; do [[ ${!name:-} ]] || missing+=("$name"); done
  ((${#missing[@]} == 0)) || fail $bad_configuration \
    "without the sandbox, Xendit's secrets are needed. Missing: ${missing[*]}" \
    "Set them, or NAME_FILE with a file's path; Xendit's dashboard shows both."
}

remember() {
  remembered+=("$1")
  [[ ${!1:-} ]] || eval "$1=$2"
}

default() { [[ ${!1:-} ]] || printf -v "$1" %s "$2"; }

random_hex() { head -c 32 /dev/urandom | od -An -vtx1 | tr -d ' \n'; }

prepare_sandbox() {
  local url=$1
  [[ $XENDIT_SECRET_KEY != xnd_production_* ]] || fail $bad_configuration \
    "the sandbox does not run beside a live key (XENDIT_SECRET_KEY is xnd_production_…)." \
    "Use a development key, or start with --no-sandbox."
  default XENDIT_BASE_URL "$url"
  SANDBOX_DATABASE_URL=sqlite:$directory/sandbox.db
  SANDBOX_PUBLIC_URL=$url
  SANDBOX_WEBHOOK_URL=${url%/sandbox}/api/v1/payments/webhooks/xendit
}

# The server, and in it the tables, which belong to the role dompet; the programs' roles only get
# what they need.
start_postgresql() {
  if [[ ${postgresql_socket:-} ]]; then
    make_postgresql "$directory/postgresql"
    become_postgresql "$directory/postgresql" < /dev/null >> "$directory/logs/postgresql.log" 2>&1 &
    processes[postgresql]=$!
    await_postgresql ||
      fail 1 "PostgreSQL does not start." "$(tail -n 3 "$directory/logs/postgresql.log")"
    make_postgresql_database
  fi
  DATABASE_URL=$owner_url "$built/dompet" migrate > "$directory/logs/migrate.log" 2>&1 ||
    fail 1 "the tables cannot be made." "$(tail -n 3 "$directory/logs/migrate.log")"
}

# A command with the URL of a role, where the engine knows roles.
as_role() {
  local role=$1
  shift
  [[ $database == sqlite || $role == dompet_sandbox ]] || DATABASE_URL=$(role_url "$role")
  "$@"
}

# The product's own files, with this run's port and sockets.
prepare_nginx() {
  local file edits=(-e "s#unix:/run/dompet/#unix:$sockets/#" -e "s#127.0.0.1:8080#127.0.0.1:$port#")
  # Relative to nginx -p.
  edits+=(-e 's#/etc/nginx/dompet/#nginx/dompet/#')
  [[ $rate_limit ]] || edits+=(-e 's/^limit_req_zone $dompet_client/limit_req_zone ""/')
  [[ $sandbox ]] || edits+=(-e '/dompet[_-]sandbox/d')
  rm -rf "$directory/nginx"
  mkdir -p "$directory/nginx/dompet"
  for file in "$root"/nginx/*.conf; do
    sed "${edits[@]}" "$file" > "$directory/nginx/dompet/${file##*/}"
  done
  mv "$directory/nginx/dompet/standalone.conf" "$directory/nginx/nginx.conf"
  cp -R "$root"/nginx/{openapi.yaml,docs.html,docs.css,www} "$directory/nginx/dompet/"
}
