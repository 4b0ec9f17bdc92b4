#!/bin/sh
# Copies the binary to where services find it, gives it a configuration to start with, and makes it a service: of the host
# for root, else of this user.
#
# usage: install-service.sh [OPTION]...     as mcpeg install takes them; MCPEG=FILE names another binary
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
mcpeg=${MCPEG:-$here/../../../dist/mcpeg}
if [ ! -x "$mcpeg" ]; then
  echo "install-service: cannot install \"$mcpeg\": there is no such program" >&2
  echo "hint: compile it: scripts/compile.sh examples/mcpeg/mcpeg.ts, or name one: MCPEG=FILE $0" >&2
  exit 69
fi

bin=$HOME/.local/bin config=$HOME/.mcpeg/config.toml mode=600
if [ "$(id -u)" -eq 0 ]; then
  bin=/usr/local/bin config=/etc/mcpeg/config.toml mode=644
fi

for word; do
  case $word in
    --help | -h | --version | -V) exec "$mcpeg" install "$@" ;;
    --dry-run)
      echo "install-service: would copy $mcpeg to $bin/mcpeg" >&2
      [ -e "$config" ] || echo "install-service: would copy $here/../config.toml to $config" >&2
      exec "$mcpeg" --config "$config" install --binary "$bin/mcpeg" "$@"
      ;;
  esac
done

mkdir -p "$bin"
# A running binary cannot be written, but its name can be given to another one.
cp "$mcpeg" "$bin/mcpeg.new"
chmod 755 "$bin/mcpeg.new"
mv -f "$bin/mcpeg.new" "$bin/mcpeg"

if [ ! -e "$config" ]; then
  (umask 077 && mkdir -p "$(dirname "$config")")
  [ "$(id -u)" -ne 0 ] || chmod 755 "$(dirname "$config")" # The service's own user reads it.
  cp "$here/../config.toml" "$config"
  chmod "$mode" "$config"
fi
exec "$bin/mcpeg" --config "$config" install "$@"
