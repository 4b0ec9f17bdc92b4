import { type Clock, delay } from "../system/clock.ts";
import type { Desk } from "./desk.ts";
import type { Execution } from "./execution.ts";

/** Milliseconds that are kept for writing the outcome of what was cancelled. */
const LAST_MS = 500;

/**
 * Lets what runs come to its end, and cancels what is late, so that each run has an outcome after `ms` milliseconds. What
 * waits, also for its next attempt, is left to the next daemon.
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
  await Promise.race([idle(desk), delay(clock, ms - Math.min(ms / 2, longestStop + LAST_MS))]);
  const left = Math.max(0, ms - (clock.monotonic() - began) - LAST_MS);
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
