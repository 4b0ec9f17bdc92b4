import { errnoOf } from "../base/errors.ts";
import type { Clock, Timer } from "../system/clock.ts";
import type { Lock } from "../system/lock.ts";

/** Milliseconds between two signs of life: so much later than it is said a daemon can have died. */
const INTERVAL_MS = 10_000;

/**
 * Leaves a sign of life every ten seconds, the time of the lock's file: nobody but who holds the lock sets it, while the
 * logs and the database may be written by a later start too, also by one that fails. To be begun when the state file tells
 * of this run.
 */
export function signsOfLife(clock: Clock, lock: Lock): Timer {
  return clock.every(INTERVAL_MS, () => {
    try {
      lock.touch(clock.now());
    } catch (error) {
      if (errnoOf(error) === undefined) throw error; // Else the file is another user's: the start is the last sign.
    }
  });
}
