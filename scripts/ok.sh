#!/usr/bin/env bash
# What every change must pass. Runs all the static checks even when one fails, then the suite.
#
# usage: scripts/ok.sh [--static]      --static: without the suite
set -uo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
deno=$root/scripts/deno.sh
cd "$root" || exit 1
failed=()

check() {
  local name=$1
  shift
  echo "== $name"
  "$@" || failed+=("$name")
}

shell_scripts() {
  if ! command -v shellcheck >/dev/null; then
    echo 'skipped: shellcheck is not installed (apt-get install shellcheck)'
    return 0
  fi
  shellcheck scripts/*.sh deploy/*.sh deploy/container/*.sh examples/*/deploy/*.sh tests/support/*.sh .ci/run
}

check format "$deno" fmt --quiet --check
check lint "$deno" lint --quiet
check types "$deno" check --quiet main.ts src scripts tests bench examples
check 'shell scripts' shell_scripts
if [ "${1:-}" = --static ]; then
  check 'layers, derived files, docs' "$deno" test --quiet -A tests/layers_test.ts tests/derived_test.ts \
    tests/docs_test.ts tests/docs_code_test.ts tests/apps/places_test.ts
else
  check tests "$deno" run -A scripts/test.ts
fi

if [ ${#failed[@]} -gt 0 ]; then
  printf 'failed: %s\n' "${failed[@]}" >&2
  exit 1
fi
