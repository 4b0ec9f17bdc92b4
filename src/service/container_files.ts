import { posix } from "node:path";
import { CONTAINER, containerConfig, initOf, volumeOf } from "./container.ts";
import { type ServiceDefinition, type ServiceFile, verbWords } from "./definition.ts";
import { shellWord } from "./shell_text.ts";

/**
 * What makes an image: a Containerfile, the script that is its first process, and a configuration to start with. They
 * belong into one directory with the compiled binary.
 */
export function containerFiles(definition: ServiceDefinition): ServiceFile[] {
  const file = (name: string, text: string, mode = 0o644) => ({ path: name, name, mode, text });
  return [
    file("Containerfile", containerfile(definition)),
    file("init.sh", INIT, 0o755),
    file("config.toml", configText(definition)),
  ];
}

function containerfile(definition: ServiceDefinition): string {
  const { program, name, prefix, home, instance, port } = definition;
  const configFile = containerConfig(definition);
  const volume = volumeOf(definition);
  const id = CONTAINER.uid;
  const options = instance === undefined ? [] : ["--name", instance];
  return `# ${program} in a container. In one directory with the compiled binary, init.sh and config.toml:
#   docker build -t ${name} -f Containerfile .      or: podman build --format docker -t ${name} .
#   docker run -d --name ${name} --read-only --tmpfs /tmp ${name}

# The binary needs glibc and nothing else, init.sh a POSIX sh. Put your own image here, with your programs in it.
FROM debian:12-slim

# A user without a name elsewhere, a password or a shell. The home is one directory below the volume, because an
# orchestrator may let a group write to the volume itself, and a home must be its owner's alone.
RUN groupadd --gid ${id} ${word(program)} \\
 && useradd --uid ${id} --gid ${id} --home-dir ${word(volume)} --no-create-home --shell /usr/sbin/nologin ${
    word(program)
  } \\
 && install -d -o ${id} -g ${id} -m 0700 ${word(volume)} ${word(home)}

# Root's, so that nothing that runs in the container can change what runs in it.
COPY --chmod=0755 ${list([program, posix.join(CONTAINER.binary, program)])}
COPY --chmod=0755 ${list(["init.sh", initOf(definition)])}
COPY --chmod=0644 ${list(["config.toml", configFile])}

# For every command, also those of "docker exec ${name} ${program} status".
ENV ${prefix}_HOME=${quoted(home)} ${prefix}_CONFIG=${quoted(configFile)}

USER ${id}:${id}

# Logs, history of jobs, state. The file system of the image may be read-only.
VOLUME ${list([volume])}

# Reachable from outside only when the configuration says bind = "0.0.0.0", which wants a token_file.
EXPOSE ${port === 0 ? 8321 : port}

# Asks over the control socket; degraded is unhealthy. Kubernetes uses probes instead: ${program} generate kubernetes
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ${exec([program, ...options, "health"])}

# Stops the programs in their order; "docker stop --time" has to be longer than daemon.shutdown_timeout.
STOPSIGNAL SIGTERM

# init.sh waits for orphans and passes signals on. With "docker run --init" it is not needed, and does no harm.
ENTRYPOINT ${exec([initOf(definition), posix.join(CONTAINER.binary, program), ...options])}
CMD ${exec(verbWords(definition, "run"))}
`;
}

/** The exec form of an instruction: JSON, in which a `$` is nothing special to any of those that are used here. */
function exec(words: readonly string[]): string {
  return `[${words.map((text) => JSON.stringify(text)).join(", ")}]`;
}

/** The same for instructions in which `$` begins a variable, and quotes and backslashes are read once more. */
function list(words: readonly string[]): string {
  return exec(words.map((text) => text.replace(/["'\\$]/g, "\\$&")));
}

/** A value of ENV, in which `$` begins a variable. */
function quoted(text: string): string {
  return `"${text.replace(/["\\$]/g, "\\$&")}"`;
}

/** A word for the sh of RUN. */
function word(text: string): string {
  return shellWord(text);
}

function configText({ program }: ServiceDefinition): string {
  return `# Programs and jobs of the container; see: ${program} config init --stdout

# Without programs there is nothing to do. The last two lines end the container when this one has failed for good, so
# that whoever started it sees it.
# [[program]]
# name = "web"
# command = ["/srv/web/server"]
# critical = true
# on_failed = "exit"
`;
}

/**
 * The first process of a container. POSIX, without any tool but sh: `wait` waits for every child of the shell, also for
 * adopted ones.
 */
const INIT = `#!/bin/sh
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
`;
