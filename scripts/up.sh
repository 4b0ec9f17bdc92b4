#!/usr/bin/env bash
# Compiles when the binary is older than its sources, starts it as a daemon on its defaults, and shows its status.
#
# usage: deno task up [OPTION …]     options of `appd start`, such as --port 9000
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
"$root/scripts/compile.sh" --if-stale
"$root/dist/appd" --daemon "$@"

# Which instance that was, if it was said.
where=()
for ((n = 1; n <= $#; n++)); do
  case ${!n} in
    --home=* | --name=* | --config=*) where+=("${!n}") ;;
    --home | --name | --config) next=$((n + 1)) && where+=("${!n}" "${!next}") ;;
  esac
done
"$root/dist/appd" status "${where[@]}"
