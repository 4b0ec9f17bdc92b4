import { join } from "node:path";
import { messageOf } from "../base/errors.ts";
import { FIFO_NAME, LOG_NAME } from "./adoption.ts";
import { Capture } from "./capture.ts";
import type { Shared } from "./deps.ts";
import type { ProgramOutput, ProgramSpec } from "./program_spec.ts";
import { createValve, type Valve } from "./valve.ts";

/** Who hears of a stream: of what goes wrong, and, while there is a listener, of the bytes, after they were written. */
export interface StreamListener {
  readonly trouble: (what: string, error: string) => void;
  readonly listener: () => ((bytes: Uint8Array) => void) | undefined;
}

/** A program's way from its stdout to its log: the FIFO while it runs, the log for as long as it is configured. */
export class Stream {
  readonly #shared: Shared;
  readonly #trouble: (what: string, error: string) => void;
  readonly #listener: StreamListener["listener"];
  readonly #name: string;
  readonly directory: string;
  readonly logFile: string;
  #output: ProgramOutput | undefined;
  #valve: Valve | undefined;
  #capture: Capture | undefined;

  constructor(shared: Shared, name: string, to: StreamListener) {
    this.#shared = shared;
    this.#trouble = to.trouble;
    this.#listener = to.listener;
    this.#name = name;
    this.directory = join(shared.directory, name);
    this.logFile = join(this.directory, LOG_NAME);
  }

  /** The descriptor for a child's stdout and stderr. Throws when the log or the FIFO cannot be opened. */
  open(spec: ProgramSpec): number {
    if (this.#capture !== undefined) {
      this.#capture.expect();
      return this.#capture.descriptor;
    }
    const { fifos, files, rounds, mover, keeper } = this.#shared;
    files.makeDirectory(this.directory, 0o700);
    this.#openOutput(spec);
    this.#capture = new Capture({
      fifos,
      rounds,
      mover,
      path: join(this.directory, FIFO_NAME),
      sink: {
        write: (bytes) => {
          this.#valve?.write(bytes);
          this.#listener()?.(bytes);
        },
        passage: () => this.#listener() === undefined ? this.#valve?.passage() : undefined,
      },
      onTrouble: (error) => this.#trouble("read the output", error),
    });
    keeper?.hold(this.#name, this.#capture.fresh);
    return this.#capture.descriptor;
  }

  /**
   * As {@link open}, for a program that is to be started: the last descriptors are not for it, a daemon that has none does
   * not answer. Throws EMFILE then, which passes when others end.
   */
  openForStart(spec: ProgramSpec): number {
    if (this.#capture !== undefined || this.#shared.fifos.hasRoom()) return this.open(spec);
    throw Object.assign(new Error("EMFILE: the last descriptors are kept free"), { code: "EMFILE" });
  }

  #openOutput(spec: ProgramSpec): void {
    if (this.#output !== undefined) return;
    this.#output = this.#shared.openOutput(spec, this.logFile);
    const { clock, program } = this.#shared;
    this.#valve = createValve({ output: this.#output, overflow: spec.log.overflow, clock, program });
  }

  /** Takes up changed log settings. Throws when the log cannot be opened anew; then the old one goes on. */
  async change(from: ProgramSpec, to: ProgramSpec): Promise<void> {
    const old = this.#output;
    if (old === undefined || JSON.stringify(from.log) === JSON.stringify(to.log)) return;
    const { timestamp, overflow } = from.log;
    if (old.setPolicy !== undefined && timestamp === to.log.timestamp && overflow === to.log.overflow) {
      return old.setPolicy(to.log.policy);
    }
    this.#output = undefined;
    try {
      this.#openOutput(to);
    } catch (error) {
      this.#output = old;
      throw error;
    }
    await old.close();
  }

  /** A main process has ended: what it wrote is in the FIFO, and its last line may want an end. */
  settle(): void {
    this.#capture?.drain();
    this.#output?.endLine?.();
  }

  /** Nothing runs: the rest is read, the FIFO let go. The log stays open for rotation. */
  rest(): void {
    this.#shared.keeper?.release(this.#name);
    this.#letGo();
    this.#output?.endLine?.();
  }

  #letGo(): void {
    this.#capture?.[Symbol.dispose]();
    this.#capture = undefined;
  }

  get problem(): ProgramOutput["problem"] {
    return this.#output?.problem;
  }

  async rotate(): Promise<void> {
    await this.#output?.rotate();
  }

  reopen(): void {
    this.#output?.reopen();
  }

  /** Lets go of everything. A program that still runs will go on with the line that it has begun. */
  async close(): Promise<void> {
    this.#letGo();
    const output = this.#output;
    this.#output = undefined;
    await output?.close().catch((error) => this.#trouble("close the log", messageOf(error)));
  }
}

/**
 * Takes into its log what a program said while no daemon ran, and had not been read when it ended.
 *
 * @param spec its configuration, or what is known of it
 */
export function salvage(shared: Shared, spec: ProgramSpec): void {
  const { log } = shared;
  const stream = new Stream(
    shared,
    spec.name,
    { trouble: (what, error) => log.warn(`cannot ${what}`, { program: spec.name, error }), listener: () => undefined },
  );
  try {
    stream.open(spec);
    stream.rest();
  } catch (error) {
    log.warn("cannot take up the last words of a program", { program: spec.name, error });
  }
  void stream.close();
}
