import type { Clock, Timer } from "./clock.ts";

/** A clock that stands still until it is told to advance; timers fire in the order of their deadlines. */
export class VirtualClock implements Clock {
  #now: number;
  #monotonic = 0;
  #timers = new Set<{ at: number; every?: number; fn: () => void }>();

  /** @param now wall time in milliseconds at which it begins */
  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  after(ms: number, fn: () => void): Timer {
    return this.#add({ at: this.#monotonic + Math.max(0, ms), fn });
  }

  every(ms: number, fn: () => void): Timer {
    return this.#add({ at: this.#monotonic + ms, every: ms, fn });
  }

  /** Number of timers that have not fired and were not disposed. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Milliseconds until the next timer fires; undefined when there is none. */
  get untilNext(): number | undefined {
    const next = this.#next(Infinity);
    return next === undefined ? undefined : Math.max(0, next.at - this.#monotonic);
  }

  /** Moves both times forward by `ms` milliseconds and fires what falls due. */
  advance(ms: number): void {
    const target = this.#monotonic + ms;
    for (let next = this.#next(target); next; next = this.#next(target)) {
      this.#step(next.at - this.#monotonic);
      if (next.every === undefined) this.#timers.delete(next);
      else next.at += next.every;
      next.fn();
    }
    this.#step(target - this.#monotonic);
  }

  /** Moves only the wall time, as a set clock does. `ms` may be negative. */
  jump(ms: number): void {
    this.#now += ms;
  }

  #add(timer: { at: number; every?: number; fn: () => void }): Timer {
    this.#timers.add(timer);
    return { [Symbol.dispose]: () => void this.#timers.delete(timer) };
  }

  #next(target: number) {
    let first: { at: number; every?: number; fn: () => void } | undefined;
    for (const timer of this.#timers) {
      if (timer.at <= target && (first === undefined || timer.at < first.at)) first = timer;
    }
    return first;
  }

  #step(ms: number): void {
    this.#now += ms;
    this.#monotonic += ms;
  }
}
