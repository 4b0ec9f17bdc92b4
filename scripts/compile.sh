#!/usr/bin/env bash
# Compiles one binary: bundle, stamp the commit in, `deno compile`. Two builds of one commit are byte-identical.
#
# usage: scripts/compile.sh [--output FILE] [--target TRIPLE]... [--all] [--if-stale] [ENTRY]
#
#   ENTRY          default main.ts, output dist/appd; an app built on the kit gives its own entry
#   --target       build for another platform; --all: for every platform that Deno compiles for
#   --if-stale     do nothing when the output is newer than its sources and carries this commit
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
host=$(uname -m)-unknown-linux-gnu
readonly ALL=(x86_64-unknown-linux-gnu aarch64-unknown-linux-gnu x86_64-apple-darwin aarch64-apple-darwin
  x86_64-pc-windows-msvc)

fail() {
  echo "compile: $1" >&2
  exit "${2:-1}"
}

entry=$root/main.ts output='' if_stale=false targets=()
while [ $# -gt 0 ]; do
  case $1 in
    --output) output=${2:?--output needs a file} && shift 2 ;;
    --target) targets+=("${2:?--target needs a platform}") && shift 2 ;;
    --all) targets=("${ALL[@]}") && shift ;;
    --if-stale) if_stale=true && shift ;;
    -h | --help) sed -n '2,8s/^# \{0,1\}//p' "$0" && exit 0 ;;
    -*) fail "unknown option $1" 2 ;;
    *) entry=$1 && shift ;;
  esac
done
[ -f "$entry" ] || fail "no such entry file: $entry" 2
entry=$(realpath "$entry")
if [ -z "$output" ]; then
  name=appd
  [ "$entry" = "$root/main.ts" ] || name=$(basename "$entry" .ts)
  output=$root/dist/$name
fi
mkdir -p "$(dirname "$output")"
output=$(realpath -m "$output")

# Where the app's own sources are: beside its entry. appd itself has none but src.
[ "$entry" = "$root/main.ts" ] && own=$entry || own=$(dirname "$entry")

# The commit of the sources, marked when the tree differs from it: of the app's repository, else `kit` and that of this one.
stamp() {
  local commit place=$root whose='kit '
  ! git -C "$(dirname "$entry")" rev-parse HEAD >/dev/null 2>&1 || { place=$(dirname "$entry") && whose=''; }
  commit=$(git -C "$place" rev-parse HEAD 2>/dev/null) || { echo unknown && return; }
  printf '%s%s' "$whose" "${commit:0:12}"
  [ -z "$(git -C "$place" status --porcelain 2>/dev/null)" ] || printf -- '-dirty'
}

is_fresh() {
  [ -x "$output" ] || return 1
  [ -z "$(find "$root/src" "$root/deno.json" "$root/deno.lock" "$here/compile.sh" "$own" \
    \( -name node_modules -o -name .git \) -prune -o -type f ! -name SHA256SUMS -newer "$output" -print -quit)" ] || return 1
  "$output" version 2>/dev/null | grep -qF "$commit"
}

commit=$(stamp)
if $if_stale && is_fresh; then
  echo "compile: ${output#"$root"/} is up to date"
  exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The name of the directory handed to `deno compile` ends up in the binary, so it is the same everywhere.
bundle=$work/appd
log=$work/log

# Modules that run in a thread of their own: bundles beside the program's, found by src/system/thread.ts.
readonly THREADS=(src/store/store_worker.ts)

# Not minified: the bundler's minifier drops the disposal of a `using` declaration that is read once, and locks stay held.
for module in "$entry" "${THREADS[@]}"; do
  (cd "$root" && "$here/deno.sh" bundle --quiet --platform deno --code-splitting \
    --outdir "$bundle" "$module") >"$log" 2>&1 || { cat "$log" >&2 && fail 'the bundle failed'; }
done
find "$bundle" -name '*.js' -exec sed -i "s/__APPD_COMMIT__/$commit/g" {} +
# The times of the files end up in the binary too: they are the commit's.
epoch=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct 2>/dev/null || echo 0)}
find "$bundle" -exec touch -d "@$epoch" {} +
main=$(basename "$entry" .ts).js
includes=()
for module in "${THREADS[@]}"; do includes+=(--include "$(basename "$module" .ts).js"); done

# Memory saver: 10,000 idle connections leave 12 MB of garbage behind instead of 83; output runs through as fast.
compile_once() {
  (cd "$bundle" && "$here/deno.sh" compile --quiet --no-config --no-code-cache --unstable-net -A \
    --v8-flags=--memory-saver-mode "${includes[@]}" \
    --target "$1" --output "$2" "$main") >"$log" 2>&1
}

# The base runtime comes over the network. Where that fails, the same official file can be had from npm.
compile_for() {
  compile_once "$1" "$2" && return
  grep -q 'Setting up base binary\|/denort-' "$log" || { cat "$log" >&2 && return 1; }
  if [ "$1" = x86_64-unknown-linux-gnu ] && "$here/deno.sh" run -A "$here/seed_denort.ts"; then
    compile_once "$1" "$2" && return
    cat "$log" >&2
    return 1
  fi
  echo "compile: cannot download the base runtime for $1: $(grep -m1 'error sending request' "$log" | sed 's/^ *[0-9]*: //')" >&2
  return 69
}

built=() failed=0
for target in "${targets[@]:-$host}"; do
  file=$output suffix=''
  case $target in *windows*) suffix=.exe ;; esac
  [ ${#targets[@]} -le 1 ] || file=$output-$target
  case $file in *"$suffix") ;; *) file=$file$suffix ;; esac
  if compile_for "$target" "$work/out$suffix"; then
    mv -f "$work/out$suffix" "$file.$$" && mv -f "$file.$$" "$file"
    built+=("$(basename "$file")")
    echo "compile: ${file#"$root"/} ($target, $commit, $(stat -c %s "$file") bytes)"
  else
    failed=$?
  fi
done
# Sums of what was built now, and of what else is here.
sums() {
  local file
  for file in "${built[@]}"; do sha256sum "$file"; done
  while read -r sum file; do
    case " ${built[*]} " in *" ${file#\*} "*) ;; *) [ ! -f "${file#\*}" ] || echo "$sum  ${file#\*}" ;; esac
  done < <(cat SHA256SUMS 2>/dev/null)
}
[ ${#built[@]} -eq 0 ] || (cd "$(dirname "$output")" && sums >"SHA256SUMS.$$" && mv -f "SHA256SUMS.$$" SHA256SUMS)
exit "$failed"
