#!/bin/sh
# First process of a container: starts a command, passes signals on, waits for orphans, ends as the command does.
#
# usage: init.sh COMMAND [WORD...]

[ $# -gt 0 ] || { echo 'usage: init.sh COMMAND [WORD...]' >&2; exit 2; }

early=
child=

# What comes before there is a child is kept for it.
pass() {
  if [ -n "$child" ]; then kill -s "$1" "$child" 2>/dev/null; else early="$early $1"; fi
}

for signal in TERM HUP USR1 USR2 QUIT; do
  # shellcheck disable=SC2064 # The name as it is now.
  trap "pass $signal" "$signal"
done
# A terminal sends its interrupt to the command as well, and a second one would cut its shutdown short.
if [ -t 0 ]; then trap : INT; else trap 'pass INT' INT; fi

# Requests that come before the command listens must not kill it. What it starts does not inherit this, because it
# catches them by then. The shell takes stdin away from what runs in the background, unless told.
(
  trap '' HUP USR1 USR2
  exec "$@"
) <&0 &
child=$!

for signal in $early; do pass "$signal"; done

# A trap ends the wait as well; then the child is still there.
while :; do
  wait "$child"
  code=$?
  kill -0 "$child" 2>/dev/null || exit "$code"
done
