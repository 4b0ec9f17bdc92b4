import { AppdError, cannot } from "../base/errors.ts";
import type { StatusReport } from "../base/status_report.ts";
import { detach } from "../detach/detach.ts";
import type { Ready } from "../detach/readiness.ts";
import { prepareDirectories } from "../instance/home.ts";
import { directoriesOf } from "../instance/paths.ts";
import { delay } from "../system/clock.ts";
import type { Ignored } from "./already.ts";
import { askStatus, silent } from "./control.ts";
import type { Context } from "./context.ts";
import { endGuards } from "./keep_alive.ts";
import { modeReport } from "./mode.ts";
import { presenceOf } from "./presence.ts";
import type { Command } from "./command.ts";
import { orderOf, wordsFor } from "./start_words.ts";

/** A daemon that runs, as it says itself. */
export interface Running {
  readonly pid: number;
  readonly url: string | null;
  /** As in a status report. */
  readonly mode?: string | null;
}

/** What came of `start`. `ms` is the time until the daemon was ready. */
export interface StartResult extends Running, Pick<Ready, "set_aside" | "unwell"> {
  readonly already: boolean;
  /** What was asked for in vain, because the daemon runs already without it. */
  readonly ignored?: readonly Ignored[];
  readonly ms: number;
}

/** Longest wait for a daemon to become ready, in milliseconds. */
const START_TIMEOUT_MS = 60_000;
/** Longest wait for one that somebody else started, or that is stopping, in milliseconds. */
const SETTLE_TIMEOUT_MS = 60_000;

/**
 * Starts the daemon in the background; returns when it is ready. When it runs already, says so. The daemon itself checks
 * the configuration before it touches anything, and what it says of it is thrown here.
 *
 * @param options.command the command after `--`, to be supervised without a configuration
 * @throws AppdError with the daemon's own message, hint and exit code; as {@link ignoredBy} when another one runs
 */
export async function startDaemon(context: Context, options: { command?: Command } = {}): Promise<StartResult> {
  const began = context.system.clock.monotonic();
  const result = (started: Running): StartResult => ({
    ...started,
    already: false,
    ms: Math.round(context.system.clock.monotonic() - began),
  });
  const already = async (running: Running): Promise<StartResult> => {
    const { ignoredBy } = await import("./already.ts");
    const ignored = await ignoredBy(context, { command: options.command, pid: running.pid });
    return { ...result(running), already: true, ...(ignored.length === 0 ? {} : { ignored }) };
  };
  const early = await askStatus(context);
  if (early?.pid && !isBetween(early)) return await already(runningOf(early, early.pid));
  prepareDirectories(context.system.files, directoriesOf(context.paths), context.system.host.uid);
  const { locks } = context.system;
  using _turn = locks.tryExclusive(context.paths.startLock) ?? await locks.exclusive(context.paths.startLock);
  const running = await settled(context);
  if (running) return await already(running);
  try {
    return result({ ...await launch(context, options.command), ...modeReport(context) });
  } catch (error) {
    return await already(await overtaken(context, error));
  }
}

/**
 * The daemon that was there before ours: one whose start command was killed while it was on its way to the lock.
 *
 * @throws the error of ours when it failed for another reason, or the other one is gone as well
 */
async function overtaken(context: Context, error: unknown): Promise<Running> {
  const other = error instanceof AppdError && error.exit === "locked" ? await settled(context) : undefined;
  if (other !== undefined) return other;
  endGuards(context); // Ours was killed on its way, perhaps when it had posted one.
  throw error;
}

/** Waits while another daemon holds the lock without being ready or gone; undefined when nobody does. */
async function settled(context: Context): Promise<Running | undefined> {
  const { clock, locks } = context.system;
  const end = clock.monotonic() + SETTLE_TIMEOUT_MS;
  let unanswered = 0;
  while (locks.isHeld(context.paths.lock)) {
    const asked = clock.monotonic();
    const status = await askStatus(context);
    if (status === undefined && clock.monotonic() - asked > 1000) unanswered++;
    if (status?.pid && !isBetween(status)) return runningOf(status, status.pid);
    if (clock.monotonic() > end || unanswered >= 3) {
      const presence = presenceOf(context);
      throw cannot(["start", context.called], ...silent(presence.kind === "running" ? presence.pid : undefined));
    }
    await delay(clock, 25); // Nobody told that daemon to tell us; the lock has no event but its release.
  }
  return undefined;
}

/** It is not ready yet, or not gone yet. */
function isBetween({ state }: StatusReport): boolean {
  return state === "starting" || state === "stopping";
}

/** What a report says of the daemon with this PID. */
export function runningOf({ url, mode }: StatusReport, pid: number): Running {
  return { pid, url, ...(mode === undefined ? {} : { mode }) };
}

async function launch(context: Context, command: Command | undefined) {
  const { home } = context.paths;
  const { host } = context.system;
  const order = orderOf(context, command);
  return await detach(context.system, {
    command: [...host.self, ...wordsFor("run", order)],
    env: host.env,
    order: { ...order },
    directory: home,
    lateOutput: context.paths.lateOutput,
    timeoutMs: START_TIMEOUT_MS,
  });
}
