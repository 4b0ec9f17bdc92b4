import type { GuardReport } from "../base/status_report.ts";
import { escapeControls } from "../base/escape.ts";
import { type FailedStart, lastFailure, waitOf } from "../detach/guard.ts";
import { type InstanceState, readState } from "../instance/state_file.ts";
import { readEnd } from "../system/read_end.ts";
import { sinceBoot } from "../system/uptime.ts";
import type { Context } from "./context.ts";
import { guardedBy, guardsAmong } from "./keep_alive.ts";

/** Bytes at the end of what the guard's starts have written that are looked at. */
const LAST_BYTES = 16_384;

/**
 * What a guard does about a daemon that does not run. It is not asked: what it waits for is a child of its own, sleep(1),
 * and the age of that says how much longer.
 *
 * @param isDead the daemon has left its PID file; otherwise nothing is said of a guard that is gone
 */
export function guardReport(context: Context, isDead: boolean): GuardReport | undefined {
  const { files, host, processes } = context.system;
  if (host.platform !== "linux") return undefined; // Nothing else tells what a process waits for.
  const state = readState(files, context.paths.state);
  if (state === undefined || state.ended !== undefined) return undefined; // An orderly end sends the guard home.
  const failed = failureSince(context, state) ?? null;
  const all = processes.list();
  for (const { pid } of guardsAmong(context, all)) {
    const child = all.find(({ ppid }) => ppid === pid);
    if (child !== undefined) return { pid, next_at: endOfWait(context, child) ?? null, failed };
  }
  return isDead && failed !== null ? { pid: null, next_at: null, failed } : undefined;
}

/** Clock ticks in a second, in which /proc tells when a process began: USER_HZ, 100 on every architecture of ours. */
const TICKS = 100;

function endOfWait(
  { system: { clock, files, processes } }: Context,
  { pid, startTime }: { readonly pid: number; readonly startTime: string },
): string | undefined {
  const seconds = waitOf(processes.commandLine(pid));
  const uptime = sinceBoot(files);
  if (seconds === undefined || uptime === undefined) return undefined;
  const waited = uptime - Number(startTime) * 1000 / TICKS;
  return new Date(clock.now() - waited + seconds * 1000).toISOString();
}

/** The last start that failed since the daemon was started that has died. */
function failureSince(context: Context, { started_at }: InstanceState): FailedStart | undefined {
  const { paths, system: { files } } = context;
  const found = lastFailure(guardedBy(context), readEnd(files, paths.lateOutput, LAST_BYTES));
  if (found === undefined || Date.parse(found.at) + 1000 <= Date.parse(started_at)) return undefined;
  return { ...found, error: escapeControls(found.error) };
}
