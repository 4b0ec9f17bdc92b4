#!/bin/sh
# Shows the gateway, and when it runs, its servers. Ends as mcpeg status does: 0 running, 1 dead, 3 stopped, 4 unknown.
#
# usage: mcpeg-status.sh [OPTION]...     as mcpeg status takes them; MCPEG=FILE names another binary
#
# With --json it is one document, {"status": …, "servers": …}, as mcpeg status and mcpeg servers have them; "servers" is
# null when it does not run.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
mcpeg=${MCPEG:-$(command -v mcpeg || echo "$here/../../../dist/mcpeg")}
if ! command -v "$mcpeg" >/dev/null; then
  echo "mcpeg-status: cannot run \"$mcpeg\": there is no such program" >&2
  echo "hint: compile it: scripts/compile.sh examples/mcpeg/mcpeg.ts, or name one: MCPEG=FILE $0" >&2
  exit 4
fi

# mcpeg servers with those of the options that it takes too.
servers() {
  left=$#
  while [ "$left" -gt 0 ]; do
    case $1 in
      --home | --config | --name) set -- "$@" "$1" "$2" && shift 2 && left=$((left - 2)) ;;
      --home=* | --config=* | --name=* | --json | --quiet | -q | --verbose | -v | --no-color)
        set -- "$@" "$1" && shift && left=$((left - 1))
        ;;
      *) shift && left=$((left - 1)) ;;
    esac
  done
  "$mcpeg" servers "$@"
}

# Whether an exit code of mcpeg status says so; 150 to 152 are starting, degraded and stopping, with --strict.
runs() {
  case $1 in
    0 | 15[0-2]) ;;
    *) return 1 ;;
  esac
}

json=false
for word; do
  case $word in
    --json) json=true ;;
    # What goes on until it is interrupted, or is about something else.
    --watch | -w | --help | -h | --version | -V) exec "$mcpeg" status "$@" ;;
  esac
done

code=0
if ! $json; then
  "$mcpeg" status "$@" || code=$?
  ! runs "$code" || { echo && servers "$@"; }
  exit "$code"
fi
status=$("$mcpeg" status "$@") || code=$?
[ -n "$status" ] || exit "$code" # It was told on stderr why there is none.
list=null
! runs "$code" || list=$(servers "$@")
printf '{"status": %s, "servers": %s}\n' "$status" "$list"
exit "$code"
