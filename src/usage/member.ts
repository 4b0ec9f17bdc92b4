import type { ProcessIo, UsageProcesses } from "../system/process_usage.ts";
import type { ProcessStat } from "../system/processes.ts";

/** One process of a tree. */
export interface Member extends ProcessStat {
  /** Open descriptors; undefined when they cannot be counted. */
  readonly fds: number | undefined;
  readonly io: ProcessIo | undefined;
}

/** A zombie holds nothing any more, but its parent has not taken over its CPU time yet. */
export function isDead({ state }: Pick<ProcessStat, "state">): boolean {
  return state === "Z" || state === "X";
}

/**
 * Looks at what a process holds and has moved. What it was seen to have moved `before` stays known when it cannot be read
 * any more, because the process has died or become another user's.
 */
export function detailOf(
  processes: Pick<UsageProcesses, "descriptors" | "io">,
  one: ProcessStat,
  before: Member | undefined,
): Member {
  const known = before?.startTime === one.startTime ? before.io : undefined;
  if (isDead(one)) return { ...one, fds: undefined, io: known };
  return { ...one, fds: processes.descriptors(one.pid), io: processes.io(one.pid) ?? known };
}

/** Resident bytes of a tree. Pages that processes share count for each of them. */
export function rssOf(tree: readonly ProcessStat[]): number {
  return tree.reduce((total, one) => total + one.rssBytes, 0);
}
