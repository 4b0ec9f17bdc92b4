import type { Clock } from "../system/clock.ts";

/** Milliseconds between two looks that a set clock has to differ by; adjtimex(2) stays far below it. */
const JUMP_MS = 1500;

/** What happened to the wall clock. Milliseconds. */
export interface Jump {
  /** How far it was set; 0 when the machine has only slept. */
  readonly set: number;
  readonly slept: number;
}

/** Tells a clock that was set from time that passed: a machine that slept has missed its slots, one with a new time has not. */
export class ClockWatch {
  readonly #clock: Clock;
  readonly #sinceBoot: () => number | undefined;
  /** Wall time minus monotonic time, and time since boot minus monotonic time. */
  #offset: number;
  #sleep: number;

  constructor(clock: Clock, sinceBoot: () => number | undefined) {
    this.#clock = clock;
    this.#sinceBoot = sinceBoot;
    this.#offset = this.#wallOffset();
    this.#sleep = this.#bootOffset() ?? 0;
  }

  /** What happened since the last look; undefined when nothing did. Best once a second. */
  look(): Jump | undefined {
    const offset = this.#wallOffset();
    const moved = offset - this.#offset;
    this.#offset = offset;
    if (Math.abs(moved) < JUMP_MS) return undefined;
    const sleep = this.#bootOffset() ?? this.#sleep;
    const slept = Math.max(0, sleep - this.#sleep);
    this.#sleep = sleep;
    // Whole milliseconds: the monotonic clock has fractions, and slots, which move with this, have none.
    const set = Math.round(moved - slept);
    return { set: Math.abs(set) < JUMP_MS ? 0 : set, slept };
  }

  #wallOffset(): number {
    return this.#clock.now() - this.#clock.monotonic();
  }

  #bootOffset(): number | undefined {
    const since = this.#sinceBoot();
    return since === undefined ? undefined : since - this.#clock.monotonic();
  }
}
