import { setImmediate } from "node:timers";
/** A running timer; disposing it a second time does nothing. */
export interface Timer extends Disposable {
  [Symbol.dispose](): void;
}

/** Time, injected so that tests wait for nothing. */
export interface Clock {
  /** Wall time in milliseconds since the epoch, for people and timestamps. */
  now(): number;
  /** Monotonic time in milliseconds from an arbitrary start, for intervals and deadlines. */
  monotonic(): number;
  /** Calls `fn` once after `ms` milliseconds. */
  after(ms: number, fn: () => void): Timer;
  /** Calls `fn` every `ms` milliseconds until disposed; from a second on the first time may come up to half a second early. */
  every(ms: number, fn: () => void): Timer;
}

const MAX_TIMEOUT_MS = 2_147_483_647;

/** From so many milliseconds on, timers that repeat keep to one grid: an idle process then wakes up once for all of them. */
const COARSE = 1000;
const GRID = 500;

/** Repeats at multiples of the grid in monotonic time, which a timer that is set anew each time would drift away from. */
function everyOnGrid(ms: number, fn: () => void): Timer {
  let due = Math.floor((performance.now() + ms) / GRID) * GRID;
  let id = setTimeout(fire, Math.ceil(due - performance.now()));
  function fire(): void {
    due = Math.max(due + ms, Math.floor(performance.now() / GRID) * GRID);
    id = setTimeout(fire, Math.ceil(due - performance.now()));
    fn();
  }
  return { [Symbol.dispose]: () => clearTimeout(id) };
}

/** The machine's clock. Timers do not keep the process alive by accident: the daemon has its own reason to live. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, fn) {
    const id = setTimeout(fn, Math.min(Math.max(0, Math.ceil(ms)), MAX_TIMEOUT_MS));
    return { [Symbol.dispose]: () => clearTimeout(id) };
  },
  every(ms, fn) {
    if (ms >= COARSE) return everyOnGrid(Math.min(ms, MAX_TIMEOUT_MS), fn);
    const id = setInterval(fn, Math.min(Math.max(1, ms), MAX_TIMEOUT_MS));
    return { [Symbol.dispose]: () => clearInterval(id) };
  },
};

/** Resolves in the next turn of the event loop, when everything that waited for promises alone has come to rest. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

/** Resolves after `ms` milliseconds, or at once when `signal` aborts; never rejects. */
export function delay(clock: Pick<Clock, "after">, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      timer[Symbol.dispose]();
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = clock.after(ms, done);
    signal?.addEventListener("abort", done);
  });
}
