import type { Fifo, Fifos, Stage } from "../system/fifo.ts";
import type { Files } from "../system/files.ts";
import type { Passage, ProgramOutput } from "./program_spec.ts";

/** Where output is moved to. */
export type Sink = Pick<Required<ProgramOutput>, "write" | "passage">;

/**
 * Moves output with as little as possible between the read and the write: what is in our hands between the two dies with
 * us at a kill -9. So all that can be decided is decided before the read, and all that has to be counted is counted after
 * the write. And because code that has not run for a while is slow, it is run once for nothing before it counts: cold,
 * about 90 µs lie between the two, warm 2.
 */
export class Mover implements Disposable {
  readonly #files: Pick<Files, "write">;
  readonly #buffer: Uint8Array;
  readonly #stage: Stage;
  readonly #nowhere: Sink;
  #warmedUp: number | undefined;

  /** @param buffer one for all: between a read and its write nothing else runs */
  constructor(deps: { files: Pick<Files, "write">; fifos: Pick<Fifos, "openStage"> }, buffer: Uint8Array) {
    this.#files = deps.files;
    this.#buffer = buffer;
    this.#stage = deps.fifos.openStage();
    const passage: Passage = { room: Infinity, descriptor: this.#stage.destination, settle() {} };
    this.#nowhere = { write() {}, passage: () => passage };
  }

  /** One read, and its write; the bytes moved. A read that does not fill the buffer has emptied the FIFO, pipe(7). */
  move(from: Pick<Fifo, "read">, to: Sink): number {
    const passage = to.passage();
    const count = from.read(this.#buffer);
    if (count === 0) return 0;
    const bytes = this.#buffer.subarray(0, count);
    if (passage === undefined || count > passage.room) to.write(bytes);
    else this.#pass(passage, bytes);
    return count;
  }

  #pass(passage: Passage, bytes: Uint8Array): void {
    let landed = 0;
    try {
      landed = this.#files.write(passage.descriptor, bytes);
    } catch (error) {
      return passage.settle(bytes, { landed, error });
    }
    passage.settle(bytes, { landed });
  }

  /** Moves a few zeros to /dev/null, once in a round. @param round the time that it began at */
  warmUp(round: number): void {
    if (round === this.#warmedUp) return;
    this.#warmedUp = round;
    this.move(this.#stage.source, this.#nowhere);
  }

  /** Bytes that one read can bring. */
  get most(): number {
    return this.#buffer.length;
  }

  [Symbol.dispose](): void {
    this.#stage[Symbol.dispose]();
  }
}
