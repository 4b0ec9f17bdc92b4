import type { Clock, Timer } from "../../system/clock.ts";
import type { FifoPool } from "./fifo_pool.ts";

/** Milliseconds after the end of a run until what left its process group is looked for, once for all runs of that time. */
const WAIT = 2000;

/** A run that ended by itself. */
export interface Stray {
  /** Ends and names what the run left behind outside of its group. Never rejects. */
  readonly sweep: () => Promise<unknown>;
  /** Somebody had this open when the run ended. */
  readonly fifo: string | undefined;
}

/**
 * Ends what left the process group of a run that has ended by itself. To find it takes a look at every process of the
 * host, so it is looked for once for many runs, and nobody waits for it.
 */
export class Strays {
  readonly #clock: Pick<Clock, "after">;
  readonly #pool: FifoPool;
  #waiting: Stray[] = [];
  #timer: Timer | undefined;

  constructor({ clock, pool }: { readonly clock: Pick<Clock, "after">; readonly pool: FifoPool }) {
    this.#clock = clock;
    this.#pool = pool;
  }

  add(stray: Stray): void {
    this.#waiting.push(stray);
    this.#timer ??= this.#clock.after(WAIT, () => void this.sweep());
  }

  /** Looks now. */
  async sweep(): Promise<void> {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    const all = this.#waiting;
    this.#waiting = [];
    await Promise.all(all.map((one) => this.#end(one)));
  }

  async #end({ sweep, fifo }: Stray): Promise<void> {
    await sweep();
    if (fifo !== undefined && !this.#pool.give(fifo)) this.#pool.drop(fifo);
  }
}
