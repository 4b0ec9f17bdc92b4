import type { RunQuery } from "../base/job_reports.ts";
import type { Run } from "./run.ts";
import type { Place } from "./timetable.ts";

/** What is kept of a job between two daemons. */
export interface JobMemory {
  readonly name: string;
  /** Of its times; when they change, the place in them is worth nothing. */
  readonly mark: string;
  readonly place: Place | null;
  /** Triggers so far. */
  readonly number: number;
  readonly lastRun: Run | null;
  readonly lastSkip: Run | null;
  readonly pause: Pause | null;
}

/** Wall time in milliseconds; null: until somebody resumes. */
export interface Pause {
  readonly until: number | null;
}

/** What an earlier daemon left. */
export interface Remembered {
  readonly jobs: ReadonlyMap<string, JobMemory>;
  /** Without an outcome, by id. */
  readonly open: readonly Run[];
  readonly pause: Pause | null;
  readonly lastId: number;
}

/** One change of the books: all of it or nothing. */
export interface Change {
  /** New lines. One whose slot has a line already is left out, and named in the answer. */
  readonly insert?: readonly Run[];
  readonly update?: readonly Run[];
  readonly jobs?: readonly JobMemory[];
  /** Of the whole scheduler; null: not paused. */
  readonly pause?: Pause | null;
  readonly anew?: Anew;
}

/** What books have to know that took the place of others, and that may have lines of their own. */
export interface Anew {
  /** As `update`; a line of another run that has the number of one of these gets another number. */
  readonly runs: readonly Run[];
  /** The last number that a run got. */
  readonly lastId: number;
  /** Texts of others, by their keys. */
  readonly texts: Readonly<Record<string, string>>;
}

/** Which lines of history, newest first. */
export interface LedgerQuery extends RunQuery {
  readonly slot?: string;
}

/** The books of the jobs room. */
export interface Ledger {
  load(): Promise<Remembered>;
  /**
   * Resolves when the change is on disk, or when the store has failed and the change is kept in memory until it is back:
   * no job waits for a disk. Never rejects.
   *
   * @returns ids of the lines that were left out
   */
  record(change: Change): Promise<ReadonlySet<number>>;
  history(query: LedgerQuery): Promise<readonly Run[]>;
  run(id: number): Promise<Run | undefined>;
  /** Removes ended lines of a job that are beyond its limits, a few at a time. */
  prune(job: string, limits: { readonly keep: number; readonly before: number }): Promise<void>;
  /** Why not everything is on disk; undefined when it is. */
  readonly problem: string | undefined;
}
