import type { Job } from "./job.ts";
import type { Run } from "./run.ts";

/**
 * The dead man's switch: from the coming of a slot on, a run of it has to end well within the job's deadline. While an
 * earlier slot still waits for that, it is that one that counts.
 */
export function expectEnd(job: Job, slotAt: number): void {
  const { deadline } = job.spec;
  if (deadline === undefined || job.expected !== undefined) return;
  job.expected = { slotAt, by: slotAt + deadline };
}

/** @returns whether the job was overdue and is not any more */
export function meetDeadline(job: Job, { state, notBefore, slotAt }: Run): boolean {
  if (state !== "ok" || job.expected === undefined || (notBefore ?? slotAt) < job.expected.slotAt) return false;
  job.expected = undefined;
  const wasOverdue = job.overdueSince !== null;
  job.overdueSince = null;
  return wasOverdue;
}

/** @param now wall time in milliseconds @returns the slot that has become overdue since the last look */
export function becomesOverdue(job: Job, now: number): Job["expected"] {
  const { expected, overdueSince } = job;
  if (expected === undefined || overdueSince !== null || expected.by > now) return undefined;
  job.overdueSince = expected.by;
  return expected;
}
