import type { Clock, Timer } from "../system/clock.ts";

/** How late, in milliseconds, a timer is when not the other side but we have been asleep (SIGSTOP, a starved host). */
const ASLEEP = 500;

/**
 * Calls `fn` after `ms` milliseconds in which we were awake: a timer that fires late starts again once, so that what
 * arrived meanwhile is heard before somebody is blamed for silence.
 */
export function afterAwake(clock: Pick<Clock, "after" | "monotonic">, ms: number, fn: () => void): Timer {
  const due = clock.monotonic() + ms;
  let timer = clock.after(ms, () => {
    if (clock.monotonic() - due < ASLEEP) return fn();
    timer = clock.after(ms, fn);
  });
  return { [Symbol.dispose]: () => timer[Symbol.dispose]() };
}
