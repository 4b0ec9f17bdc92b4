import { type Clock, delay } from "../system/clock.ts";

/** What {@link RotationDemand} needs of the file. */
export interface RotationDemandOptions {
  readonly clock: Clock;
  /** Switches now if it can; true when nothing is left to do. */
  readonly attempt: () => boolean;
  /** Why the last attempt failed. */
  readonly failure: () => Error | undefined;
}

/** Milliseconds between two rotations on demand, and those that one waits for the current line to end. */
const SPACING = 100;
const LINE_WAIT = 2000;

/** Rotations on demand, however many ask: one at a time, and one more for all who asked meanwhile. */
export class RotationDemand {
  readonly #options: RotationDemandOptions;
  readonly #waiting = new Set<() => void>();
  #running: Promise<void> | undefined;
  #following: Promise<void> | undefined;
  #next = 0;

  constructor(options: RotationDemandOptions) {
    this.#options = options;
  }

  /** Begins at once when none is under way. Rejects with the failure of the attempt. */
  request(): Promise<void> {
    if (this.#running === undefined) return this.#running = this.#run().finally(() => this.#running = undefined);
    return this.#following ??= this.ended().then(() => {
      this.#following = undefined;
      return this.request();
    });
  }

  /** To be called when a switch was made or failed. */
  wake(): void {
    for (const done of [...this.#waiting]) done();
  }

  /** Resolves when the one under way has ended, well or not. */
  async ended(): Promise<void> {
    await this.#running?.catch(() => undefined); // Who asked for it is told.
  }

  async #run(): Promise<void> {
    const { clock, attempt, failure } = this.#options;
    const wait = this.#next - clock.monotonic();
    if (wait > 0) await delay(clock, wait);
    this.#next = clock.monotonic() + SPACING;
    if (!attempt() && failure() === undefined) await this.#lineEnd();
    const error = failure();
    if (error !== undefined) throw error;
  }

  #lineEnd(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        timer[Symbol.dispose]();
        this.#waiting.delete(done);
        resolve();
      };
      const timer = this.#options.clock.after(LINE_WAIT, done);
      this.#waiting.add(done);
    });
  }
}
