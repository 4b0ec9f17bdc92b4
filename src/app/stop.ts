import { AppdError } from "../base/errors.ts";
import { findOutputHolders } from "../programs/adoption.ts";
import { delay } from "../system/clock.ts";
import { askStatus, clientOf } from "./control.ts";
import type { Context } from "./context.ts";
import { pidFileOf, presenceOf } from "./presence.ts";

/** What became of a daemon that was told to stop. Times in milliseconds. */
export interface StopResult {
  readonly was: "running" | "not running";
  readonly pid?: number;
  readonly how: "graceful" | "forced";
  readonly ms: number;
  /** Programs of a daemon that had to be killed, and that were killed after it. */
  readonly late: readonly string[];
}

export interface StopOptions {
  /** Overrides the daemon's own `daemon.shutdown_timeout`. */
  readonly timeoutMs?: number;
}

/** What the daemon may take beyond its timeout before it is killed. */
const GRACE_MS = 2000;

/**
 * Asks the daemon to stop, waits for the kernel to release its lock, kills it when its time is over, and verifies that
 * the process is gone.
 *
 * @throws AppdError (unknown) when a daemon runs whose PID cannot be found out
 */
export async function stopDaemon(context: Context, options: StopOptions = {}): Promise<StopResult> {
  const { clock, processes } = context.system;
  const began = clock.monotonic();
  const status = await askStatus(context);
  const presence = presenceOf(context);
  if (presence.kind !== "running") {
    if (presence.kind === "dead") context.system.files.unlink(context.paths.socket);
    return { was: "not running", how: "graceful", ms: 0, late: [] };
  }
  const pid = status?.pid ?? presence.pid;
  if (pid === undefined || pid === null) throw hidden(context, presence.why);
  const asked = await clientOf(context).post<{ timeout_s: number }>(
    "/api/v1/stop",
    options.timeoutMs === undefined ? {} : { timeout_s: options.timeoutMs / 1000 },
  );
  if (asked === undefined) processes.kill(pid, "SIGTERM");
  const patience = options.timeoutMs ?? (asked?.timeout_s ?? 30) * 1000;
  const how = await ended(context, patience + GRACE_MS) ? "graceful" : "forced";
  const late = how === "forced" ? await kill(context, pid) : [];
  await vanished(context, pid);
  return { was: "running", pid, how, ms: clock.monotonic() - began, late };
}

function hidden(context: Context, why: string | undefined): AppdError {
  return new AppdError(
    `cannot stop "${context.instance}": it runs, but its PID cannot be found: ${why ?? "no answer"}`,
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

/** Ends a daemon that did not stop in time, and the programs that it leaves behind. @returns their names */
async function kill(context: Context, pid: number): Promise<string[]> {
  const { files, processes, locks } = context.system;
  processes.kill(pid, "SIGKILL");
  await locks.released(context.paths.lock);
  files.makeDirectory(context.paths.programs, 0o700); // A daemon that died early may not have made it.
  const left = findOutputHolders(processes, files.realPath(context.paths.programs));
  for (const { pid } of left) processes.kill(-pid, "SIGKILL");
  files.unlink(pidFileOf(context));
  return left.map(({ name }) => name);
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
