#!/bin/sh
# Restarts the gateway; a configuration that is not valid stops nothing.
#
# usage: mcpeg-restart.sh [OPTION]...     as mcpeg restart takes them; MCPEG=FILE names another binary
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
mcpeg=${MCPEG:-$(command -v mcpeg || echo "$here/../../../dist/mcpeg")}
if ! command -v "$mcpeg" >/dev/null; then
  echo "mcpeg-restart: cannot run \"$mcpeg\": there is no such program" >&2
  echo "hint: compile it: scripts/compile.sh examples/mcpeg/mcpeg.ts, or name one: MCPEG=FILE $0" >&2
  exit 69
fi
exec "$mcpeg" restart "$@"
