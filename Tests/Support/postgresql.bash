# A PostgreSQL server in a folder of its own, for tests and for trying things out: to be sourced.
#
#   postgresql_make DIR [USER]   makes a cluster there, owned by USER (postgres), which root needs:
#                                the server refuses to run as root; does nothing where one is
#   postgresql_start DIR         starts it and returns when it answers
#   postgresql_url DIR [NAME]    prints the superuser's URL of a database in it (postgres)
#   postgresql_stop DIR [MODE]   stops it: fast (the usual), smart, or immediate, which is a crash
#
# It listens on a unix socket in DIR alone (a path of at most 107 bytes in all), and syncs to the
# disk as it would in earnest. Debian: postgresql, or postgresql-15 without a cluster.

postgresql_make() {
  local directory=$1 user=${2:-postgres}
  [[ -s $directory/data/PG_VERSION ]] && return
  mkdir -p "$directory"
  if ((EUID == 0)); then chown "$user" "$directory"; fi
  postgresql_run "$directory" initdb --pgdata="$directory/data" --username=postgres \
    --auth=trust --encoding=UTF8 --locale=C.UTF-8 > "$directory/initdb.log" || return
  cat >> "$directory/data/postgresql.conf" << END
listen_addresses = ''
unix_socket_directories = '$directory'
unix_socket_permissions = 0777
END
}

postgresql_start() {
  postgresql_run "$1" pg_ctl --pgdata="$1/data" --log="$1/server.log" --wait --silent start
}

postgresql_stop() {
  postgresql_run "$1" pg_ctl --pgdata="$1/data" --wait --silent --mode="${2:-fast}" stop
}

# The folder's name stands in the URL as the host, with its slashes escaped.
postgresql_url() {
  printf 'postgresql://postgres@%s/%s\n' "${1//\//%2F}" "${2:-postgres}"
}

# Runs a program of the newest PostgreSQL that is installed, as the one whose folder it is.
postgresql_run() {
  local directory=$1 program=$2 programs user
  shift 2
  programs=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
  user=$(stat -c %U "$directory")
  if ((EUID == 0)) && [[ $user != root ]]; then
    (cd "$directory" && setpriv --reuid="$user" --regid="$(id -g "$user")" --init-groups \
      "$programs/$program" "$@")
  else
    "$programs/$program" "$@"
  fi
}
