import { AppdError } from "../base/errors.ts";
import type { StatusReport } from "../base/status_report.ts";
import { type InstanceState, readState, writeState } from "../instance/state_file.ts";
import { delay } from "../system/clock.ts";
import { askStatus, clientOf } from "./control.ts";
import type { Context } from "./context.ts";
import { type EndedOrphans, endOrphans, endOutputKeeper, orphansOf } from "./programs/orphans.ts";
import { endGuards } from "./keep_alive.ts";
import { pidFileOf, presenceOf } from "./presence.ts";

/** What became of a daemon that was told to stop. Times in milliseconds. */
export interface StopResult {
  readonly was: "running" | "not running";
  readonly pid?: number;
  /** `forced`: the daemon or a program had to be killed, or a service or the code of a job ended only with it. */
  readonly how: "graceful" | "forced";
  /** The daemon died while it was stopping: somebody else killed it. */
  readonly died?: true;
  readonly ms: number;
  /** Programs that had to be killed, by the daemon or after it, and services or jobs that ended only with it. */
  readonly late: readonly string[];
  /** Those among them that are services, or jobs whose code went on: they ignored their signal. */
  readonly lingering?: readonly string[];
  /** Jobs whose runs did not end in time and were cancelled. */
  readonly cancelled: readonly string[];
  /** Programs that a dead daemon had left running, and that were ended now. */
  readonly orphans: readonly string[];
  /** Programs that run on without a daemon, as asked. */
  readonly kept?: readonly string[];
}

export interface StopOptions {
  /** Overrides the daemon's own `daemon.shutdown_timeout`. */
  readonly timeoutMs?: number;
  /** Leave the programs running, for the next daemon to adopt. */
  readonly keepPrograms?: boolean;
}

/** What a daemon that has answered may take beyond its timeout: to say what it killed, and to write that down. */
const GRACE_MS = 2000;
/** How long a daemon may take to answer, in milliseconds; half of the timeout lies between. */
const ANSWER_MS = { least: 1000, most: 3000 };
/** Timeout of a daemon that has not said its own, in milliseconds. */
const TIMEOUT_MS = 30_000;

/** Least time between a polite signal and a kill, in milliseconds. */
const SIGNAL_MS = 1000;

/**
 * Asks the daemon to stop, waits for the kernel to release its lock, kills it when its time is over, and verifies that
 * the process is gone. The time of a daemon that does not answer counts from the first question on. What a daemon that
 * dies meanwhile leaves behind is ended too. With `keepPrograms` nothing is done to the programs, whatever becomes of the
 * daemon: one that does not answer is killed, because a polite signal would end them.
 *
 * @throws AppdError (unknown) when a daemon runs whose PID cannot be found out
 */
export async function stopDaemon(context: Context, options: StopOptions = {}): Promise<StopResult> {
  const { clock, processes } = context.system;
  const began = clock.monotonic();
  const answerMs = answerTime(options.timeoutMs);
  const status = await askStatus(context, answerMs);
  const presence = presenceOf(context);
  const kept = () => options.keepPrograms ? { kept: namesLeft(context, status) } : {};
  if (presence.kind !== "running") {
    endGuards(context);
    const { ended: orphans, killed: late } = await clearAway(context, options, began);
    forgetDeaths(context);
    const ms = clock.monotonic() - began;
    return { was: "not running", how: howOf(late), ms, late, cancelled: [], orphans, ...kept() };
  }
  const pid = status?.pid ?? presence.pid;
  if (pid === undefined || pid === null) throw hidden(context, presence.why);
  const asked = status === undefined ? undefined : await ask(context, { ...options, answerMs });
  const rude = asked === undefined && options.keepPrograms;
  if (asked === undefined) processes.kill(pid, rude ? "SIGKILL" : "SIGTERM");
  const timeout = options.timeoutMs ?? (asked?.timeout_s === undefined ? TIMEOUT_MS : asked.timeout_s * 1000);
  const left = Math.max(SIGNAL_MS, timeout - (clock.monotonic() - began));
  const itself = await ended(context, asked === undefined ? left : timeout + GRACE_MS) && !rude;
  if (itself && presenceOf(context).kind === "dead") {
    endGuards(context); // It would start again what somebody wants stopped.
    const { ended: orphans, killed: late } = await clearAway(context, options, began);
    const ms = clock.monotonic() - began;
    return { was: "running", pid, how: "forced", died: true, ms, late, cancelled: [], orphans, ...kept() };
  }
  const told = itself ? lastState(context, pid) : undefined;
  const late = itself ? told?.killed ?? [] : await kill(context, pid, options);
  const cancelled = told?.cancelled ?? [];
  const how = itself ? howOf(late) : "forced";
  await vanished(context, pid);
  if (!options.keepPrograms) endOutputKeeper(context); // A daemon that was late had no time for it.
  const ms = clock.monotonic() - began;
  return { was: "running", pid, how, ms, late, ...lingeringIn(told), cancelled, orphans: [], ...kept() };
}

/** Milliseconds that each question to the daemon may take. */
function answerTime(timeoutMs = TIMEOUT_MS): number {
  return Math.min(ANSWER_MS.most, Math.max(ANSWER_MS.least, timeoutMs / 2));
}

/** @param late who had to be killed, or let go */
export function howOf(late: readonly string[]): StopResult["how"] {
  return late.length === 0 ? "graceful" : "forced";
}

/** The services and jobs that a daemon could not end before itself. */
export function lingeringIn(state: InstanceState | undefined): Pick<StopResult, "lingering"> {
  const { lingering = [] } = state ?? {};
  return lingering.length === 0 ? {} : { lingering };
}

/** Asks over the socket; undefined when the daemon does not answer, so that a signal has to do. */
async function ask(
  context: Context,
  { timeoutMs, keepPrograms, answerMs }: StopOptions & { readonly answerMs: number },
): Promise<{ timeout_s?: number } | undefined> {
  try {
    return await clientOf(context, answerMs).post("/api/v1/stop", {
      ...(timeoutMs === undefined ? {} : { timeout_s: timeoutMs / 1000 }),
      ...(keepPrograms ? { keep_programs: true } : {}),
    });
  } catch (error) {
    if (error instanceof AppdError && error.exit === "unavailable") return undefined;
    throw error;
  }
}

const NOTHING: EndedOrphans = { ended: [], killed: [] };

/**
 * Removes what a daemon that died left behind: programs, socket, PID file. A start that is under way does the same.
 *
 * @param began monotonic milliseconds, from which on a timeout of the caller's counts
 */
async function clearAway(context: Context, options: StopOptions, began: number): Promise<EndedOrphans> {
  const { timeoutMs, keepPrograms } = options;
  if (keepPrograms) return NOTHING;
  const { files, locks, clock } = context.system;
  if (files.stat(context.paths.home) === undefined) return NOTHING;
  using turn = locks.tryExclusive(context.paths.startLock);
  if (turn === undefined) return NOTHING;
  const left = timeoutMs === undefined ? undefined : Math.max(0, timeoutMs - (clock.monotonic() - began));
  const orphans = await endOrphans(context, left);
  endOutputKeeper(context);
  files.unlink(context.paths.socket);
  files.unlink(pidFileOf(context));
  return orphans;
}

/** Who stops what has died begins anew: only its last death counts. Another user's file is left alone. */
function forgetDeaths({ paths, system: { files, host } }: Context): void {
  const state = readState(files, paths.state);
  if (state?.deaths === undefined || files.stat(paths.state)?.uid !== host.uid) return;
  const { deaths: _, ...rest } = state;
  writeState(files, paths.state, rest);
}

/** What the daemon of this PID has left behind in writing. */
function lastState(context: Context, pid: number): InstanceState | undefined {
  const state = readState(context.system.files, context.paths.state);
  return state?.pid === pid ? state : undefined;
}

function hidden(context: Context, why: string | undefined): AppdError {
  return new AppdError(
    `cannot stop "${context.called}": it runs, but its PID cannot be found: ${why ?? "no answer"}`,
    {
      exit: "unknown",
      hint: `find it as root: fuser "${context.paths.lock}"`,
    },
  );
}

/** Waits until the lock is free; false when that takes longer than `ms`. */
async function ended(context: Context, ms: number): Promise<boolean> {
  const over = new AbortController();
  const late = delay(context.system.clock, ms, over.signal).then(() => false);
  try {
    return await Promise.race([context.system.locks.released(context.paths.lock).then(() => true), late]);
  } finally {
    over.abort();
  }
}

/**
 * Programs that run below this home; asked when no daemon does. What a program that does not run any more has left behind
 * is none: the last report, where there is one, says which had a PID.
 */
function namesLeft(context: Context, last: StatusReport | undefined): string[] {
  const names = new Set(orphansOf(context).map(({ name }) => name));
  if (last === undefined) return [...names];
  const running = [...last.programs.filter(({ pid }) => pid !== null), ...last.jobs.filter((job) => job.running)];
  return running.map(({ name }) => name).filter((name) => names.has(name));
}

/** Ends a daemon that did not stop in time, and the programs that it leaves behind. @returns their names */
async function kill(
  context: Context,
  pid: number,
  { keepPrograms }: StopOptions,
): Promise<readonly string[]> {
  endGuards(context);
  const { files, processes, locks } = context.system;
  processes.kill(pid, "SIGKILL");
  await locks.released(context.paths.lock);
  if (keepPrograms) return [];
  const { ended: left } = await endOrphans(context, 0);
  endOutputKeeper(context);
  files.unlink(pidFileOf(context));
  return left;
}

/** The lock is released shortly before the process is gone. */
async function vanished(context: Context, pid: number): Promise<void> {
  const { clock, processes } = context.system;
  for (let tries = 0; tries < 500; tries++) {
    const stat = processes.stat(pid);
    if (stat === undefined || stat.state === "Z") return;
    await delay(clock, 2);
  }
}
