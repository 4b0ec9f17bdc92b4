#!/usr/bin/env bash
# Compiles when the binary is older than its sources, starts it as a daemon on its defaults, and shows its status.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
"$root/scripts/compile.sh" --if-stale
"$root/dist/appd" --daemon
"$root/dist/appd" status
