import type { Health } from "../../health/health.ts";
import { type Clock, delay } from "../../system/clock.ts";

/** How long the first results of checks may take. */
export interface Patience {
  readonly clock: Pick<Clock, "after" | "monotonic">;
  /** Monotonic milliseconds. */
  readonly end: number;
  /** Aborted when the daemon is told to stop. */
  readonly stopping: AbortSignal;
}

/** Milliseconds for checks that are only shown: nobody takes the daemon for unwell without them. */
const SHOWN_MS = 1000;

/**
 * Waits until checks have a first result: those that decide whether the daemon is healthy until `end`, others for a
 * moment. A check that hangs has one when its own timeout is over.
 */
export async function firstResults(health: Pick<Health, "settled">, { clock, end, stopping }: Patience): Promise<void> {
  const done = new AbortController();
  const over = AbortSignal.any([stopping, done.signal]);
  const left = Math.max(0, end - clock.monotonic());
  await Promise.all([
    Promise.race([health.settled({ critical: true }), delay(clock, left, over)]),
    Promise.race([health.settled(), delay(clock, Math.min(left, SHOWN_MS), over)]),
  ]);
  done.abort();
}
