import type { Check, Finding } from "./doctor.ts";
import type { Scene } from "./scene.ts";

function findTools({ tools }: Scene): Finding[] {
  return tools.filter(({ found }) => !found).map(({ name, neededFor, package: from }) => ({
    id: "tools.missing",
    severity: "error",
    what: `there is no "${name}" on this host`,
    why: `it is needed for ${neededFor}`,
    hint: `sudo apt-get install ${from}`,
  }));
}

function findMemory({ countsOomKills, needs }: Scene): Finding[] {
  if (countsOomKills || (needs?.programs ?? 0) + (needs?.jobs ?? 0) === 0) return [];
  return [{
    id: "memory.no-witness",
    severity: "note",
    what: "this kernel does not count what it kills for want of memory",
    why: "a program that it killed looks as if somebody had sent SIGKILL",
    hint: "cgroup v2 would tell: see /sys/fs/cgroup/memory.events",
  }];
}

function findSteering({ steering }: Scene): Finding[] {
  if (steering.length === 0) return [];
  return [{
    id: "environment.steering",
    severity: "note",
    what: `set in this environment: ${steering.join(", ")}`,
    why: "they steer the runtime or the loader; start keeps them from the daemon, run does not",
    hint: `env ${steering.map((name) => `-u ${name}`).join(" ")} appd run`,
  }];
}

function findZombies({ zombies }: Scene): Finding[] {
  if (zombies === undefined) return [];
  return [{
    id: "container.no-init",
    severity: zombies === 0 ? "note" : "warning",
    what: `nobody waits for orphaned processes in this container: ${zombies} zombies`,
    why: "each keeps its PID until the container ends, and PIDs are limited",
    hint: "docker run --init, or the entrypoint of: appd generate container",
  }];
}

/** What the host has for us. */
export const HOST_CHECKS: readonly Check[] = [
  { id: "tools", looksAt: "tools that are needed are there", find: findTools },
  { id: "memory", looksAt: "the kernel counts what it kills", find: findMemory },
  { id: "container", looksAt: "somebody waits for orphans", find: findZombies },
  { id: "environment", looksAt: "nothing steers the runtime", find: findSteering },
];
