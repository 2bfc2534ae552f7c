# shellcheck shell=bash
# The machines of the cluster and what runs on them; read by `cluster`, which says what it is for.
# $folder is where all lies, $number the network that clients use, $commit when a commit is done.

servers=(a b)
# What comes after the network's part of each address. RFC 2544 gives 198.18.0.0/15 to benchmarks:
# no one is reached by it.
declare -A hosts=([a]=11 [b]=12 [etcd1]=21 [etcd2]=22 [etcd3]=23)

# Process 1 of the cluster.
keep() {
  trap 'exit 0' TERM
  mkdir -p /run/netns
  mount -t tmpfs -o mode=755 tmpfs /run/netns
  mkdir "$folder/data"
  mount -t tmpfs -o mode=755 tmpfs "$folder/data"
  sed "s/synchronous_commit: 'on'/synchronous_commit: '$commit'/" "$here/patroni.yml" \
    > "$folder/data/patroni.yml"
  make_networks
  local name
  for name in etcd1 etcd2 etcd3; do start_etcd "$name"; done
  start_patroni a
  await primary a
  start_patroni b
  await synchronous b
  ip netns exec a psql -qX -U postgres -h localhost -c 'CREATE DATABASE dompet' \
    > "$folder/logs/psql" 2>&1
  touch "$folder/ready"
  # Until it is killed; children that have lost their parents are reaped meanwhile.
  while :; do sleep 1; done
}

# A switch with two bridges, and a cable from each machine to those that it is on.
make_networks() {
  ip netns add switch
  ip -n switch link add clients type bridge
  ip -n switch link add servers type bridge
  ip -n switch link set clients up
  ip -n switch link set servers up
  ip link set "dompet-pgx$number" netns switch name outside
  ip -n switch link set outside master clients up
  ip address add "198.18.$number.1/24" dev "dompet-pg$number"
  ip link set "dompet-pg$number" up
  local name
  for name in "${!hosts[@]}"; do
    ip netns add "$name"
    ip -n "$name" link set lo up
    lay_cable "$name" servers "198.19.0.${hosts[$name]}"
  done
  for name in "${servers[@]}"; do lay_cable "$name" clients "198.18.$number.${hosts[$name]}"; done
}

lay_cable() {
  ip -n "$1" link add "$2" type veth peer name "$1-$2" netns switch
  ip -n "$1" address add "$3/24" dev "$2"
  ip -n "$1" link set "$2" up
  ip -n switch link set "$1-$2" up
  plug "$1" "$2"
}

plug() { ip -n switch link set "$1-$2" master "$2"; }

# The machine's link stays up, as if the switch dropped all that it gets.
unplug() { ip -n switch link set "$1-$2" nomaster; }

start_etcd() {
  local own=http://198.19.0.${hosts[$1]}
  spawn "$1" etcd --name "$1" --data-dir "$folder/data/$1" --initial-cluster \
    etcd1=http://198.19.0.21:2380,etcd2=http://198.19.0.22:2380,etcd3=http://198.19.0.23:2380 \
    --listen-peer-urls "$own:2380" --initial-advertise-peer-urls "$own:2380" \
    --listen-client-urls "$own:2379" --advertise-client-urls "$own:2379" \
    --heartbeat-interval 500 --election-timeout 2500  # on a machine that is busy with tests
}

start_patroni() {
  local data=$folder/data/$1 own=198.19.0.${hosts[$1]}
  [[ -d $data ]] || install -d -o postgres -g postgres -m 700 "$data"
  spawn "$1" env PATRONI_NAME="$1" PATRONI_RESTAPI_CONNECT_ADDRESS="$own:8008" \
    PATRONI_POSTGRESQL_CONNECT_ADDRESS="$own:5432" PATRONI_POSTGRESQL_DATA_DIR="$data" \
    HOME="$data" setpriv --reuid postgres --regid postgres --init-groups --no-new-privs \
    patroni "$folder/data/patroni.yml"
}

# Starts a program on a machine, and leaves it to process 1.
spawn() {
  local name=$1
  shift
  setsid --fork ip netns exec "$name" "$@" >> "$folder/logs/$name" 2>&1 < /dev/null
}
