#!/bin/sh
# Stops the daemon and says how.
#
# usage: stop.sh [OPTION]...     as appd stop takes them; APPD=FILE names another binary
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
appd=${APPD:-$(command -v appd || echo "$here/../dist/appd")}
exec "$appd" stop "$@"
