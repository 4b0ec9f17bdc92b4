#!/bin/sh
# Checks the configuration, then stops the daemon and starts it again.
#
# usage: restart.sh [OPTION]...     as appd restart takes them; APPD=FILE names another binary
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
appd=${APPD:-$(command -v appd || echo "$here/../dist/appd")}
exec "$appd" restart "$@"
