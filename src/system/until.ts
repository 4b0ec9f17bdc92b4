import { delay, systemClock } from "./clock.ts";

const PAUSE_MS = 5;
const LIMIT_MS = 15_000;

/**
 * Waits, in real time, until `probe` gives something true, and returns it. What it throws counts as "not yet".
 *
 * @param what is waited for, for the message
 * @param limitMs real milliseconds
 * @throws Error naming `what` after `limitMs`, with the last error as its cause
 */
export async function until<T>(
  what: string,
  probe: () => T | Promise<T>,
  limitMs = LIMIT_MS,
): Promise<Exclude<T, false | null | undefined | 0 | "">> {
  const end = systemClock.monotonic() + limitMs;
  let last: unknown;
  while (systemClock.monotonic() < end) {
    try {
      const value = await probe();
      if (value) return value as Exclude<T, false | null | undefined | 0 | "">;
    } catch (error) {
      last = error;
    }
    await delay(systemClock, PAUSE_MS);
  }
  throw new Error(`not within ${limitMs} ms: ${what}`, { cause: last });
}
