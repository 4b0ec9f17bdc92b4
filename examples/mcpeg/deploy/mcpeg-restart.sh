#!/bin/sh
# Restarts the gateway; a configuration that is not valid stops nothing.
#
# usage: mcpeg-restart.sh [OPTION]...     as mcpeg restart takes them; MCPEG=FILE names another binary
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
mcpeg=${MCPEG:-$(command -v mcpeg || echo "$here/../../../dist/mcpeg")}
exec "$mcpeg" restart "$@"
