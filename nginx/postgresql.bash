# A PostgreSQL server of one's own in a folder, which nobody reaches but through a socket that is
# only for its owner: for nginx/run --database postgresql and for the tests. Read by them; uses
# their fail.
#
# The server refuses to run as root: then it runs as the user postgres, and its data lies where that
# user can reach it, with a link in the folder.

# The newest that is installed (Debian: postgresql).
postgresql_programs() { compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -n 1; }

# Debian's package would make and start a server for the whole machine.
keep_machine_without_server() {
  local file=/etc/postgresql-common/createcluster.conf as_root=()
  ((EUID == 0)) || as_root=(sudo)
  [[ ! -e $file ]] || return 0
  "${as_root[@]}" mkdir -p "${file%/*}"
  echo 'create_main_cluster = false' | "${as_root[@]}" tee "$file" > /dev/null
}

# Makes the server's data in FOLDER, unless they are there.
make_postgresql() {
  local folder=$1 data
  [[ ! -e $folder/data/PG_VERSION ]] || return 0
  rm -rf "$folder"
  if ((EUID == 0)); then
    ln -sT "$(mktemp -d /var/tmp/dompet-postgresql.XXXXXX)" "$folder"
    chown postgres:postgres "$folder/"
  else
    mkdir -p "$folder"
  fi
  data=$(readlink -f "$folder")/data
  as_postgresql "$(postgresql_programs)/initdb" --pgdata="$data" --username=postgres --auth=trust \
    --encoding=UTF8 --locale=C > "$folder.log" 2>&1 ||
    fail 1 "PostgreSQL's data cannot be made in $folder." "$(tail -n 3 "$folder.log")"
}

# The folder for the socket of the server in FOLDER; its path must be short (107 bytes, unix(7)).
make_postgresql_socket() {
  postgresql_socket=$(mktemp -d /tmp/dompet-postgresql.XXXXXX)
  ((EUID)) || chown postgres:postgres "$postgresql_socket"
}

# Turns into the server in FOLDER; further arguments are its own.
become_postgresql() {
  local data
  data=$(readlink -f "$1")/data
  shift
  exec {lock}>&- 2> /dev/null || true
  as_postgresql exec setpriv --pdeathsig INT "$(postgresql_programs)/postgres" -D "$data" \
    -k "$postgresql_socket" -c listen_addresses= "$@"
}

# Waits until it answers.
await_postgresql() {
  local waited
  for ((waited = 0; waited < 300; waited++)); do
    ! "$(postgresql_programs)/pg_isready" --quiet --host="$postgresql_socket" || return 0
    sleep 0.1
  done
  return 1
}

# The database and the roles of the programs, unless they are there. The roles get what the
# migrations grant to them.
make_postgresql_database() {
  local role
  for role in dompet dompet_auth dompet_wallets dompet_payments dompet_webhook dompet_operator; do
    ask_postgresql postgres "SELECT 1 FROM pg_roles WHERE rolname = '$role'" | grep -q 1 ||
      ask_postgresql postgres "CREATE ROLE $role LOGIN"
  done
  ask_postgresql postgres "SELECT 1 FROM pg_database WHERE datname = 'dompet'" | grep -q 1 ||
    ask_postgresql postgres "CREATE DATABASE dompet OWNER dompet"
}

ask_postgresql() {
  "$(postgresql_programs)/psql" --no-psqlrc --tuples-only --quiet --set=ON_ERROR_STOP=1 \
    --host="$postgresql_socket" --username=postgres --dbname="$1" --command="$2"
}

# The URL for a role.
postgresql_url() { echo "postgresql://$1@${postgresql_socket//\//%2F}/dompet"; }

# Runs a command as the server's user; "exec" before it turns into it.
as_postgresql() {
  local command=()
  [[ $1 != exec ]] || { command=(exec); shift; }
  ((EUID)) || set -- setpriv --reuid=postgres --regid=postgres --init-groups "$@"
  "${command[@]}" "$@"
}
