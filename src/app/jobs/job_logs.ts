import { join } from "node:path";
import { messageOf } from "../../base/errors.ts";
import type { Logger } from "../../base/logger.ts";
import { LOG_NAME } from "../../programs/adoption.ts";
import { PLAIN_LOG, type ProgramLog, type ProgramOutput } from "../../programs/program_spec.ts";
import { createValve } from "../../programs/valve.ts";
import type { Clock } from "../../system/clock.ts";
import type { Files } from "../../system/files.ts";
import { type Inlet, Interleaver } from "./interleave.ts";

/** Ports of {@link JobLogs}. */
export interface JobLogsOptions {
  readonly clock: Pick<Clock, "monotonic">;
  readonly files: Pick<Files, "makeDirectory" | "stat">;
  readonly log: Logger;
  /** Name of ours, of the marks that stand where bytes are missing. Default `appd`. */
  readonly program?: string;
  /** Of all jobs; each has a directory of its own in it, 0700. */
  readonly directory: string;
  /** May throw an AppdError. */
  readonly openOutput: (job: string, order: { readonly settings: ProgramLog; readonly path: string }) => ProgramOutput;
}

/** The log of a job while anything of it runs. */
interface OpenLog {
  readonly output: ProgramOutput;
  readonly runs: Interleaver;
  users: number;
}

/** The logs of all jobs. A job of which nothing runs costs neither a descriptor nor a timer. */
export class JobLogs {
  readonly #options: JobLogsOptions;
  readonly #open = new Map<string, OpenLog>();
  #settings: ReadonlyMap<string, ProgramLog> = new Map();

  constructor(options: JobLogsOptions) {
    this.#options = options;
  }

  /** How the logs are kept from now on, by job. What of an open one cannot change holds from its next opening on. */
  configure(settings: ReadonlyMap<string, ProgramLog>): void {
    this.#settings = settings;
    for (const [job, { output }] of this.#open) output.setPolicy?.(this.#settingsOf(job).policy);
  }

  #settingsOf(job: string): ProgramLog {
    return this.#settings.get(job) ?? PLAIN_LOG;
  }

  pathOf(job: string): string {
    return join(this.#options.directory, job, LOG_NAME);
  }

  /**
   * A way into the log for one run, until it is closed.
   *
   * @param options.goesOn it is one that had begun to write under an earlier daemon
   * @throws AppdError when the log cannot be opened
   */
  join(job: string, { goesOn }: { readonly goesOn: boolean }): Inlet {
    const log = this.#open.get(job) ?? this.#begin(job);
    if (!goesOn && log.users === 0) log.output.endLine?.(); // Of a run that died with an earlier daemon.
    log.users++;
    const inlet = log.runs.join();
    const close = () => {
      inlet.close();
      log.users--;
      if (log.users > 0 || this.#open.get(job) !== log) return;
      this.#open.delete(job);
      void this.#close(job, log);
    };
    return { write: inlet.write, passage: inlet.passage, close };
  }

  /** Sees to it that the job has a directory. Throws what node throws. */
  makePlace(job: string): void {
    this.#options.files.makeDirectory(join(this.#options.directory, job), 0o700);
  }

  #begin(job: string): OpenLog {
    const output = this.#openOutput(job);
    const { clock, program } = this.#options;
    const valve = createValve({ output, overflow: this.#settingsOf(job).overflow, clock, program });
    const runs = new Interleaver({
      write: (bytes) => valve.write(bytes),
      passage: () => valve.passage(),
      endLine: () => output.endLine?.(),
    });
    const log = { output, runs, users: 0 };
    this.#open.set(job, log);
    return log;
  }

  #openOutput(job: string): ProgramOutput {
    return this.#options.openOutput(job, { settings: this.#settingsOf(job), path: this.pathOf(job) });
  }

  async #close(job: string, { output }: Pick<OpenLog, "output">): Promise<void> {
    try {
      await output.close();
    } catch (error) {
      this.#options.log.warn("cannot close the log of a job", { job, error: messageOf(error) });
    }
  }

  /** What is wrong with the logs that are written at present, one line each. */
  problems(): string[] {
    return [...this.#open].flatMap(([job, { output }]) =>
      output.problem === undefined ? [] : [`${job}: ${output.problem.error}`]
    );
  }

  /** Rotates the logs of all jobs, also of those that do not run. Rejects when one could not be, after all were tried. */
  async rotate(): Promise<void> {
    const idle = [...this.#settings.keys()].filter((job) => !this.#open.has(job));
    const open = [...this.#open.values()].map(({ output }) => output.rotate());
    const results = [...await Promise.allSettled(open), ...await this.#rotateIdle(idle)];
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  /** One after the other: there may be thousands, and each takes a descriptor. */
  async #rotateIdle(jobs: readonly string[]): Promise<PromiseSettledResult<void>[]> {
    const results: PromiseSettledResult<void>[] = [];
    for (const job of jobs) {
      if (this.#open.has(job) || (this.#options.files.stat(this.pathOf(job))?.size ?? 0) === 0) continue;
      results.push(...await Promise.allSettled([this.#rotateOne(job)]));
    }
    return results;
  }

  /** Opened as for a run: should one begin meanwhile, it finds it open. */
  async #rotateOne(job: string): Promise<void> {
    const inlet = this.join(job, { goesOn: true });
    try {
      await this.#open.get(job)?.output.rotate();
    } finally {
      inlet.close();
    }
  }

  reopen(): void {
    for (const { output } of this.#open.values()) output.reopen();
  }

  async close(): Promise<void> {
    const all = [...this.#open];
    this.#open.clear();
    await Promise.all(all.map(([job, log]) => this.#close(job, log)));
  }
}
