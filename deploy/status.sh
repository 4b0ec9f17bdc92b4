#!/bin/sh
# Tells how the daemon does; exit 0 running, 1 dead, 3 stopped, 4 unknown.
#
# usage: status.sh [OPTION]...     as appd status takes them; APPD=FILE names another binary
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
appd=${APPD:-$(command -v appd || echo "$here/../dist/appd")}
exec "$appd" status "$@"
