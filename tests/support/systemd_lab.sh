#!/bin/sh
# Boots a private systemd that can touch nothing of this machine: namespaces of its own for mounts, processes, network,
# hostname and cgroups; what it writes to /etc, /var, /root, /home and /usr/local stays in memory. systemd_lab.ts calls it.
#
# usage: systemd_lab.sh enter DISK BINARY [HIERARCHY=DIRECTORY …]
#
#   DISK         an empty directory; a tmpfs on it holds what the lab writes, over reboots too
#   BINARY       the program under test, found as /usr/local/bin/appd in the lab
#   HIERARCHY    a cgroup hierarchy (`memory`, `name=systemd`; empty: version 2) and the lab's own cgroup in it
#
# It ends when its standard input does, so that nothing outlives a test that was killed.
set -eu

step=$1 disk=$2 binary=$3
shift 3

# In the host's namespaces: into the lab's own cgroups first, because a new cgroup namespace begins where one stands.
enter() {
  for entry; do
    echo $$ >"${entry##*=}/cgroup.procs"
  done
  # A session of its own: a signal to the whole group of the test must not end the one who watches, and spare the rest.
  exec setsid unshare --mount --uts --ipc --net --cgroup "$0" stage "$disk" "$binary" "$@"
}

# The lab's disk, devices and cgroups. They stay over a reboot.
stage() {
  exec 3<&0 </dev/null
  mount --make-rprivate /
  mount -t tmpfs -o mode=755 lab "$disk"
  for directory in etc var root home usr/local; do
    mkdir -p "$disk/$directory/changed" "$disk/$directory/work"
    mount -t overlay -o "lowerdir=/$directory,upperdir=$disk/$directory/changed,workdir=$disk/$directory/work" lab "/$directory"
  done
  cp "$binary" /usr/local/bin/appd
  chmod 755 /usr/local/bin/appd
  # What this machine's admin enabled is not to run here; journals of this machine are not ours.
  rm -rf /etc/systemd/system/*.wants /etc/systemd/user/*.wants /var/log/journal
  # What would reach the machine through its kernel, and what waits for a terminal.
  for unit in systemd-modules-load.service modprobe@.service systemd-remount-fs.service getty.target; do
    ln -sf /dev/null "/etc/systemd/system/$unit"
  done
  devices
  cgroups "$@"
  while boot; do :; done
}

devices() {
  mkdir "$disk/dev"
  mount -t tmpfs -o mode=755,nosuid lab "$disk/dev"
  (
    umask 0
    cd "$disk/dev"
    mknod -m 666 null c 1 3 && mknod -m 666 zero c 1 5 && mknod -m 666 full c 1 7
    mknod -m 666 random c 1 8 && mknod -m 666 urandom c 1 9 && mknod -m 666 tty c 5 0
    mkdir -m 755 pts shm mqueue
    ln -s /proc/self/fd fd && ln -s fd/0 stdin && ln -s fd/1 stdout && ln -s fd/2 stderr && ln -s pts/ptmx ptmx
  )
  mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 devpts "$disk/dev/pts"
  mount -t tmpfs -o mode=1777 shm "$disk/dev/shm"
  mount --rbind "$disk/dev" /dev
}

# A /sys that cannot be written, so that no udev runs; in it the hierarchies, of which only the lab's own part is seen.
cgroups() {
  mount -t sysfs -o ro,nosuid,nodev,noexec sysfs /sys
  if [ $# = 1 ] && [ "${1%%/*}" = = ]; then
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
    return
  fi
  mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup
  for entry; do
    name=${entry%=*}
    case $name in
      '') mkdir /sys/fs/cgroup/unified && mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified ;;
      name=*) mkdir "/sys/fs/cgroup/${name#name=}" && mount -t cgroup -o "none,$name" cgroup "/sys/fs/cgroup/${name#name=}" ;;
      *) mkdir "/sys/fs/cgroup/$name" && mount -t cgroup -o "$name" cgroup "/sys/fs/cgroup/$name" ;;
    esac
  done
}

# One life of the lab's init; true when it ended in a reboot (the kernel ends the init with SIGHUP then, reboot(2)).
boot() {
  unshare --pid --fork --mount --mount-proc --kill-child "$0" init "$disk" "$binary" 3<&- &
  manager=$!
  (cat >/dev/null && kill -KILL "$manager") <&3 2>/dev/null &
  watch=$!
  code=0
  wait "$manager" || code=$?
  kill "$watch" 2>/dev/null || true
  echo "the lab's init ended with $code"
  [ "$code" = 129 ]
}

init() {
  mount --bind /proc/sys /proc/sys
  mount -o remount,bind,ro /proc/sys
  mount -t tmpfs -o mode=755,nosuid,nodev run /run
  mount -t tmpfs -o mode=1777 tmp /tmp
  mount -t tmpfs -o mode=1777 tmp /var/tmp
  for manager in /usr/lib/systemd/systemd /lib/systemd/systemd; do
    [ ! -x "$manager" ] || exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
      container=lab "$manager" --system --unit=multi-user.target --log-target=journal --show-status=no
  done
}

"$step" "$@"
