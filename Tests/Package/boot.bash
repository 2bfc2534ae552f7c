#!/bin/bash
# Boots systemd as process 1 of namespaces of its own, on an overlay over this machine's files that
# lies in memory: a Debian server that runs nginx with a page of its own, and knows nothing of
# Dompet. Whatever is installed there reaches neither the machine's files nor its processes.
#
#   Tests/Package/boot.bash FOLDER    until SIGTERM; FOLDER/pid is process 1, as seen from outside
#
# What lies in FOLDER/packages is seen there as /mnt.
set -euo pipefail
shopt -s inherit_errexit

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$1 stage=${2:-outside}
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
  make_devices
  keep_only_what_is_needed
  set_nginx_up
  printf '%s\n' "$process" > "$folder/pid"
  cd "$root"
  mkdir outside
  pivot_root . outside
  umount --lazy outside
  # As on a machine that systemd has booted: sandboxes see mounts that come later.
  mount --make-rshared /
  exec env -i container=dompet-test PATH="$PATH" /lib/systemd/systemd --system
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
  mount --bind "$folder/packages" "$root/mnt"
  mount -t proc proc "$root/proc"
  mount -t sysfs sysfs "$root/sys"
  mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
}

make_devices() {
  local name major minor
  while read -r name major minor; do
    mknod -m 666 "$root/dev/$name" c "$major" "$minor"
  done <<< $'null 1 3\nzero 1 5\nfull 1 7\nrandom 1 8\nurandom 1 9\ntty 5 0'
  mkdir "$root"/dev/{mqueue,pts,shm}
  mount -t devpts -o newinstance,mode=620,ptmxmode=666 devpts "$root/dev/pts"
  ln -s pts/ptmx "$root/dev/ptmx"
  ln -s /proc/self/fd "$root/dev/fd"
}

# Of this machine's units, nginx and the journal. No generators, nothing that would look for disks,
# devices, or files to clean away, no index of manuals; and nobody forbids to start services or to
# unpack manuals, as images of containers do.
keep_only_what_is_needed() {
  rm -rf "$root"/etc/systemd/system "$root"/{etc,usr/local/lib,usr/lib}/systemd/system-generators \
    "$root"/usr/lib/systemd/system/*.{wants,requires} "$root"/usr/sbin/policy-rc.d \
    "$root"/etc/nginx/dompet "$root"/etc/dompet "$root"/var/{lib,backups}/dompet \
    "$root"/var/lib/man-db/auto-update "$root"/etc/dpkg/dpkg.cfg.d
  local wanted=$root/etc/systemd/system/multi-user.target.wants
  mkdir -p "$wanted" "$root"/var/log/nginx "$root"/var/backups
  ln -s /lib/systemd/system/{nginx.service,systemd-journald.socket} "$wanted/"
  ln -s /lib/systemd/system/multi-user.target "$root/etc/systemd/system/default.target"
  : > "$root/etc/fstab"
  tr -d - < /proc/sys/kernel/random/uuid > "$root/etc/machine-id"
  printf '[Journal]\nStorage=volatile\nReadKMsg=no\n' > "$root/etc/systemd/journald.conf"
  printf '127.0.0.1 localhost\n' > "$root/etc/hosts"
}

# Debian's nginx.conf, with one site.
set_nginx_up() {
  rm -rf "$root"/etc/nginx/{sites-enabled,conf.d}/*
  cat > "$root/etc/nginx/sites-enabled/shop" << END
server {
  listen 127.0.0.1:80;
  location / { return 200 "the shop\n"; }
  # more
}
END
}

"$stage"
