#!/bin/sh
# Shows the gateway, and when it runs, its servers; ends with 3 when it does not run.
#
# usage: mcpeg-status.sh [OPTION]...     as mcpeg status takes them; MCPEG=FILE names another binary
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
mcpeg=${MCPEG:-$(command -v mcpeg || echo "$here/../../../dist/mcpeg")}
"$mcpeg" status "$@"
echo
exec "$mcpeg" servers "$@"
