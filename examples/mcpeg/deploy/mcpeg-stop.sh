#!/bin/sh
# Stops the gateway; calls under way may end first.
#
# usage: mcpeg-stop.sh [OPTION]...     as mcpeg stop takes them; MCPEG=FILE names another binary
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
mcpeg=${MCPEG:-$(command -v mcpeg || echo "$here/../../../dist/mcpeg")}
exec "$mcpeg" stop "$@"
