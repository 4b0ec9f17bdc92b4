import { systemClock } from "../system/clock.ts";
import type { TestClock } from "./test_clock.ts";

/** What is waited for. */
export interface RealWork {
  /** For the message. */
  readonly what: string;
  /** Whether something that ends in real time is waited for at the moment. */
  readonly isReal: () => boolean;
  /** Milliseconds of real time after which it counts as stuck. Default: a minute. */
  readonly limitMs?: number;
}

/** Milliseconds between two looks, and by which the time goes on at one. */
const STEP_MS = 20;
const LIMIT_MS = 60_000;

/**
 * Waits for work on whose way real processes end: while they do, the test's time goes on as real time does, because whoever
 * looks after them looks again and again. Otherwise it stands still.
 *
 * @throws Error when the work is not over in time; what the work throws
 */
export async function inRealTime<T>(
  clock: TestClock,
  work: Promise<T>,
  { what, isReal, limitMs = LIMIT_MS }: RealWork,
): Promise<T> {
  const stuck = Promise.withResolvers<never>();
  using _along = systemClock.every(STEP_MS, () => {
    if (isReal()) clock.advance(STEP_MS);
  });
  using _limit = systemClock.after(limitMs, () => {
    const help = "it may wait for the test's time: see status() and log(), and call clock.pass() beside it";
    stuck.reject(new Error(`${what} is not over after ${limitMs / 1000} s of real time; ${help}`));
  });
  return await Promise.race([work, stuck.promise]);
}
