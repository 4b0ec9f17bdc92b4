import { type Clock, delay, systemClock } from "./clock.ts";

const PAUSE_MS = 5;
const LIMIT_MS = 15_000;

/** How long and by what it is waited. */
export interface Waiting {
  /** Milliseconds. Default: 15 s. */
  readonly limitMs?: number;
  /** Milliseconds between two looks. Default: 5. */
  readonly pauseMs?: number;
  /** Default: real time. */
  readonly clock?: Pick<Clock, "monotonic" | "after">;
}

/**
 * Waits until `probe` gives something true, and returns it. What it throws counts as "not yet".
 *
 * @param what is waited for, for the message
 * @param limit milliseconds, or more than those
 * @throws Error naming `what` after the limit, with the last error as its cause
 */
export async function until<T>(
  what: string,
  probe: () => T | Promise<T>,
  limit: number | Waiting = {},
): Promise<Exclude<T, false | null | undefined | 0 | "">> {
  const { limitMs = LIMIT_MS, pauseMs = PAUSE_MS, clock = systemClock } = typeof limit === "number"
    ? { limitMs: limit }
    : limit;
  const end = clock.monotonic() + limitMs;
  let last: unknown;
  while (clock.monotonic() < end) {
    try {
      const value = await probe();
      if (value) return value as Exclude<T, false | null | undefined | 0 | "">;
    } catch (error) {
      last = error;
    }
    await delay(clock, pauseMs);
  }
  throw new Error(`not within ${limitMs} ms: ${what}`, { cause: last });
}
