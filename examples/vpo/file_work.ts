import { extname } from "node:path";
import type { KitStore, LogFields, Logger } from "../../src/mod.ts";
import { type Changes, FileBook, type FileRecord, type Held, type Step, type Turn } from "./file_book.ts";
import type { FileEvent } from "./file_state.ts";
import { Refusal } from "./refusal.ts";
import type { Library } from "./settings.ts";
import { workshopPrefix } from "./target.ts";

/** What a run needs of the daemon. */
export interface WorkPorts {
  readonly store: KitStore;
  readonly clock: { now(): number; monotonic(): number };
  readonly log: Logger;
  readonly library: Library;
  readonly signal: AbortSignal;
  readonly run: { readonly id: number; readonly attempt: number };
}

/** One run's work on one file: what all of its steps share. */
export class FileWork {
  readonly file: FileRecord;
  readonly library: Library;
  readonly signal: AbortSignal;
  readonly run: WorkPorts["run"];
  /** Every record has `job_id` and `file_path`. */
  readonly log: Logger;
  readonly #book: FileBook;
  readonly #held: Held;
  readonly #monotonic: () => number;
  readonly #steps: Step[] = [];
  /** Where the file goes; undefined while that is open. */
  #decision: Changes | undefined;

  private constructor(file: FileRecord, book: FileBook, ports: WorkPorts) {
    this.file = file;
    this.#held = { ...file, runId: ports.run.id };
    if (file.state === "moving") this.#decision = file;
    this.#book = book;
    this.library = ports.library;
    this.signal = ports.signal;
    this.run = ports.run;
    this.log = about(ports.log, { job_id: ports.run.id, file_path: file.path });
    this.#monotonic = () => ports.clock.monotonic();
  }

  /** Takes the file that a run is for; undefined when the run comes too late. */
  static async begin(turn: Turn, ports: WorkPorts): Promise<FileWork | undefined> {
    const book = new FileBook(ports.store, () => ports.clock.now());
    const file = await book.begin({ ...turn, runId: ports.run.id });
    return file && new FileWork(file, book, ports);
  }

  /** How what this run makes of the file is called in a workshop. */
  get workshopName(): string {
    const { file, run } = this;
    return `${workshopPrefix(file)}${file.attempt}-${run.attempt}${extname(file.path)}`;
  }

  /** Does one step and notes how it went, in the log and for the record. */
  async step<T>(name: Step["name"], work: () => Promise<T>): Promise<T> {
    const began = this.#monotonic();
    this.log.debug("step begins", { step: name });
    const end = (outcome: Step["outcome"], detail: string | null) => {
      const ms = Math.round(this.#monotonic() - began);
      this.#steps.push({ name, outcome, ms, detail });
      this.log[outcome === "failed" ? "warn" : "info"]("step ended", {
        ...{ step: name, outcome, duration_ms: ms },
        ...(detail === null ? {} : { detail }),
      });
    };
    try {
      const result = await work();
      end("ok", null);
      return result;
    } catch (error) {
      const outcome = this.signal.aborted ? "cancelled" : error instanceof Refusal ? "refused" : "failed";
      end(outcome, error instanceof Error ? error.message : String(error));
      throw error;
    }
  }

  /** Writes down where the file is going to be, before it is there. */
  async decide(changes: Changes): Promise<void> {
    this.#decision = changes;
    await this.#book.decide(this.#held, changes);
  }

  async child(mark: string | null): Promise<void> {
    await this.#book.child(this.#held, mark);
  }

  /** Writes down how the run ended for the file. */
  async conclude(event: FileEvent, changes: Changes = {}): Promise<void> {
    const steps = this.#steps.splice(0);
    await this.#book.conclude(event, this.#held, { changes, steps, decision: this.#decision });
  }
}

function about(log: Logger, fields: LogFields): Logger {
  return {
    debug: (message, more) => log.debug(message, { ...fields, ...more }),
    info: (message, more) => log.info(message, { ...fields, ...more }),
    warn: (message, more) => log.warn(message, { ...fields, ...more }),
    error: (message, more) => log.error(message, { ...fields, ...more }),
  };
}
