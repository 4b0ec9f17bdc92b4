import { messageOf } from "../base/errors.ts";
import type { Fifo, Fifos } from "../system/fifo.ts";
import type { Mover, Sink } from "./mover.ts";
import { FIRST_WAIT, Pace, type Wait } from "./pace.ts";
import type { Rounds, Seat } from "./rounds.ts";

/** Reads in one turn of the event loop, so that one torrent leaves time for everything else: 1 MiB with 64 KiB reads. */
const READS_PER_TURN = 16;
/** Reads after which even a drain gives up on a writer that is still there. */
const READS_PER_DRAIN = 64;

export interface CaptureOptions {
  readonly fifos: Fifos;
  readonly path: string;
  readonly rounds: Rounds;
  readonly mover: Mover;
  readonly sink: Sink;
  readonly onTrouble: (error: string) => void;
}

/**
 * Moves the output of one program from its FIFO into `sink`, in order and as bytes. Each read is followed by its write
 * at once: that instant is all that a kill -9 of the daemon can cost.
 */
export class Capture implements Disposable {
  readonly #options: CaptureOptions;
  readonly #fifo: Fifo;
  readonly #pace = new Pace();
  readonly #seat: Seat;
  /** The FIFO was made just now. */
  readonly fresh: boolean;
  #closed = false;

  /** Makes the FIFO when it is not there. Throws what node throws. */
  constructor(options: CaptureOptions) {
    this.#options = options;
    this.fresh = !options.fifos.ensure(options.path);
    this.#fifo = options.fifos.open(options.path, this.fresh);
    this.#seat = options.rounds.join((now) => this.#look(now), this.fresh ? FIRST_WAIT : undefined);
  }

  /** What the program gets as stdout and stderr. */
  get descriptor(): number {
    return this.#fifo.keeper;
  }

  /** A new life begins to write: what it says first should not wait for the next round of the idle. */
  expect(): void {
    this.#pace.restart();
    this.#seat.hasten(FIRST_WAIT);
  }

  /** Moves what is waiting: all that a process wrote before its death is there when wait(2) reports it. */
  drain(): number {
    return this.#closed ? 0 : this.#move(READS_PER_DRAIN);
  }

  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#seat[Symbol.dispose]();
    this.#move(READS_PER_DRAIN);
    this.#fifo[Symbol.dispose]();
  }

  #move(reads: number): number {
    const { mover, sink } = this.#options;
    let total = 0;
    for (let i = 0; i < reads; i++) {
      const bytes = mover.move(this.#fifo, sink);
      total += bytes;
      if (bytes < mover.most) break;
    }
    return total;
  }

  #look(now: number): Wait {
    let bytes = 0;
    try {
      if (!this.#pace.isIdle || this.#fifo.mayHold()) bytes = this.#warmMove(now);
    } catch (error) {
      this.#options.onTrouble(messageOf(error));
    }
    return this.#pace.next(bytes, now);
  }

  #warmMove(now: number): number {
    if (!this.#pace.inTorrent) this.#options.mover.warmUp(now);
    return this.#move(READS_PER_TURN);
  }
}
