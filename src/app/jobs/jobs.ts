import { cannot } from "../../base/errors.ts";
import type { JobStatus, RepositoryStatus, RunReport } from "../../base/job_reports.ts";
import type { HealthReport } from "../../base/health_reports.ts";
import type { SchedulerStatus } from "../../base/scheduler_status.ts";
import { systemTimezone } from "../../base/timezone.ts";
import type { JobsApi } from "../../http/route.ts";
import type { ProgramEvent } from "../../programs/events.ts";
import type { SleepingWitness } from "../../system/out_of_memory.ts";
import type { KitFor } from "../kit/create_kit.ts";
import type { Loaded } from "../load.ts";
import { NO_SCHEDULER } from "../stopped_report.ts";
import { needsDatabase } from "./needs_database.ts";
import type { JobsConfig } from "../../jobs/scheduler.ts";
import type { RepositorySpec } from "../../git/repository_spec.ts";
import type { Store } from "../../store/store.ts";
import type { WorkHoursSpec } from "../../base/work_hours.ts";
import type { JobMetricExtras } from "../job_metrics.ts";
import type { LogSettings, OpenJobs, OpenJobsOptions } from "./open_jobs.ts";
import type { Times } from "./times.ts";

/** What a daemon without jobs says of its database. */
const NO_STORE = { database: { ok: true, path: null }, migrations: { current: 0, latest: 0, pending: 0 } } as const;

/** The part of the health report that is about the database. */
export type StoreReport = Pick<HealthReport, "database" | "migrations">;

/** The jobs and repositories of a configuration, ready to be taken up. */
export interface PreparedJobs extends JobsConfig {
  readonly workHours: WorkHoursSpec | undefined;
  readonly repositories: readonly RepositorySpec[];
}

export interface JobsOptions extends Omit<OpenJobsOptions, "times" | "logSettings" | "store"> {
  /** False for a daemon that runs one command instead of its configuration. */
  readonly enabled: boolean;
  readonly oom: SleepingWitness;
  /** What the app's own jobs are given. */
  readonly kitFor?: KitFor | undefined;
}

/** The jobs and repositories of a daemon. What they need is loaded, and the database opened, when somebody needs it. */
export class Jobs implements AsyncDisposable {
  readonly #options: JobsOptions;
  #open: OpenJobs | undefined;
  /** Open, or on the way to it. */
  #store: Promise<Store> | undefined;
  /** Held until the database is closed. */
  #lock: Disposable | undefined;
  /** Resolves when nothing is being prepared. */
  #preparing: Promise<unknown> = Promise.resolve();
  #closed = false;
  #times: Times | undefined;
  #logSettings: LogSettings | undefined;
  readonly #begun = Promise.withResolvers<void>();

  constructor(options: JobsOptions) {
    this.#options = options;
  }

  /** Begins to open the database, where it is needed and not open: what else is needed can be loaded in that time. */
  async beginOpening(loaded: Loaded): Promise<void> {
    if (this.#isNeeded(loaded) && !this.#closed) await this.#opening(loaded);
  }

  #isNeeded(loaded: Loaded): boolean {
    const { context: { app }, enabled } = this.#options;
    return enabled && (this.#open !== undefined || needsDatabase(app, loaded));
  }

  /** The next attempt begins anew when this one fails. */
  async #opening({ config }: Pick<Loaded, "config">): Promise<{ readonly store: Promise<Store> }> {
    if (this.#store !== undefined) return { store: this.#store };
    const { openDatabase } = await import("./open_database.ts");
    const opening = openDatabase(this.#options.context, { logging: this.#options.logs.logging, config });
    const store = opening.then(({ store, lock }) => (this.#lock = lock, store));
    this.#store = store;
    store.catch(() => this.#store = undefined);
    return { store };
  }

  /**
   * Tries everything that can be refused, and opens the database when it is needed and not open; nothing else changes.
   *
   * @throws AppdError (unavailable, config) when the database cannot be used, or a file that the configuration names, and
   * when the daemon ends meanwhile
   */
  prepare(loaded: Loaded): Promise<PreparedJobs | undefined> {
    const prepared = this.#prepare(loaded);
    this.#preparing = Promise.allSettled([this.#preparing, prepared]);
    return prepared;
  }

  async #prepare(loaded: Loaded): Promise<PreparedJobs | undefined> {
    if (!this.#isNeeded(loaded)) return undefined;
    this.#refuseAtEnd();
    const { config } = loaded;
    const { store: opening } = await this.#opening(loaded);
    const [store, { openJobs }, { ownJobs, prepareJobs }, { createTimes }] = await Promise.all([
      opening,
      import("./open_jobs.ts"),
      import("./prepare_jobs.ts"),
      import("./times.ts"),
    ]);
    this.#refuseAtEnd();
    this.#times ??= createTimes();
    const logSettings = () => this.#logSettings ?? config.log;
    this.#logSettings = config.log;
    const { files, host } = this.#options.context.system;
    const systemZone = systemTimezone(host.env.TZ);
    const own = ownJobs(this.#options.context, { parts: loaded.own, systemZone, kitFor: this.#options.kitFor });
    const prepared = prepareJobs(config, { files, systemZone, times: this.#times, ...own });
    this.#options.oom.begin();
    this.#open ??= await openJobs({ ...this.#options, times: this.#times, logSettings, store });
    return prepared;
  }

  #refuseAtEnd(): void {
    if (this.#closed) throw cannot(["take up", "jobs"], "the daemon is stopping", { exit: "unavailable" });
  }

  /** Takes up what was prepared. Resolves when what an earlier daemon left has been dealt with. */
  async apply(prepared: PreparedJobs | undefined): Promise<void> {
    if (prepared !== undefined) await this.#open?.apply(prepared);
  }

  /** Lets in what the app's code asks for; what it asked for before has waited. */
  admit(): void {
    this.#begun.resolve();
  }

  /**
   * Triggers a job for the app's own code. A call that comes before {@link admit} waits for it.
   *
   * @throws AppdError (notRunning) when there is no such job, or nothing is triggered any more
   */
  async trigger(job: string, call: { readonly key: string; readonly payload?: string }): Promise<RunReport> {
    await this.#begun.promise;
    if (this.#open !== undefined) return await this.#open.trigger(job, call);
    throw cannot(["trigger", job], "there are no jobs", { exit: "notRunning" });
  }

  /** The database, as soon as it is open; undefined where nothing needs one. */
  get database(): Promise<Pick<Store, "read" | "write">> | undefined {
    return this.#store;
  }

  /** Resolves when the database has answered what it was asked; undefined when nothing is under way. */
  settled(): Promise<void> | undefined {
    return this.#open?.settled();
  }

  /** A program has changed its state. */
  tell(event: ProgramEvent): void {
    this.#open?.tell(event);
  }

  /** Nothing new begins; what runs has `ms` milliseconds. @returns names of the jobs that had to be cancelled */
  async drain(ms: number): Promise<readonly string[]> {
    return await this.#open?.drain(ms) ?? [];
  }

  /** Names of the jobs whose code ignored its signal and goes on. */
  lingering(): readonly string[] {
    return this.#open?.lingering() ?? [];
  }

  /** Lets what still runs be killed at once. */
  cut(): void {
    this.#open?.cut();
  }

  status(): readonly JobStatus[] {
    return this.#open?.status() ?? [];
  }

  repositories(): readonly RepositoryStatus[] {
    return this.#open?.repositories.status() ?? [];
  }

  /** Looks at a repository now. @throws AppdError (notRunning) when there is none of this name */
  async lookAtRepository(name: string): Promise<void> {
    await this.#open?.repositories.poke(name);
  }

  scheduler(): SchedulerStatus {
    return this.#open?.scheduler() ?? NO_SCHEDULER;
  }

  store(): StoreReport {
    return this.#open?.store() ?? NO_STORE;
  }

  /** Paths of databases that this daemon has found damaged and set aside. */
  get setAside(): readonly string[] {
    return this.#open?.setAside ?? [];
  }

  /** Undefined while there are no jobs. */
  get api(): JobsApi | undefined {
    return this.#open?.api;
  }

  /** What metrics say beside the status. */
  metrics(): JobMetricExtras {
    const open = this.#open;
    return open === undefined ? {} : { jobRuns: open.outcomes(), databaseOk: open.store().database.ok };
  }

  /** What is wrong with the logs of jobs, one line each. */
  problems(): readonly string[] {
    return this.#open?.problems() ?? [];
  }

  async rotateLogs(): Promise<void> {
    await this.#open?.rotateLogs();
  }

  reopenLogs(): void {
    this.#open?.reopenLogs();
  }

  /** Waits for what is being prepared and written, and closes the database. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#begun.resolve(); // A start that failed: nobody waits for ever.
    await this.#preparing;
    const [open, store] = [this.#open, this.#store];
    this.#open = this.#store = undefined;
    try {
      await open?.[Symbol.asyncDispose]();
    } finally {
      const [opened] = await Promise.allSettled([store]); // Why it cannot be opened, the start has said.
      if (opened.status === "fulfilled") await opened.value?.[Symbol.asyncDispose]();
      this.#lock?.[Symbol.dispose]();
    }
  }
}
