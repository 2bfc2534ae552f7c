# A PostgreSQL server for the tests alone: TEST_POSTGRESQL_URL names its database, and it goes when
# the script ends. Read by Tests/run and Tests/Faults/run; uses their root and fail.

# shellcheck source=nginx/postgresql.bash
. "$root/nginx/postgresql.bash"

start_postgresql() {
  server=$(mktemp -d) || return
  trap stop_postgresql EXIT
  make_postgresql "$server/postgresql"
  make_postgresql_socket
  mkdir -p "$root/.build-tests"
  # Many tests run at once, each with connections of its own; and nobody cuts this server's power.
  become_postgresql "$server/postgresql" -c max_connections=1000 -c fsync=off < /dev/null \
    > "$root/.build-tests/postgresql.log" 2>&1 &
  server_process=$!
  await_postgresql && make_postgresql_database || return
  TEST_POSTGRESQL_URL=$(postgresql_url postgres)
  export TEST_POSTGRESQL_URL
}

stop_postgresql() {
  [[ ! ${server_process:-} ]] || kill -INT "$server_process" || true
  wait "${server_process:-}" 2> /dev/null || true
  rm -rf "$(readlink -f "$server/postgresql")" "$server" "${postgresql_socket:-}"
}
