import type { Clock } from "../system/clock.ts";
import type { Passage, ProgramOutput } from "./program_spec.ts";

/** A write that takes longer than this many milliseconds means that the destination cannot keep up. */
const SLOW = 100;
/** For so many milliseconds output is then shed. */
const SHED_FOR = 500;
const NEWLINE = 0x0a;

/** What stands between a program's FIFO and its log. */
export interface Valve {
  write(bytes: Uint8Array): void;
  /** The output's own, where nothing is ever shed; a `drop` takes the time of every write. */
  passage(): Passage | undefined;
  /** Bytes shed so far; always 0 with `block`. */
  readonly shed: number;
}

export interface ValveOptions {
  readonly output: Pick<ProgramOutput, "write" | "passage">;
  readonly overflow: "block" | "drop";
  readonly clock: Pick<Clock, "monotonic">;
  /** Whose mark stands where bytes were shed. Default `appd`. */
  readonly program?: string | undefined;
}

/**
 * `block`: a slow log slows the program down, as a terminal would, because nothing is read while a write lasts.
 * `drop`: after a slow write whole lines are shed for a while, and a line in the log says how many bytes.
 */
export function createValve(options: ValveOptions): Valve {
  const { output, overflow } = options;
  return overflow === "block"
    ? { write: (bytes) => output.write(bytes), passage: () => output.passage?.(), shed: 0 }
    : new DroppingValve(options);
}

class DroppingValve implements Valve {
  readonly #options: ValveOptions;
  #shedUntil = -Infinity;
  #shedding = false;
  #midLine = false;
  #gap = 0;
  shed = 0;

  constructor(options: ValveOptions) {
    this.#options = options;
  }

  passage(): undefined {
    return undefined;
  }

  write(bytes: Uint8Array): void {
    const shed = this.#options.clock.monotonic() < this.#shedUntil;
    if (shed) this.#close(bytes);
    else if (this.#shedding) this.#reopen(bytes);
    else this.#pass(bytes);
  }

  /** The line that has begun is written to its end, the rest is counted. */
  #close(bytes: Uint8Array): void {
    const end = this.#shedding ? 0 : this.#midLine ? bytes.indexOf(NEWLINE) + 1 : 0;
    if (!this.#shedding && this.#midLine && end === 0) return this.#pass(bytes);
    if (end > 0) this.#options.output.write(bytes.subarray(0, end));
    this.#midLine = false;
    this.#shedding = true;
    this.#count(bytes.length - end);
    this.#lineOpen = bytes.at(-1) !== NEWLINE;
  }

  /** Whether the shed bytes end within a line. */
  #lineOpen = false;

  #reopen(bytes: Uint8Array): void {
    const from = this.#lineOpen ? bytes.indexOf(NEWLINE) + 1 : 0;
    if (this.#lineOpen && from === 0) return this.#count(bytes.length);
    this.#count(from);
    this.#shedding = false;
    const { output, program = "appd" } = this.#options;
    output.write(new TextEncoder().encode(`[${program}] gap: ${this.#gap} bytes dropped\n`));
    this.#gap = 0;
    if (from < bytes.length) this.#pass(bytes.subarray(from));
  }

  #count(bytes: number): void {
    this.#gap += bytes;
    this.shed += bytes;
  }

  #pass(bytes: Uint8Array): void {
    const before = this.#options.clock.monotonic();
    this.#options.output.write(bytes);
    this.#midLine = bytes.at(-1) !== NEWLINE;
    const after = this.#options.clock.monotonic();
    if (after - before > SLOW) this.#shedUntil = after + SHED_FOR;
  }
}
