#!/bin/sh
# Runs a command in a root of its own: this host, with packages and files laid over it. Nothing of it stays.
#
# usage: unshare --mount --pid --fork --kill-child package_root.sh PACKAGES FILES COMMAND
#
#   PACKAGES    directory with unpacked packages
#   FILES       directory whose content is laid over the root
set -eu

packages=$1 files=$2 command=$3
mount --make-rprivate /
lab=$(mktemp -d)
mount -t tmpfs tmpfs "$lab"
cd "$lab"
mkdir low low/usr up work root
cp -a "$packages/." low/
# Some packages are of a time before /bin and /lib became links into /usr.
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
cp -aL "$files/." root/
exec chroot root /bin/sh -c "$command"
