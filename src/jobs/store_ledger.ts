import { cannot, messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { Clock, Timer } from "../system/clock.ts";
import type { Change, JobMemory, Ledger, LedgerQuery, Pause, Remembered } from "./ledger.ts";
import { type Row, runOfRow, type Value } from "./ledger_rows.ts";
import {
  historySql,
  keep,
  LAST_ID,
  LOAD_JOBS,
  LOAD_LAST,
  LOAD_MEMORY,
  LOAD_OPEN,
  ONE_RUN,
  PAUSE_KEY,
  pruneSql,
  type Statement,
  statementsOf,
} from "./ledger_sql.ts";
import type { Run } from "./run.ts";

/** What the ledger needs of a database. */
export interface Books {
  /** One transaction; resolves when it is on disk. */
  write(statements: readonly Statement[]): Promise<readonly { readonly changes: number }[]>;
  read(sql: string, params?: readonly Value[]): Promise<readonly Row[]>;
}

export interface LedgerDeps {
  readonly books: Books;
  readonly clock: Clock;
  readonly log: Logger;
  /** Whether an error is the host's fault and may pass. */
  readonly mayPass: (error: unknown) => boolean;
}

/** Statements that wait in memory at the most while the database is away. */
const MOST_WAITING = 50_000;
/** Milliseconds between two tries to write what waits. */
const RETRY_MS = 1000;

/**
 * The books in a database. When it fails, what was to be written waits in memory and is written when it is back, in its
 * order; what does not fit there is counted.
 */
export class StoreLedger implements Ledger, Disposable {
  readonly #deps: LedgerDeps;
  #waiting: Statement[] = [];
  #lost = 0;
  #error: string | undefined;
  #timer: Timer | undefined;
  #flushed = Promise.resolve();

  constructor(deps: LedgerDeps) {
    this.#deps = deps;
  }

  async load(): Promise<Remembered> {
    const { books } = this.#deps;
    const [jobs, ended, open, [last], [pause]] = await Promise.all([
      books.read(LOAD_JOBS),
      books.read(LOAD_LAST),
      books.read(LOAD_OPEN),
      books.read(LAST_ID),
      books.read(LOAD_MEMORY, [PAUSE_KEY]),
    ]);
    const runs = new Map(ended.map(runOfRow).map((run) => [run.id, run]));
    return {
      jobs: new Map(jobs.map((row) => [row.name as string, memoryOfRow(row, runs)])),
      open: open.map(runOfRow),
      pause: pause === undefined ? null : JSON.parse(pause.value as string) as Pause | null,
      lastId: (last?.id ?? 0) as number,
    };
  }

  async record(change: Change): Promise<ReadonlySet<number>> {
    const statements = statementsOf(change);
    if (statements.length === 0) return new Set();
    if (this.#waiting.length > 0) return this.#wait(statements);
    try {
      const results = await this.#deps.books.write(statements);
      return new Set((change.insert ?? []).filter((_, index) => results[index]?.changes === 0).map(({ id }) => id));
    } catch (error) {
      if (!this.#deps.mayPass(error)) throw error;
      this.#error = messageOf(error);
      if (this.#waiting.length === 0) {
        this.#deps.log.error("the history of jobs cannot be written, it waits in memory; jobs go on", { error });
      }
      return this.#wait(statements);
    }
  }

  #wait(statements: readonly Statement[]): ReadonlySet<number> {
    if (this.#waiting.length + statements.length > MOST_WAITING) this.#lost += statements.length;
    else this.#waiting.push(...statements);
    this.#timer ??= this.#deps.clock.after(RETRY_MS, () => void this.#retry());
    return new Set();
  }

  async #retry(): Promise<void> {
    this.#timer = undefined;
    await this.flush();
    if (this.#waiting.length > 0) this.#timer = this.#deps.clock.after(RETRY_MS, () => void this.#retry());
  }

  /** Writes what waits, if that is possible now: one after the other, as each takes what it has written off the front. */
  flush(): Promise<void> {
    return this.#flushed = this.#flushed.then(() => this.#writeWaiting());
  }

  async #writeWaiting(): Promise<void> {
    const batch = this.#waiting.slice();
    if (batch.length === 0) return;
    try {
      await this.#deps.books.write(batch);
    } catch (error) {
      if (!this.#deps.mayPass(error)) throw error;
      this.#error = messageOf(error);
      return;
    }
    this.#waiting = this.#waiting.slice(batch.length);
    if (this.#waiting.length > 0) return;
    this.#error = undefined;
    this.#deps.log.info("the history of jobs is written again", { late: batch.length, lost: this.#lost });
  }

  async history(query: LedgerQuery): Promise<readonly Run[]> {
    const { sql, params } = historySql(query);
    return (await this.#read(sql, params)).map(runOfRow);
  }

  async run(id: number): Promise<Run | undefined> {
    const [row] = await this.#read(ONE_RUN, [id]);
    return row === undefined ? undefined : runOfRow(row);
  }

  async #read(sql: string, params: readonly Value[]): Promise<readonly Row[]> {
    try {
      return await this.#deps.books.read(sql, params);
    } catch (error) {
      if (!this.#deps.mayPass(error)) throw error;
      throw cannot(["read", "the history of jobs"], messageOf(error), {
        exit: "unavailable",
        hint: "see what is wrong with the database: appd health",
        cause: error,
      });
    }
  }

  /** A text that somebody kept; undefined when there is none. */
  async recall(key: string): Promise<string | undefined> {
    const [row] = await this.#read(LOAD_MEMORY, [key]);
    return row?.value as string | undefined;
  }

  /** Keeps a text. Rejects when it could not be written. */
  async keep(key: string, value: string): Promise<void> {
    await this.#deps.books.write([keep(key, value)]);
  }

  async prune(job: string, limits: { readonly keep: number; readonly before: number }): Promise<void> {
    try {
      await this.#deps.books.write([pruneSql(job, limits)]);
    } catch (error) {
      if (!this.#deps.mayPass(error)) throw error; // There is always a next time.
    }
  }

  get problem(): string | undefined {
    if (this.#waiting.length === 0 && this.#lost === 0) return undefined;
    const lost = this.#lost === 0 ? "" : `, ${this.#lost} lost`;
    return `${this.#waiting.length} changes of the history wait to be written${lost}: ${this.#error ?? "retrying"}`;
  }

  /** Hands out what waits, for who can keep it elsewhere: it is not written any more. */
  takeWaiting(): readonly Statement[] {
    return this.#waiting.splice(0);
  }

  /** What could not be written by now, and nobody took, is lost, and that is said. */
  [Symbol.dispose](): void {
    const { problem } = this;
    if (problem !== undefined) this.#deps.log.error("a part of the history of jobs is lost at the end", { problem });
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }
}

function memoryOfRow(row: Row, runs: ReadonlyMap<number, Run>): JobMemory {
  const runOf = (id: unknown) => runs.get(id as number) ?? null;
  return {
    name: row.name as string,
    mark: row.mark as string,
    place: row.cursor === null ? null : { cursor: row.cursor as number, seq: (row.seq ?? 0) as number },
    number: row.number as number,
    lastRun: runOf(row.last_run),
    lastSkip: runOf(row.last_skip),
    pause: row.paused === 0 ? null : { until: (row.paused_until ?? null) as number | null },
  };
}
