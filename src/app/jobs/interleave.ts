import type { Passage } from "../../programs/program_spec.ts";

const NEWLINE = 0x0a;
/** Bytes that a run may have to wait with until the line of another one has ended. */
const MOST_HELD = 64 * 1024;

/** Where the lines of all runs come together. */
export interface Confluence {
  write(bytes: Uint8Array): void;
  passage(): Passage | undefined;
  /** Ends a line that was left open. */
  endLine(): void;
}

/** A run's way into the log of its job. */
export interface Inlet {
  write(bytes: Uint8Array): void;
  /** See ProgramOutput; undefined while a line of this run could be torn by another run, or tear one. */
  passage(): Passage | undefined;
  /** Nothing more comes: what is held goes out, and a line that is open is ended. */
  close(): void;
}

interface Writer {
  held: Uint8Array[];
  heldBytes: number;
}

/**
 * Lets runs of one job write into one log at the same time, a whole line at a time. A run that is alone writes through;
 * of several, each waits with the line that it has begun until it is ended. A line of more than 64 KiB is not waited for.
 */
export class Interleaver {
  readonly #into: Confluence;
  readonly #writers = new Set<Writer>();
  /** Who wrote a line that has not ended. */
  #open: Writer | undefined;

  constructor(into: Confluence) {
    this.#into = into;
  }

  join(): Inlet {
    const writer: Writer = { held: [], heldBytes: 0 };
    this.#writers.add(writer);
    return {
      write: (bytes) => this.#write(writer, bytes),
      passage: () => this.#passage(writer),
      close: () => this.#leave(writer),
    };
  }

  #write(writer: Writer, bytes: Uint8Array): void {
    if (this.#open !== undefined && this.#open !== writer) return this.#hold(writer, bytes);
    const through = this.#through(writer, bytes);
    if (through > 0) {
      this.#release(writer);
      this.#put(writer, bytes.subarray(0, through));
    }
    if (through < bytes.length) this.#hold(writer, bytes.subarray(through));
    if (this.#open === undefined) this.#goOn();
  }

  /** How much of `bytes` can be written at once. */
  #through(writer: Writer, bytes: Uint8Array): number {
    if (this.#writers.size === 1) return bytes.length;
    const lines = bytes.lastIndexOf(NEWLINE) + 1;
    return lines === 0 && this.#open === writer ? bytes.length : lines;
  }

  #put(writer: Writer, bytes: Uint8Array): void {
    this.#into.write(bytes);
    this.#open = bytes.at(-1) === NEWLINE ? undefined : writer;
  }

  #hold(writer: Writer, bytes: Uint8Array): void {
    writer.held.push(bytes.slice()); // The buffer is used again.
    writer.heldBytes += bytes.length;
    if (writer.heldBytes > MOST_HELD) this.#force(writer);
  }

  /** Writes what is held although somebody else's line is open, which is ended. */
  #force(writer: Writer): void {
    if (writer.heldBytes === 0) return;
    if (this.#open !== undefined && this.#open !== writer) this.#into.endLine();
    this.#release(writer);
  }

  #release(writer: Writer): void {
    const { held } = writer;
    writer.held = [];
    writer.heldBytes = 0;
    for (const bytes of held) this.#put(writer, bytes);
  }

  /** A line has ended: those who waited for that write theirs. */
  #goOn(): void {
    for (const writer of this.#writers) {
      const { held } = writer;
      const last = held.findLastIndex((bytes) => bytes.includes(NEWLINE));
      if (last < 0) continue;
      const bytes = held[last] ?? new Uint8Array();
      const end = bytes.lastIndexOf(NEWLINE) + 1;
      for (const whole of held.slice(0, last)) this.#into.write(whole);
      this.#into.write(bytes.subarray(0, end));
      writer.held = [bytes.subarray(end), ...held.slice(last + 1)].filter((one) => one.length > 0);
      writer.heldBytes = writer.held.reduce((sum, one) => sum + one.length, 0);
    }
  }

  #passage(writer: Writer): Passage | undefined {
    if (this.#writers.size > 1 || writer.heldBytes > 0) return undefined;
    const passage = this.#into.passage();
    return passage === undefined ? undefined : {
      room: passage.room,
      descriptor: passage.descriptor,
      settle: (bytes, result) => {
        passage.settle(bytes, result);
        this.#open = bytes.at(-1) === NEWLINE ? undefined : writer;
      },
    };
  }

  #leave(writer: Writer): void {
    this.#force(writer);
    this.#writers.delete(writer);
    if (this.#open === writer) {
      this.#into.endLine();
      this.#open = undefined;
    }
    if (this.#open === undefined) this.#goOn();
  }
}
