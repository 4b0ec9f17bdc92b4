#!/bin/sh
# Stops the gateway; calls under way may end first.
#
# usage: mcpeg-stop.sh [OPTION]...     as mcpeg stop takes them; MCPEG=FILE names another binary
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
mcpeg=${MCPEG:-$(command -v mcpeg || echo "$here/../../../dist/mcpeg")}
if ! command -v "$mcpeg" >/dev/null; then
  echo "mcpeg-stop: cannot run \"$mcpeg\": there is no such program" >&2
  echo "hint: compile it: scripts/compile.sh examples/mcpeg/mcpeg.ts, or name one: MCPEG=FILE $0" >&2
  exit 69
fi
exec "$mcpeg" stop "$@"
