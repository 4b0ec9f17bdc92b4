import { type Clock, delay } from "../system/clock.ts";
import type { Desk } from "./desk.ts";
import type { Execution } from "./execution.ts";

/** The part of the time that is kept for ending what is late: the rest belongs to the work. */
const RESERVE_PART = 0.1;
/** Milliseconds for writing the outcome of what was killed. */
const LAST_MS = 500;

/**
 * Lets what runs come to its end for as long as it may take, and cancels what is late, so that each run has an outcome
 * after `ms` milliseconds: the last tenth of them, or less where nothing wants more for its stop, is for that. What waits,
 * also for its next attempt, is left to the next daemon.
 *
 * @returns names of the jobs that had to be cancelled
 */
export async function drain(
  desk: Desk,
  { clock, ms }: { readonly clock: Clock; readonly ms: number },
): Promise<string[]> {
  desk.shut();
  const began = clock.monotonic();
  const longestStop = Math.max(0, ...running(desk).map(({ spec }) => spec.stopTimeout));
  const reserve = Math.min(ms * RESERVE_PART, longestStop + LAST_MS);
  await Promise.race([idle(desk), delay(clock, ms - reserve)]);
  const left = Math.max(0, ms - (clock.monotonic() - began) - Math.min(LAST_MS, reserve / 2));
  const late = running(desk);
  for (const execution of late) {
    execution.cancel("the daemon was stopped before it had ended", Math.min(left, execution.spec.stopTimeout));
  }
  await Promise.race([idle(desk), delay(clock, left + LAST_MS)]);
  return late.map(({ spec }) => spec.name);
}

function running(desk: Desk): readonly Execution[] {
  return desk.executions().filter(({ isRetrying }) => !isRetrying);
}

/** Resolves when nothing runs any more. */
async function idle(desk: Desk): Promise<void> {
  while (running(desk).length > 0) await desk.nextRest;
}
