#!/bin/sh
# Starts the gateway in the background.
#
# usage: mcpeg-start.sh [OPTION]...     as mcpeg start takes them; MCPEG=FILE names another binary
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
mcpeg=${MCPEG:-$(command -v mcpeg || echo "$here/../../../dist/mcpeg")}
exec "$mcpeg" start "$@"
