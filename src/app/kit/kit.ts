import type { JobStatus, RunPage, RunQuery, RunReport } from "../../base/job_reports.ts";
import type { Logger } from "../../base/logger.ts";
import type { SchedulerStatus } from "../../base/scheduler_status.ts";
import type { Clock } from "../../system/clock.ts";
import type { Row, SqlValue, Statement, StatementResult } from "../../store/store.ts";

/** What the code of an app is given, wherever it runs in the daemon. `C` is its configuration. */
export interface Kit<C> {
  /** Name and version of the app, as it defined them. */
  readonly name: string;
  readonly version: string;
  /** Name of the instance, `default` without `--name`. */
  readonly instance: string;
  /** Directory of the instance, absolute. */
  readonly home: string;
  /** Directory in which `start` or `run` was called, absolute. */
  readonly startedIn: string;
  /** The configuration that holds now; another object after a reload. */
  readonly config: C;
  /** Its records have the logger `NAME.services.SERVICE`, `NAME.jobs.JOB`, `NAME.checks.CHECK` or `NAME.routes`. */
  readonly log: Logger;
  readonly store: KitStore;
  readonly jobs: KitJobs;
  readonly clock: Clock;
}

/**
 * The app's tables. Rejects with an AppdError when the app has neither migrations nor jobs, with a StoreError as the store
 * does. Should the file be lost while the daemon runs, an empty one takes its place, in which ids begin anew.
 */
export interface KitStore {
  /** The rows of one SELECT. It sees every write that has resolved, and may overtake others. */
  read(sql: string, params?: readonly SqlValue[]): Promise<readonly Row[]>;
  /** Runs the statements as one transaction: all of them or none. Resolves when they are on disk. */
  write(statements: readonly Statement[]): Promise<readonly StatementResult[]>;
}

/** The jobs of this daemon: the app's own, and those of the configuration file. */
export interface KitJobs {
  /**
   * Triggers a job. Resolves when the run is recorded: queued, running, or skipped with its reason.
   *
   * @param options `key`: two calls with one key are one run; `payload`: text for the run, 64 KiB at the most
   * @throws AppdError (notRunning) when there is no such job
   */
  trigger(job: string, options?: { readonly key?: string; readonly payload?: string }): Promise<RunReport>;
  status(): readonly JobStatus[];
  /** Of the job of that name; undefined when there is none. */
  statusOf(job: string): JobStatus | undefined;
  scheduler(): SchedulerStatus;
  history(query: RunQuery): Promise<RunPage>;
}
