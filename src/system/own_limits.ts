import fs from "node:fs";
import { parseOpenFilesLimit } from "./limits.ts";
import { readable } from "./proc.ts";

/** What this process was given: limits of getrlimit(2), soft, and its umask(2). Undefined where there is no /proc. */
export interface OwnLimits {
  readonly openFiles: number | undefined;
  /** Of this user together; undefined also for root, who has none, and without a limit. */
  readonly processes: number | undefined;
  readonly umask: number | undefined;
}

/** Pure: what the texts of /proc/self/limits and /proc/self/status say. */
export function parseOwnLimits(limits: string, status: string): OwnLimits {
  const processes = /^Max processes\s+(\d+)/m.exec(limits)?.[1];
  const umask = /^Umask:\s*([0-7]+)/m.exec(status)?.[1];
  const isRoot = /^Uid:\s+\d+\s+0\b/m.test(status);
  return {
    openFiles: parseOpenFilesLimit(limits),
    processes: processes === undefined || isRoot ? undefined : Number(processes),
    umask: umask === undefined ? undefined : Number.parseInt(umask, 8),
  };
}

/** Of this process, now. */
export function ownLimits(): OwnLimits {
  const text = (name: string) => readable(() => fs.readFileSync(`/proc/self/${name}`, "utf8")) ?? "";
  return parseOwnLimits(text("limits"), text("status"));
}

/** Threads of user `uid`: what RLIMIT_NPROC counts. */
export function threadsOf(uid: number): number {
  const pids = (readable(() => fs.readdirSync("/proc")) ?? []).filter((name) => /^\d+$/.test(name));
  const own = pids.filter((pid) => readable(() => fs.statSync(`/proc/${pid}`).uid) === uid);
  return own.reduce((sum, pid) => sum + (readable(() => fs.readdirSync(`/proc/${pid}/task`).length) ?? 0), 0);
}
