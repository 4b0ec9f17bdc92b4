import { messageOf } from "../base/errors.ts";
import { type Clock, delay } from "../system/clock.ts";
import type { Processes, ProcessIdentity, ProcessStat } from "../system/processes.ts";
import { type Census, type Inhabitant, withDescendants } from "./census.ts";
import { commandText, type Survivor } from "./events.ts";
import type { Life } from "./state.ts";

/** Milliseconds that killed processes have to vanish before they are named as survivors, and between two looks. */
const PATIENCE = 1000;
const PAUSE = 20;

/** What the processes that belong together can be known by. */
export interface Traces {
  /** Whether the value of a mark is theirs, see MARK_VARIABLE. */
  readonly isMark: (mark: string) => boolean;
  /** Whether they have this path open as stdout or stderr. */
  readonly isOutput: (path: string) => boolean;
}

export interface SweepOptions extends Traces {
  readonly census: Census;
  readonly processes: Pick<Processes, "kill" | "stat" | "commandLine">;
  readonly clock: Clock;
  /** The life that has ended, when there was one. */
  readonly life: Life | undefined;
  /** Who belonged to the program when it was told to stop. */
  readonly family: readonly ProcessIdentity[];
  /** Monotonic milliseconds until which the group, which had the stop signal, may end by itself. May come nearer. */
  readonly until: () => number;
}

export interface SweepResult {
  readonly killed: readonly Survivor[];
  readonly survivors: readonly Survivor[];
}

/** Everyone who belongs to a running program now, the main process included. */
export function familyOf(life: Life, all: readonly ProcessStat[]): ProcessIdentity[] {
  const near = all.filter((one) => isOfSession(one, life));
  return withDescendants(near, all).map(({ pid, startTime }) => ({ pid, startTime }));
}

function isOfSession(one: ProcessStat, life: Life): boolean {
  return (one.sid === life.pid || one.pgid === life.pid) && Number(one.startTime) >= Number(life.startTime);
}

/**
 * Ends what a program left behind after its main process: the members of its session when their time is over, and those
 * who left the session (by setsid(2), by a double fork) at once. Those who are still there a second later are named.
 */
export async function sweepUp(options: SweepOptions): Promise<SweepResult> {
  const { clock } = options;
  const killed = new Map<number, Survivor>();
  const lookUntil = () => Math.max(options.until(), began) + PATIENCE;
  const began = clock.monotonic();
  while (true) {
    const left = await leftovers(options);
    if (left.length === 0) return { killed: [...killed.values()], survivors: [] };
    if (clock.monotonic() > lookUntil()) return { killed: [...killed.values()], survivors: left.map(named(options)) };
    const patient = clock.monotonic() < options.until();
    for (const one of left) {
      if (patient && options.life !== undefined && isOfSession(one, options.life)) continue;
      if (!killed.has(one.pid)) killed.set(one.pid, named(options)(one));
      killIdentity(options.processes, one);
    }
    await delay(clock, PAUSE);
  }
}

/**
 * Ends what earlier lives of a program left behind when they crashed: those who left the session, so that the kill of the
 * group missed them. The next life is started first, so they are told from its processes by their age.
 *
 * @returns whom it killed
 */
export async function sweepElders(
  options: Pick<SweepOptions, "census" | "processes" | keyof Traces> & { readonly life: Life },
): Promise<Survivor[]> {
  const mine = await leftovers({ ...options, life: undefined, family: [] });
  const old = mine.filter(({ startTime }) => Number(startTime) < Number(options.life.startTime));
  const elders = withDescendants(old, mine).filter((one) => !isOfSession(one, options.life));
  const killed = elders.map(named(options));
  for (const one of elders) killIdentity(options.processes, one);
  return killed;
}

/** Who is left of them now: known by a trace, by the life's session or from before, and all that descends from it. */
export async function leftovers(
  options: Pick<SweepOptions, "census" | "family" | "life" | keyof Traces>,
): Promise<Inhabitant[]> {
  const all = await options.census.fresh();
  const known = new Set(options.family.map(({ pid, startTime }) => `${pid} ${startTime}`));
  const mine = all.filter((one) =>
    known.has(`${one.pid} ${one.startTime}`) ||
    (one.mark !== undefined && options.isMark(one.mark)) ||
    one.outputs.some(options.isOutput) ||
    (options.life !== undefined && isOfSession(one, options.life))
  );
  return withDescendants(mine, all).filter((one) => one.pid > 1);
}

function named({ processes }: Pick<SweepOptions, "processes">): (one: ProcessIdentity) => Survivor {
  return ({ pid }) => ({ pid, command: commandText(processes.commandLine(pid)) });
}

/** Kills one process if it is still the one that was seen; true when the signal was sent. */
export function killIdentity(processes: Pick<Processes, "kill" | "stat">, one: ProcessIdentity): boolean {
  if (one.pid <= 1 || processes.stat(one.pid)?.startTime !== one.startTime) return false;
  try {
    return processes.kill(one.pid, "SIGKILL");
  } catch (error) {
    if ((error as { code?: string }).code === "EPERM") return false; // Another user's by now: it will be named.
    throw new Error(`kill ${one.pid}: ${messageOf(error)}`, { cause: error });
  }
}
