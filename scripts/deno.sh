#!/usr/bin/env bash
# Runs the pinned Deno with this repository's packages in place:  scripts/deno.sh run -A some_file.ts
#
# Pinned because from 2.9.2 on Deno opens a debugger on SIGUSR1, which is our log rotation (docs/security.md).
# Uses `deno` from PATH when it is that version, else the npm package of the same name.
set -euo pipefail

readonly DENO_VERSION=2.7.11
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Accept the system's certificates beside Mozilla's, so that it works behind a proxy that inspects TLS.
export DENO_TLS_CA_STORE=${DENO_TLS_CA_STORE:-system,mozilla}
export DENO_NO_UPDATE_CHECK=1

if [ "$(deno --version 2>/dev/null | awk 'NR == 1 { print $2 }')" = "$DENO_VERSION" ]; then
  deno=(deno)
elif command -v npx >/dev/null; then
  deno=(npx -y "deno@$DENO_VERSION")
else
  echo "cannot run Deno $DENO_VERSION: it is not on PATH, and there is no npx to fetch it with" >&2
  echo "hint: deno upgrade --version $DENO_VERSION" >&2
  exit 69
fi

# `deno task` fetches the packages of deno.json before a task can set the certificates above. Hence deno.json says
# "nodeModulesDir": "manual" and the packages are laid out here, once for each state of the lock file.
stamp=$root/node_modules/.installed.lock
if ! cmp -s "$root/deno.lock" "$stamp"; then
  (cd "$root" && "${deno[@]}" install --quiet --frozen --node-modules-dir=auto)
  cp "$root/deno.lock" "$stamp.$$"
  mv "$stamp.$$" "$stamp"
fi

[ $# -gt 0 ] || exit 0
exec "${deno[@]}" "$@"
