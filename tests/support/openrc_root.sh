#!/bin/sh
# Runs a command in a root of its own that is this host with OpenRC in it; nothing of it stays.
#
# usage: unshare --mount --pid --fork --kill-child openrc_root.sh PACKAGES SCRIPT BINARY COMMAND
#
#   PACKAGES    directory with the unpacked packages of OpenRC
#   SCRIPT      becomes /etc/init.d/appd
#   BINARY      becomes /usr/local/bin/appd
set -eu

packages=$1 script=$2 binary=$3 command=$4
mount --make-rprivate /
lab=$(mktemp -d)
mount -t tmpfs tmpfs "$lab"
cd "$lab"
mkdir low low/usr up work root
cp -a "$packages/." low/
# The packages are of a time before /bin and /lib became links into /usr.
for directory in bin sbin lib; do
  [ -d "low/$directory" ] || continue
  mkdir -p "low/usr/$directory"
  cp -a "low/$directory/." "low/usr/$directory/"
  rm -r "low/$directory"
done
mount -t overlay overlay -o "lowerdir=$lab/low:/,upperdir=$lab/up,workdir=$lab/work" root
mount -t proc proc root/proc
mount --rbind /dev root/dev
mount -t tmpfs tmpfs root/run
mount -t tmpfs tmpfs root/tmp
cp "$binary" root/usr/local/bin/appd
cp "$script" root/etc/init.d/appd
chmod 755 root/etc/init.d/appd
# What OpenRC's own boot would have made, and what Debian's patches want to read.
for directory in starting started stopping inactive wasinactive failed hotplugged daemons options exclusive scheduled tmp; do
  mkdir -p "root/run/openrc/$directory"
done
touch root/run/openrc/softlevel root/etc/insserv.conf
mkdir -p root/etc/insserv.conf.d root/etc/insserv/overrides
exec chroot root /bin/sh -c "$command"
