import { errnoOf, messageOf } from "../../base/errors.ts";
import { Capture } from "../../programs/capture.ts";
import type { Sink } from "../../programs/mover.ts";
import type { RunDeps } from "./deps.ts";
import type { Inlet } from "./interleave.ts";
import { Tail } from "./tail.ts";

export interface RunOutputOptions {
  readonly job: string;
  /** A FIFO that is there. */
  readonly fifo: string;
  /** See {@link JobLogs.join}. */
  readonly goesOn: boolean;
}

/** The way of a run's output: from its FIFO into the log of its job, and its end into memory. */
export class RunOutput implements Disposable {
  readonly #deps: RunDeps;
  readonly #options: RunOutputOptions;
  readonly #inlet: Inlet;
  readonly #capture: Capture;
  readonly #tail = new Tail();
  #closed = false;

  /** Throws an AppdError when the log cannot be opened, and what node throws when the FIFO cannot be. */
  constructor(deps: RunDeps, options: RunOutputOptions) {
    [this.#deps, this.#options] = [deps, options];
    this.#inlet = deps.logs.join(options.job, options);
    try {
      const onTrouble = (error: string) => this.#tell(error);
      this.#capture = new Capture({ ...deps, path: options.fifo, sink: this.#sink(), onTrouble });
    } catch (error) {
      this.#inlet.close();
      throw error;
    }
  }

  /** What the process gets as stdout and stderr. */
  get descriptor(): number {
    return this.#capture.descriptor;
  }

  /** The last lines so far. */
  get tail(): string {
    return this.#tail.text;
  }

  #sink(): Sink {
    const tail = this.#tail;
    return {
      write: (bytes) => {
        this.#inlet.write(bytes);
        tail.add(bytes);
      },
      passage: () => {
        const passage = this.#inlet.passage();
        return passage && {
          room: passage.room,
          descriptor: passage.descriptor,
          settle(bytes, result) {
            passage.settle(bytes, result);
            tail.add(bytes);
          },
        };
      },
    };
  }

  /** Moves what is waiting. */
  drain(): void {
    this.#trying(() => void this.#capture.drain());
  }

  /** Moves what is waiting, and lets go of the FIFO and the log. */
  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#trying(() => this.#capture[Symbol.dispose]());
    this.#inlet.close();
  }

  #trying(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
      this.#tell(messageOf(error));
    }
  }

  #tell(error: string): void {
    this.#deps.log.warn("cannot read the output of a run", { job: this.#options.job, error });
  }
}
