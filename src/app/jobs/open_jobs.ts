import type { JobStatus, RepositoryStatus, RunReport } from "../../base/job_reports.ts";
import type { SchedulerStatus } from "../../base/scheduler_status.ts";
import type { Health } from "../../health/health.ts";
import type { JobsApi } from "../../http/route.ts";
import { jobStatus, runReport, schedulerStatus } from "../../jobs/job_report.ts";
import { Scheduler } from "../../jobs/scheduler.ts";
import type { Outcomes } from "../../jobs/tally.ts";
import { StoreLedger } from "../../jobs/store_ledger.ts";
import type { Config } from "../../schema/appd_schema.ts";
import type { ProgramEvent } from "../../programs/events.ts";
import { type Store, StoreError } from "../../store/store.ts";
import { sinceBoot } from "../../system/uptime.ts";
import type { OomWitness } from "../../system/out_of_memory.ts";
import { addJobChecks, addLossCheck } from "./job_checks.ts";
import { JobNews, type JobNewsOptions } from "./job_news.ts";
import { jobsApi } from "./jobs_api.ts";
import type { PreparedJobs, StoreReport } from "./jobs.ts";
import { readPauses, rememberingPauses } from "./pauses.ts";
import { ProgramTriggers } from "./program_triggers.ts";
import { CommitLog } from "./commit_log.ts";
import { WatchedRepositories } from "./watched_repositories.ts";
import { type JobRunner, openRunner } from "./runner.ts";
import { ownCount } from "./store_lists.ts";
import { functionOf } from "./function_work.ts";
import { hoursText, type Times } from "./times.ts";
import { keepUnwritten, writeKept } from "./unwritten.ts";

export type LogSettings = Config["log"];

export interface OpenJobsOptions extends JobNewsOptions {
  readonly health: Health;
  readonly oom: OomWitness;
  readonly times: Times;
  readonly logSettings: () => LogSettings;
  /** The database; whoever gives it closes it. */
  readonly store: Store;
}

/** Milliseconds between two looks at the clock. */
const TICK_MS = 1000;
/** Milliseconds between two looks at a database that nobody uses: whether it is still there. */
const LOOK_MS = 60_000;
/** Milliseconds that such a look may take at the end. */
const LAST_LOOK_MS = 1000;

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
  readonly #news: JobNews;
  readonly #programTriggers: ProgramTriggers;
  readonly #commitLog: CommitLog;
  readonly #repositories: WatchedRepositories;
  readonly api: JobsApi;
  #prepared: PreparedJobs | undefined;
  #loss: Disposable | undefined;
  /** Paths of databases that were damaged, since this daemon began. */
  readonly setAside: string[] = [];
  /** What the database had before it took the place of another one has not been dealt with. */
  #isUnsettled = false;
  /** Whether the log has been told that the scheduler has begun. */
  #isTold = false;

  constructor(options: OpenJobsOptions, parts: Parts) {
    this.#options = options;
    this.#parts = parts;
    const { ledger, runner, owned } = parts;
    const { store } = options;
    const { clock, files } = options.context.system;
    this.#news = new JobNews(options, () => this.#scheduler.pauses());
    this.#scheduler = new Scheduler({
      clock,
      ledger: rememberingPauses(ledger, () => readPauses(files, options.context.paths.jobs)),
      runner,
      timingOf: (spec) => options.times.timingOf(spec),
      jitterOf: (spec, slotAt) => options.times.jitterOf(spec, slotAt),
      sinceBoot: () => sinceBoot(files),
      onEvent: (event) => this.#news.hear(event),
    });
    this.#programTriggers = new ProgramTriggers(this.#scheduler.triggers, options.logs);
    this.#commitLog = owned.use(new CommitLog(options.context, options.logs, options.logSettings));
    const around = { ledger, scheduler: this.#scheduler, commitLog: this.#commitLog };
    this.#repositories = owned.use(new WatchedRepositories(options, around));
    this.api = jobsApi(this.#scheduler, ledger);
    owned.use(this.#scheduler);
    owned.use(store.onReset((setAside) => this.#databaseLost(setAside)));
    owned.use(addJobChecks(options.health, { scheduler: this.#scheduler, ledger, store }));
    owned.use(clock.every(TICK_MS, () => {
      this.#scheduler.tick();
      if (this.#isUnsettled) void this.#settleIn();
    }));
    owned.use(clock.every(LOOK_MS, () => void this.#lookAtDatabase()));
  }

  async apply(prepared: PreparedJobs): Promise<void> {
    const isFirst = this.#prepared === undefined;
    this.#prepared = prepared;
    this.#parts.runner.configure(prepared.jobs);
    if (isFirst) await this.#scheduler.begin(prepared);
    else this.#scheduler.apply(prepared);
    const looked = this.#repositories.apply(prepared.repositories);
    this.#programTriggers.begin();
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
    if (setAside !== "") this.setAside.push(setAside);
    this.#loss ??= this.#parts.owned.use(addLossCheck(this.#options.health, setAside));
    if (this.#prepared === undefined) return;
    void this.#parts.ledger.record(this.#scheduler.snapshot(this.#repositories.texts())).then(() => this.#settleIn());
  }

  async #settleIn(): Promise<void> {
    this.#isUnsettled = false;
    if (!await this.#isDone(this.#scheduler.settleIn())) this.#isUnsettled = true;
  }

  /** The store finds out when it is used that its file was taken away. */
  async #lookAtDatabase(): Promise<void> {
    await this.#isDone(this.#options.store.read("SELECT 1"));
  }

  /** False when the database cannot be used now, which others tell. */
  async #isDone(work: Promise<unknown>): Promise<boolean> {
    try {
      await work;
      return true;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      return false;
    }
  }

  tell(event: ProgramEvent): void {
    this.#programTriggers.tell(event);
  }

  /** @returns names of the jobs that had to be cancelled */
  async drain(ms: number): Promise<string[]> {
    const watched = this.#lastLook(ms).then(() => this.#repositories[Symbol.asyncDispose]());
    const cancelled = await this.#scheduler.drain(ms);
    await watched;
    if (this.#isTold) this.#options.logs.logging.logger("scheduler").info("the scheduler has stopped");
    await this.#parts.ledger.flush();
    return cancelled;
  }

  /** What waits has to be in the database for the next daemon. One that hangs is not waited for. */
  async #lastLook(ms: number): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    using _timer = this.#options.context.system.clock.after(Math.min(ms, LAST_LOOK_MS), resolve);
    await Promise.race([this.#lookAtDatabase(), late]);
  }

  lingering(): readonly string[] {
    return this.#scheduler.lingering();
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
      lagMs: this.#news.lagMs,
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
