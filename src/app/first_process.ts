import { systemError } from "../base/errors.ts";
import { PROGRAM_VARIABLE } from "../detach/guard.ts";
import { type Reaper, reapers } from "../detach/reaper.ts";
import { SIGNAL_REQUESTS } from "../signals/signals.ts";
import { ARCHITECTURE, type AttachedChild, startAttached } from "../system/attached_child.ts";
import { foreseeTrouble } from "../system/exec_trouble.ts";
import { executableOf } from "../system/executable.ts";
import { trySignal } from "../system/processes.ts";
import { signalNumber, systemSignals } from "../system/signals.ts";
import type { System } from "../system/system.ts";

/** How to have somebody who waits for orphans. */
export const INIT_HINT = "docker run --init, or the entrypoint of: appd generate container";

/** Whether we are the first process of a container, or of another PID namespace: pid_namespaces(7). */
export function isFirstProcess({ host }: Pick<System, "host">): boolean {
  return host.pid === 1 && host.platform === "linux";
}

/**
 * What the first process of a container does: it starts the daemon as a process of its own, below a reaper where there is
 * a tool for one, passes every signal on, and ends as the daemon does.
 *
 * @param words of this very command, after the program's name
 * @param warn hears what is missing
 * @returns the daemon's exit code; 128 and the signal's number when one killed it
 * @throws AppdError when it cannot be started
 */
export async function standInFront(system: System, words: readonly string[], warn: (text: string) => void) {
  const reaper = reapers(ARCHITECTURE).find((one) => isThere(one, system));
  if (reaper === undefined) warn(`nothing here waits for orphaned processes, each stays a zombie; ${INIT_HINT}`);
  const early: Deno.Signal[] = [];
  let pass = (signal: Deno.Signal): unknown => early.push(signal);
  for (const signal of Object.keys(SIGNAL_REQUESTS) as Deno.Signal[]) systemSignals.add(signal, () => pass(signal));
  const child = start(reaper, words, system);
  pass = (signal) => trySignal(system.processes, child.pid, signal);
  for (const signal of early) pass(signal);
  const status = await child.exited;
  return "code" in status ? status.code : 128 + (signalNumber(status.signal) ?? 0);
}

function isThere({ tool }: Reaper, { host }: System): boolean {
  return foreseeTrouble({ command: [tool], cwd: "/", env: host.env }) === undefined;
}

function start(reaper: Reaper | undefined, words: readonly string[], { host }: System): AttachedChild {
  const [program = "", ...own] = host.self;
  const command = reaper === undefined ? [program, ...own, ...words] : [reaper.tool, ...reaper.words, ...own, ...words];
  try {
    return startAttached(command, reaper === undefined ? host.env : { ...host.env, [PROGRAM_VARIABLE]: program });
  } catch (error) {
    throw systemError(["execute", command[0] ?? ""], error);
  }
}

/**
 * How many zombies nobody will ever wait for; undefined when somebody reaps. They are children of a first process that is
 * one of ours, and has no reaper below it.
 */
export function unreapedZombies(system: System, daemon: number): number | undefined {
  const { processes } = system;
  if (processes.stat(daemon)?.ppid !== 1 || executableOf(1) !== executableOf(daemon)) return undefined;
  if (executableOf(1) === undefined) return undefined;
  return processes.list().filter(({ ppid, state }) => ppid === 1 && state === "Z").length;
}
