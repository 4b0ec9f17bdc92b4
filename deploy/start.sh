#!/bin/sh
# Starts the daemon in the background.
#
# usage: start.sh [OPTION]...     as appd start takes them; APPD=FILE names another binary
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
appd=${APPD:-$(command -v appd || echo "$here/../dist/appd")}
exec "$appd" start "$@"
