#!/bin/bash
# Boots systemd as process 1 of namespaces of its own, on an overlay over this machine's files that
# lies in memory: with Debian's nginx, Dompet and its units installed as a package would, and a
# stand-in Xendit. Nothing of it reaches the machine: neither files, nor processes, nor the network.
#
#   Tests/Systemd/boot.bash FOLDER    until SIGTERM; FOLDER/pid is process 1, as seen from outside
set -euo pipefail
shopt -s inherit_errexit

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
checkout=$(cd "$here/../.." && pwd)
folder=${1:?the folder is missing} stage=${2:-outside}
root=$folder/root
PATH+=:/usr/local/sbin:/usr/sbin:/sbin

# Mounts made from here on are seen by nobody else.
outside() {
  exec unshare --mount --propagation private -- "$BASH" "$here/boot.bash" "$folder" around
}

# A group of its own for all processes, to be removed when they have gone.
around() {
  mkdir -p "$folder/cgroups"
  mount -t cgroup2 cgroup2 "$folder/cgroups"
  local group=$folder/cgroups/dompet-test-$$
  mkdir "$group"
  ( echo "$BASHPID" > "$group/cgroup.procs"
    exec setpriv --pdeathsig KILL unshare --pid --net --uts --ipc --cgroup --mount \
      --propagation private --fork --kill-child -- "$BASH" "$here/boot.bash" "$folder" inside ) &
  local machine=$! status=0
  trap 'kill -KILL "$machine" 2> /dev/null || true' TERM INT
  while kill -0 "$machine" 2> /dev/null; do wait "$machine" || status=$?; done
  # Its processes end at once, but not at the same instant.
  local tries
  for ((tries = 0; tries < 100; tries++)); do
    find "$group" -depth -type d -exec rmdir {} + 2> /dev/null && break
    sleep 0.05
  done
  exit "$status"
}

# Process 1, which becomes systemd.
inside() {
  local process
  # As /proc of the machine outside numbers it.
  read -r process _ < /proc/self/stat
  make_root
  keep_only_what_is_needed
  install_dompet
  install_stand_ins
  printf '%s\n' "$process" > "$folder/pid"
  cd "$root"
  mkdir outside
  pivot_root . outside
  umount --lazy outside
  # As on a machine that systemd has booted: sandboxes see mounts that come later.
  mount --make-rshared /
  systemd-sysusers /usr/lib/sysusers.d/dompet.conf
  systemd-tmpfiles --create /usr/lib/tmpfiles.d/dompet.conf
  exec env -i container=dompet-test PATH="$PATH" /lib/systemd/systemd --system --unit=rig.target
}

make_root() {
  mkdir -p "$folder/memory" "$root"
  mount -t tmpfs -o mode=755 tmpfs "$folder/memory"
  mkdir "$folder"/memory/{upper,work}
  mount -t overlay overlay "$root" \
    -o "lowerdir=/,upperdir=$folder/memory/upper,workdir=$folder/memory/work"
  local place
  for place in dev run tmp var/tmp var/lib/nginx var/log; do
    mount -t tmpfs -o mode=755 tmpfs "$root/$place"
  done
  chmod 1777 "$root"/{tmp,var/tmp}
  mount -t proc proc "$root/proc"
  mount -t sysfs sysfs "$root/sys"
  mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
  local name major minor
  while read -r name major minor; do
    mknod -m 666 "$root/dev/$name" c "$major" "$minor"
  done <<< $'null 1 3\nzero 1 5\nfull 1 7\nrandom 1 8\nurandom 1 9\ntty 5 0'
  mkdir "$root"/dev/{mqueue,pts,shm}
  mount -t devpts -o newinstance,mode=620,ptmxmode=666 devpts "$root/dev/pts"
  ln -s pts/ptmx "$root/dev/ptmx"
  ln -s /proc/self/fd "$root/dev/fd"
}

# Of this machine's units, those that Dompet's and nginx's demand, and the journal. No generators,
# nothing that would look for disks, devices, or files to clean away.
keep_only_what_is_needed() {
  rm -rf "$root"/etc/systemd/system "$root"/{etc,usr/local/lib,usr/lib}/systemd/system-generators \
    "$root"/usr/lib/systemd/system/*.{wants,requires} "$root"/etc/nginx "$root"/etc/dompet \
    "$root"/var/{lib,backups}/dompet
  mkdir -p "$root"/etc/systemd/system "$root"/var/backups "$root"/var/log/nginx
  : > "$root/etc/fstab"
  tr -d - < /proc/sys/kernel/random/uuid > "$root/etc/machine-id"
  printf '[Journal]\nStorage=volatile\nReadKMsg=no\nRateLimitBurst=0\n' \
    > "$root/etc/systemd/journald.conf"
  printf '127.0.0.1 localhost\n' > "$root/etc/hosts"
}

# At the places that the units name.
install_dompet() {
  local program units=$root/usr/lib/systemd/system
  install -d "$root/usr/libexec/dompet" "$root"/usr/lib/{sysusers.d,tmpfiles.d}
  for program in auth wallets payments webhook; do
    install "$checkout/.build/release/dompet-$program" "$root/usr/libexec/dompet/"
  done
  install "$checkout/.build/release/dompet" "$root/usr/bin/dompet"
  cp -r "$checkout"/nginx/systemd/dompet{*.service,*.socket,*.timer,.target,-.*.d} "$units/"
  install -m 644 "$checkout/nginx/systemd/dompet.sysusers" "$root/usr/lib/sysusers.d/dompet.conf"
  install -m 644 "$checkout/nginx/systemd/dompet.tmpfiles" "$root/usr/lib/tmpfiles.d/dompet.conf"

  local secret secrets=$root/etc/dompet/secrets
  install -d "$root/etc/dompet"
  install -d -m 700 "$secrets"
  printf '%s\n' DATABASE_URL=sqlite:/var/lib/dompet/dompet.db \
    XENDIT_BASE_URL=http://localhost/sandbox > "$root/etc/dompet/dompet.env"
  for secret in JWT_ACCESS_SECRET XENDIT_SECRET_KEY XENDIT_WEBHOOK_TOKEN; do
    (umask 077; printf 'xnd_development_%s\n' "$(random_hex)" > "$secrets/$secret")
  done
}

# nginx as an operator sets it up, but without its rate limit, and with the stand-in Xendit.
install_stand_ins() {
  local places=$root/etc/nginx/dompet units=$root/etc/systemd/system sandbox=127.0.0.1/sandbox
  install -d "$places"
  cp "$checkout"/nginx/*.conf "$checkout"/nginx/{openapi.yaml,docs.*} "$places/"
  sed -i 's/^limit_req_zone $dompet_client/limit_req_zone ""/' "$places/dompet-http.conf"
  cp "$here/nginx.conf" "$root/etc/nginx/"
  cp "$here"/rig.* "$units/"
  install "$checkout/.build/release/dompet-sandbox" "$root/usr/local/bin/"
  {
    printf '%s\n' SANDBOX_DATABASE_URL=sqlite:/var/lib/sandbox.db \
      "SANDBOX_PUBLIC_URL=http://$sandbox" \
      "SANDBOX_WEBHOOK_URL=http://${sandbox%/*}/api/v1/payments/webhooks/xendit"
    (cd "$root/etc/dompet/secrets" && grep . XENDIT_* | sed 's/:/=/')
  } > "$root/etc/rig.env"
}

random_hex() { head -c 32 /dev/urandom | od -An -vtx1 | tr -d ' \n'; }

"$stage"
