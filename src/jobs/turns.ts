import type { Clock } from "../system/clock.ts";

/** Longest that work follows work, in milliseconds: nothing else is served meanwhile. */
const TURN_MS = 20;
/** So many milliseconds after the last work the next does not belong to it any more. */
const PAUSE_MS = 5;

/**
 * Does pieces of work in their order, and lets everything else have its turn between them: to start a process takes
 * milliseconds, and two hundred jobs can be due at the same second.
 */
export class Turns {
  readonly #clock: Pick<Clock, "monotonic" | "after">;
  #waiting: (() => void)[] = [];
  #began = -Infinity;
  #ended = -Infinity;

  constructor(clock: Pick<Clock, "monotonic" | "after">) {
    this.#clock = clock;
  }

  /** Does it now when there is time, else soon. What it throws is the caller's when it is done now. */
  take(work: () => void): void {
    const now = this.#clock.monotonic();
    if (now - this.#ended > PAUSE_MS) this.#began = now;
    if (this.#waiting.length === 0 && now - this.#began < TURN_MS) return this.#do(work);
    this.#waiting.push(work);
    if (this.#waiting.length === 1) this.#goOn();
  }

  #goOn(): void {
    this.#clock.after(0, () => {
      this.#began = this.#clock.monotonic();
      const works = this.#waiting;
      let done = 0;
      for (; done < works.length && this.#clock.monotonic() - this.#began < TURN_MS; done++) this.#do(works[done]);
      this.#waiting = works.slice(done);
      if (this.#waiting.length > 0) this.#goOn();
    });
  }

  #do(work: (() => void) | undefined): void {
    work?.();
    this.#ended = this.#clock.monotonic();
  }
}
