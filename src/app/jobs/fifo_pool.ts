import { join } from "node:path";
import { errnoOf } from "../../base/errors.ts";
import type { Fifos } from "../../system/fifo.ts";
import type { Files } from "../../system/files.ts";

/** Those that wait; no job is called like this, names do not begin with a dot. */
const IDLE = /^\.idle-(\d+)\.fifo$/;
/**
 * FIFOs that are made at once: one more is cheap, one more process to make it is not. Twice as many each time that they
 * were too few.
 */
const BATCH = { first: 4, most: 64 };

interface FifoPoolOptions {
  readonly fifos: Pick<Fifos, "ensure" | "prepare" | "isHeld">;
  readonly files: Pick<Files, "list" | "rename" | "unlink">;
  /** Of all jobs. */
  readonly directory: string;
}

/**
 * FIFOs for runs. Only a tool can make one, which takes as long as to start the run itself; so a FIFO that nobody has open
 * any more is used again, under another name. While a run has it, it has the run's name: so the next daemon finds it.
 */
export class FifoPool {
  readonly #options: FifoPoolOptions;
  /** Paths of those that wait. */
  readonly #idle: string[];
  #made: number;
  #batch = BATCH.first;

  /** Takes up those that an earlier daemon left. Throws what node throws. */
  constructor(options: FifoPoolOptions) {
    this.#options = options;
    const { files, directory } = options;
    const names = files.list(directory).filter((name) => IDLE.test(name));
    this.#idle = names.map((name) => join(directory, name));
    this.#made = Math.max(0, ...names.map((name) => Number(IDLE.exec(name)?.[1])));
  }

  /** Puts a FIFO that nobody has open at `path`, whose directory is there. Throws what node throws. */
  take(path: string): void {
    const { fifos, files } = this.#options;
    this.prepare();
    const from = this.#idle.pop() ?? this.#nextName();
    if (fifos.isHeld(from)) files.unlink(from);
    fifos.ensure(from);
    files.rename(from, path);
  }

  /** Makes some when none waits: better before there is a hurry. */
  prepare(): void {
    if (this.#idle.length > 0) return;
    const paths = Array.from({ length: this.#batch }, () => this.#nextName());
    this.#batch = Math.min(BATCH.most, this.#batch * 2);
    this.#options.fifos.prepare(paths); // What it could not make is made, or refused with words, by `ensure`.
    this.#idle.push(...paths);
  }

  #nextName(): string {
    return join(this.#options.directory, `.idle-${++this.#made}.fifo`);
  }

  /** Takes back the FIFO at `path`; false, and nothing, when somebody has it open. */
  give(path: string): boolean {
    const { fifos, files } = this.#options;
    if (fifos.isHeld(path)) return false;
    const to = this.#nextName();
    try {
      files.rename(path, to);
      this.#idle.push(to);
    } catch (error) {
      if (errnoOf(error) === undefined) throw error; // Somebody removed it.
    }
    return true;
  }

  /** Removes the FIFO at `path`, whoever has it. */
  drop(path: string): void {
    this.#options.files.unlink(path);
  }
}
