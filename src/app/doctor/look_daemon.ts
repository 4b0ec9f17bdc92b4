import { AppdError } from "../../base/errors.ts";
import type { StatusReport } from "../../base/status_report.ts";
import type { DaemonSeen, LeftoverSeen, PidFileSeen, ProcessSeen, RunningDaemon } from "../../doctor/scene.ts";
import { readPidFile } from "../../instance/pid_file.ts";
import { delay } from "../../system/clock.ts";
import { executableOf } from "../../system/executable.ts";
import { systemOpenFiles } from "../../system/open_files.ts";
import { askStatus, health } from "../control.ts";
import { type Context, ownFamily } from "../context.ts";
import { orphansOf } from "../programs/orphans.ts";
import { processSeen, statOf, unlessRefused } from "./seen.ts";

/** Milliseconds that a daemon which has no socket yet gets. */
const STARTING_MS = 1000;

/** What lock and control socket say; `report` is the daemon's own. */
export interface DaemonLook {
  readonly daemon: DaemonSeen;
  readonly report: StatusReport | undefined;
}

/** Who holds the lock, and whether it answers. */
export async function lookAtDaemon(context: Context): Promise<DaemonLook> {
  const { locks } = context.system;
  try {
    if (!locks.isHeld(context.paths.lock)) return { daemon: { kind: "stopped" }, report: undefined };
    const report = await patientlyAsk(context);
    if (!locks.isHeld(context.paths.lock)) return { daemon: { kind: "stopped" }, report: undefined };
    return { daemon: await runningDaemon(context, report), report };
  } catch (error) {
    if (!(error instanceof AppdError)) throw error;
    return { daemon: { kind: "unknown", why: error.message }, report: undefined };
  }
}

/** One that has just been started is asked again; one that let us wait is not. */
async function patientlyAsk(context: Context): Promise<StatusReport | undefined> {
  const { clock } = context.system;
  const began = clock.monotonic();
  const report = await askStatus(context);
  if (report !== undefined || clock.monotonic() - began > STARTING_MS) return report;
  await delay(clock, STARTING_MS);
  return await askStatus(context);
}

async function runningDaemon(context: Context, report: StatusReport | undefined): Promise<RunningDaemon> {
  const pid = report?.pid ?? holderOf(context);
  const checks = isSettled(report) ? (await health(context))?.checks ?? {} : {};
  return {
    kind: "running",
    pid,
    answers: report !== undefined,
    processState: pid === undefined ? undefined : context.system.processes.stat(pid)?.state,
    version: report?.version,
    image: pid === undefined ? undefined : executableOf(pid),
    failing: Object.entries(checks).filter(([, { ok }]) => !ok)
      .map(([name, { error = "failed", critical }]) => ({ name, error, critical })),
    needsRestart: report?.needs_restart ?? [],
  };
}

/** While it starts or stops, checks fail that mean nothing. */
function isSettled(report: StatusReport | undefined): boolean {
  return report !== undefined && report.state !== "starting" && report.state !== "stopping";
}

function holderOf({ paths, system }: Context): number | undefined {
  const path = unlessRefused(() => system.files.realPath(paths.lock)) ?? paths.lock;
  const holders = systemOpenFiles.holdersOf(path).filter((pid) => pid !== system.host.pid);
  return holders.length === 1 ? holders[0] : undefined;
}

export function lookAtPidFile({ system }: Context, path: string): PidFileSeen {
  const { files, processes } = system;
  const ino = statOf(files, path)?.ino ?? 0;
  try {
    const content = readPidFile(files, path, ownFamily(system));
    if (content.kind !== "pid") return { path, content, ino };
    return { path, content: { ...content, process: processSeen(processes, content.pid) }, ino };
  } catch (error) {
    if (!(error instanceof AppdError)) throw error;
    return { path, content: { kind: "distrusted" }, ino };
  }
}

/** Daemons that hold a lock of this home that was removed: the kernel says so in the path of the open file. */
export function lookForGhosts({ paths, system }: Context): ProcessSeen[] {
  const { files, processes } = system;
  const home = unlessRefused(() => files.realPath(paths.home));
  if (home === undefined) return [];
  return systemOpenFiles.holdersOf(`${home}/daemon.lock (deleted)`).flatMap((pid) => processSeen(processes, pid) ?? []);
}

export function lookForLeftovers(context: Context): LeftoverSeen[] {
  const { processes } = context.system;
  const all = unlessRefused(() => orphansOf(context)) ?? [];
  return all.flatMap(({ name, pid }) => {
    const seen = processSeen(processes, pid);
    return seen === undefined ? [] : [{ ...seen, name }];
  });
}
