import { type Clock, delay } from "../system/clock.ts";
import type { Desk } from "./desk.ts";
import type { Execution } from "./execution.ts";

/** Milliseconds that are kept for writing the outcome of what was cancelled. */
const LAST_MS = 500;

/**
 * Lets what runs come to its end, and cancels what is late, so that each run has an outcome after `ms` milliseconds. What
 * waits, also for its next attempt, is left to the next daemon.
 */
export async function drain(desk: Desk, { clock, ms }: { readonly clock: Clock; readonly ms: number }): Promise<void> {
  desk.shut();
  const began = clock.monotonic();
  const longestStop = Math.max(0, ...running(desk).map(({ spec }) => spec.stopTimeout));
  await Promise.race([idle(desk), delay(clock, ms - Math.min(ms / 2, longestStop + LAST_MS))]);
  const left = Math.max(0, ms - (clock.monotonic() - began) - LAST_MS);
  for (const execution of running(desk)) execution.cancel("the daemon was stopped before it had ended", left);
  await Promise.race([idle(desk), delay(clock, left + LAST_MS)]);
}

function running(desk: Desk): readonly Execution[] {
  return desk.executions().filter(({ isRetrying }) => !isRetrying);
}

/** Resolves when nothing runs any more, and that is on disk. */
async function idle(desk: Desk): Promise<void> {
  for (let left = running(desk); left.length > 0; left = running(desk)) {
    await Promise.race(left.map(({ run }) => desk.tally.ended(run.id).run));
  }
}
