#!/bin/sh
# Copies the binary to where services find it, and makes it a service: of the host for root, else of this user.
#
# usage: install.sh [OPTION]...     as appd install takes them; APPD=FILE names another binary
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
appd=${APPD:-$here/../dist/appd}
if [ ! -x "$appd" ]; then
  echo "install: no binary at $appd" >&2
  echo "hint: compile it (deno task compile), or name one: APPD=FILE $0" >&2
  exit 1
fi

bin=$HOME/.local/bin
[ "$(id -u)" -ne 0 ] || bin=/usr/local/bin
mkdir -p "$bin"
# A running binary cannot be written, but its name can be given to another one.
cp "$appd" "$bin/appd.new"
chmod 755 "$bin/appd.new"
mv -f "$bin/appd.new" "$bin/appd"
exec "$bin/appd" install "$@"
