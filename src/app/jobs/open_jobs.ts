import { familyIn } from "../../base/instance_name.ts";
import type { JobStatus, RepositoryStatus, RunReport } from "../../base/job_reports.ts";
import type { SchedulerStatus } from "../../base/reports.ts";
import type { Health } from "../../health/health.ts";
import type { JobsApi } from "../../http/route.ts";
import { type JobEvent, jobLevel, jobSentence } from "../../jobs/events.ts";
import { jobStatus, runReport, schedulerStatus } from "../../jobs/job_report.ts";
import { Scheduler } from "../../jobs/scheduler.ts";
import type { Outcomes } from "../../jobs/tally.ts";
import { StoreLedger } from "../../jobs/store_ledger.ts";
import { GRACE_MS } from "../../jobs/timetable.ts";
import type { Config } from "../../schema/appd_schema.ts";
import type { ProgramEvent } from "../../programs/events.ts";
import { type Store, StoreError } from "../../store/store.ts";
import { sinceBoot } from "../../system/uptime.ts";
import type { OomWitness } from "../../system/out_of_memory.ts";
import type { Context } from "../context.ts";
import type { Journal } from "../events/journal.ts";
import type { Logs } from "../logs.ts";
import { addJobChecks } from "./job_checks.ts";
import { jobDraft, jobFields } from "./job_draft.ts";
import { jobsApi } from "./jobs_api.ts";
import type { PreparedJobs, StoreReport } from "./jobs.ts";
import { readPauses, rememberingPauses, writePauses } from "./pauses.ts";
import { CommitLog } from "./commit_log.ts";
import { WatchedRepositories } from "./watched_repositories.ts";
import { type JobRunner, openRunner } from "./runner.ts";
import { ownCount } from "./store_lists.ts";
import { functionOf } from "./function_work.ts";
import { hoursText, type Times } from "./times.ts";
import { keepUnwritten, writeKept } from "./unwritten.ts";

export type LogSettings = Config["log"];

export interface OpenJobsOptions {
  readonly context: Context;
  readonly logs: Logs;
  readonly health: Health;
  readonly journal: Journal;
  readonly oom: OomWitness;
  readonly times: Times;
  readonly logSettings: () => LogSettings;
  /** The database; whoever gives it closes it. */
  readonly store: Store;
  /** Hears of what happens to jobs, for notifications. */
  readonly onEvent: (event: JobEvent) => void;
}

/** Longest time that a check of our own may take, in milliseconds; it answers at once. */
const CHECK_TIMEOUT_MS = 1000;

/** Milliseconds between two looks at the clock. */
const TICK_MS = 1000;

/** How the states of programs are called in `on`, by the events that lead to them. */
const PROGRAM_STATES: Readonly<Partial<Record<ProgramEvent["kind"], string>>> = {
  started: "started",
  ready: "ready",
  failed: "failed",
  crash_loop: "crash_loop",
  ended: "exited",
  stopped: "stopped",
};

/** Builds what jobs need. */
export async function openJobs(options: OpenJobsOptions): Promise<OpenJobs> {
  await using parts = new AsyncDisposableStack();
  const { context, logs, store } = options;
  const { clock } = context.system;
  const log = logs.logging.logger("jobs");
  const mayPass = (error: unknown) => error instanceof StoreError;
  const ledger = parts.use(new StoreLedger({ books: store, clock, log, mayPass }));
  const runner = parts.use(openRunner(context, { logs, oom: options.oom }));
  await writeKept(placeOf(options), store).catch((error) => {
    if (!mayPass(error)) throw error;
    log.error("history that an earlier daemon kept cannot be written yet", { error });
  });
  return new OpenJobs(options, { ledger, runner, owned: parts.move() });
}

/** Where history waits for a database that does not take it. */
function placeOf({ context, logs }: OpenJobsOptions) {
  return { files: context.system.files, directory: context.paths.jobs, log: logs.logging.logger("jobs") };
}

interface Parts {
  readonly ledger: StoreLedger;
  readonly runner: JobRunner;
  readonly owned: AsyncDisposableStack;
}

/** Everything that a daemon with jobs has. */
export class OpenJobs implements AsyncDisposable {
  readonly #options: OpenJobsOptions;
  readonly #parts: Parts;
  readonly #scheduler: Scheduler;
  readonly #commitLog: CommitLog;
  readonly #repositories: WatchedRepositories;
  readonly api: JobsApi;
  #prepared: PreparedJobs | undefined;
  #loss: Disposable | undefined;
  #lagMs: number | null = null;
  /** Whether the log has been told that the scheduler has begun. */
  #isTold = false;
  /** What programs did before the jobs began: those are started first. */
  #early: ProgramEvent[] | undefined = [];

  constructor(options: OpenJobsOptions, parts: Parts) {
    this.#options = options;
    this.#parts = parts;
    const { ledger, runner, owned } = parts;
    const { store } = options;
    const { clock, files } = options.context.system;
    this.#scheduler = new Scheduler({
      clock,
      ledger: rememberingPauses(ledger, () => readPauses(files, options.context.paths.jobs)),
      runner,
      timingOf: (spec) => options.times.timingOf(spec),
      jitterOf: (spec, slotAt) => options.times.jitterOf(spec, slotAt),
      sinceBoot: () => sinceBoot(files),
      onEvent: (event) => this.#heard(event),
    });
    this.#commitLog = owned.use(new CommitLog(options.context, options.logs, options.logSettings));
    const around = { ledger, scheduler: this.#scheduler, commitLog: this.#commitLog };
    this.#repositories = owned.use(new WatchedRepositories(options, around));
    this.api = jobsApi(this.#scheduler, ledger);
    owned.use(this.#scheduler);
    owned.use(store.onReset((setAside) => this.#databaseLost(setAside)));
    owned.use(addJobChecks(options.health, { scheduler: this.#scheduler, ledger, store }));
    owned.use(clock.every(TICK_MS, () => this.#scheduler.tick()));
  }

  async apply(prepared: PreparedJobs): Promise<void> {
    const isFirst = this.#prepared === undefined;
    this.#prepared = prepared;
    this.#parts.runner.configure(prepared.jobs);
    if (isFirst) await this.#scheduler.begin(prepared);
    else this.#scheduler.apply(prepared);
    const looked = this.#repositories.apply(prepared.repositories);
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const event of early) this.tell(event);
    this.#tellBegin();
    await looked; // Whoever is told that we are ready may commit at once.
  }

  /** Says once, as soon as there are jobs, that they are scheduled from now on, and which time is the next. */
  #tellBegin(): void {
    const jobs = this.#scheduler.list().length;
    if (this.#isTold || jobs === 0) return;
    this.#isTold = true;
    const { paused, next_at: next } = this.scheduler();
    const log = this.#options.logs.logging.logger("scheduler");
    log.info("the scheduler has begun", { jobs, ...(next === null ? {} : { next }), ...(paused ? { paused } : {}) });
  }

  /** What is known goes into the new one; that the rest is gone stays to be seen until the next start. */
  #databaseLost(setAside: string): void {
    if (this.#prepared !== undefined) void this.#parts.ledger.record(this.#scheduler.snapshot());
    const what = setAside === "" ? "it was removed" : `the damaged one is kept as ${setAside}`;
    this.#loss ??= this.#parts.owned.use(this.#options.health.add("history", {
      critical: false,
      timeoutMs: CHECK_TIMEOUT_MS,
      check() {
        throw new Error(`the database was lost and begins anew: ${what}`);
      },
    }));
  }

  #heard(event: JobEvent): void {
    const { context, logs, journal, onEvent } = this.#options;
    if (event.kind === "job_pause") writePauses(context.system.files, context.paths.jobs, this.#scheduler.pauses());
    if (event.kind === "job_started") this.#measureLag(event);
    logs.logging.logger("jobs")[jobLevel(event)](jobSentence(event), jobFields(event));
    journal.note(jobDraft(event));
    onEvent(event);
  }

  /** Of slots that came at their time; one that was made up for says nothing. */
  #measureLag({ run }: Extract<JobEvent, { kind: "job_started" }>): void {
    const late = (run.startedAt ?? 0) - run.slotAt;
    const isTimed = run.cause.kind === "every" || run.cause.kind === "cron";
    if (isTimed && run.attempts === 1 && late >= 0 && late < GRACE_MS) this.#lagMs = late;
  }

  tell(event: ProgramEvent): void {
    const state = PROGRAM_STATES[event.kind];
    if (state === undefined) return;
    if (this.#early !== undefined) return void this.#early.push(event);
    for (const name of new Set([event.program, familyIn(event.program)])) {
      this.#scheduler.triggers.program(name, { state, at: event.at }).catch((error) => {
        this.#options.logs.logging.logger("jobs").warn("a program's event triggers nothing any more", { error });
      });
    }
  }

  /** @returns names of the jobs that had to be cancelled */
  async drain(ms: number): Promise<string[]> {
    const watched = this.#repositories[Symbol.asyncDispose]();
    const cancelled = await this.#scheduler.drain(ms);
    await watched;
    if (this.#isTold) this.#options.logs.logging.logger("scheduler").info("the scheduler has stopped");
    await this.#parts.ledger.flush();
    return cancelled;
  }

  cut(): void {
    for (const execution of this.#scheduler.desk.executions()) execution.cancel("the daemon was stopped", 0);
  }

  /** What a function says stands in the daemon's log. */
  status(): readonly JobStatus[] {
    const scheduler = this.#scheduler;
    const daemonLog = this.#options.logSettings().file;
    return scheduler.list().map((job) => {
      const logFile = functionOf(job.spec) === undefined ? this.#parts.runner.logFile(job.spec.name) : daemonLog;
      return jobStatus(job, { scheduler, logFile });
    });
  }

  /** Resolves when the run is recorded. @throws AppdError (notRunning) */
  async trigger(name: string, call: { readonly key: string; readonly payload?: string }): Promise<RunReport> {
    const { triggers, desk } = this.#scheduler;
    const { run } = await triggers.app(this.#scheduler.job(name, "trigger"), call);
    return runReport(desk.current(run));
  }

  scheduler(): SchedulerStatus {
    const workHours = this.#prepared?.workHours;
    return schedulerStatus(this.#scheduler, {
      now: this.#options.context.system.clock.now(),
      lagMs: this.#lagMs,
      hours: workHours === undefined ? undefined : hoursText(workHours),
    });
  }

  get repositories(): { status(): readonly RepositoryStatus[]; poke(name: string): Promise<void> } {
    return this.#repositories;
  }

  settled(): Promise<void> | undefined {
    return this.#options.store.settled();
  }

  store(): StoreReport {
    const { context: { app }, store } = this.#options;
    const { ok, path, migrations } = store.health();
    return { database: { ok, path }, migrations: ownCount(app, migrations) };
  }

  /** Ended runs since this daemon began, by job and outcome. */
  outcomes(): ReadonlyMap<string, Outcomes> {
    return new Map(this.#scheduler.list().map(({ spec }) => [spec.name, this.#scheduler.desk.tally.of(spec.name)]));
  }

  problems(): readonly string[] {
    const { problem } = this.#commitLog;
    return [...this.#parts.runner.problems(), ...(problem === undefined ? [] : [problem])];
  }

  async rotateLogs(): Promise<void> {
    await Promise.all([this.#parts.runner.rotateLogs(), this.#commitLog.rotate()]);
  }

  reopenLogs(): void {
    this.#parts.runner.reopenLogs();
    this.#commitLog.reopen();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { ledger, owned } = this.#parts;
    await ledger.flush();
    keepUnwritten(placeOf(this.#options), ledger.takeWaiting());
    await owned.disposeAsync();
  }
}
