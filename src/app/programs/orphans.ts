import { findLeftovers, type Leftover } from "../../programs/adoption.ts";
import { endKeepers } from "../../programs/fifo_keeper.ts";
import { killIdentity } from "../../programs/sweep.ts";
import { createFifos } from "../../system/fifo.ts";
import { delay } from "../../system/clock.ts";
import { type Processes, trySignal } from "../../system/processes.ts";
import type { Context } from "../context.ts";
import { nameInMark } from "../jobs/traces.ts";

/** What a program without a daemon gets from SIGTERM to SIGKILL, in milliseconds. */
const PATIENCE_MS = 10_000;
const LOOK_MS = 20;
/** Looks after SIGKILL: what was forked at that moment is killed at the next one. */
const LAST_LOOKS = 50;

/** What still runs of the programs and jobs below this home although no daemon does. */
export function orphansOf(context: Context): Leftover[] {
  const { files, processes } = context.system;
  const places = [context.paths.programs, context.paths.jobs].filter((place) => files.stat(place) !== undefined);
  return places.flatMap((place) => findLeftovers(processes, files.realPath(place)))
    .map((one) => ({ ...one, name: nameInMark(one.name) }));
}

/** Ends the process that kept the output of programs for a next daemon; there is none to come. */
export function endOutputKeeper(context: Context): void {
  const { files, processes } = context.system;
  if (files.stat(context.paths.programs) === undefined) return;
  endKeepers({ processes, fifos: createFifos() }, files.realPath(context.paths.programs));
}

/** What became of the programs of a dead daemon, by name. */
export interface EndedOrphans {
  readonly ended: readonly string[];
  /** Those of them that did not end when they were asked. */
  readonly killed: readonly string[];
}

/** Ends what a dead daemon left running: politely, then by force. @param patienceMs 0: by force at once */
export async function endOrphans(context: Context, patienceMs = PATIENCE_MS): Promise<EndedOrphans> {
  const { clock } = context.system;
  const first = orphansOf(context);
  if (first.length === 0) return { ended: [], killed: [] };
  if (patienceMs > 0) terminateAll(context.system.processes, first, "SIGTERM");
  const end = clock.monotonic() + patienceMs;
  while (clock.monotonic() < end && remaining(context, first).length > 0) await delay(clock, LOOK_MS);
  const killed = remaining(context, first);
  for (let look = 0; look < LAST_LOOKS; look++) {
    const left = remaining(context, first);
    if (left.length === 0) break;
    for (const one of left) killIdentity(context.system.processes, one);
    await delay(clock, LOOK_MS);
  }
  return { ended: namesOf(first), killed: namesOf(killed) };
}

function namesOf(orphans: readonly Leftover[]): string[] {
  return [...new Set(orphans.map(({ name }) => name))];
}

/** The stop signal, and CONT for what is halted, to each group, and to who is in the group of somebody that is gone. */
export function terminateAll(
  processes: Pick<Processes, "kill" | "stat">,
  orphans: readonly Pick<Leftover, "pid" | "pgid" | "startTime">[],
  signal: Deno.Signal,
): void {
  const pids = new Set(orphans.map(({ pid }) => pid));
  for (const { pid, pgid, startTime } of orphans) {
    const isReached = pid !== pgid && pids.has(pgid);
    if (isReached || processes.stat(pid)?.startTime !== startTime) continue;
    const target = pid === pgid ? -pid : pid;
    trySignal(processes, target, signal);
    trySignal(processes, target, "SIGCONT");
  }
}

/** A descendant whose parents have ended is known only because it was seen before. */
function remaining(context: Context, first: readonly Leftover[]): Leftover[] {
  const { processes } = context.system;
  const now = orphansOf(context);
  const known = new Set(now.map(({ pid }) => pid));
  const others = first.filter(({ pid, startTime }) => {
    const stat = known.has(pid) ? undefined : processes.stat(pid);
    return stat?.startTime === startTime && stat.state !== "Z";
  });
  return [...now, ...others];
}
