import { delay } from "../system/clock.ts";
import type { JobsDeps } from "./deps.ts";
import { becomesOverdue, expectEnd } from "./deadline.ts";
import { Desk } from "./desk.ts";
import { drain } from "./drain.ts";
import { type Job, memoryOf, runOf } from "./job.ts";
import type { JobSpec, SchedulerSpec } from "./job_spec.ts";
import { findPlace, timedOf } from "./job_times.ts";
import type { Change, Pause } from "./ledger.ts";
import { recover } from "./recover.ts";
import { Roster } from "./roster.ts";
import type { Run } from "./run.ts";
import { startSlot } from "./slots.ts";
import { Timekeeper } from "./timekeeper.ts";
import { Triggers } from "./triggers.ts";

/** In which the start waits for what an earlier daemon's runs have left, in milliseconds; the rest goes on beside. */
const CLEAR_WAIT_MS = 2000;

/** The jobs of the configuration. */
export interface JobsConfig {
  readonly jobs: readonly JobSpec[];
  readonly scheduler: SchedulerSpec;
}

/** Every job, its times, and what is under way: here configuration, books, time and events come together. */
export class Scheduler implements Disposable {
  readonly #deps: JobsDeps;
  readonly #roster = new Roster();
  readonly #times: Timekeeper;
  /** Those that time alone can change: see {@link isWatched}. Of ten thousand jobs there are few. */
  readonly #watched = new Set<Job>();
  #critical: readonly Job[] = [];
  readonly desk: Desk;
  readonly triggers: Triggers;
  #spec: SchedulerSpec = { concurrency: 1, pools: {} };
  #hasBegun = false;

  constructor(deps: JobsDeps) {
    this.#deps = deps;
    const { jobs } = this.#roster;
    this.triggers = new Triggers({ clock: deps.clock, ledger: deps.ledger, desk: () => this.desk });
    this.desk = new Desk(deps, { jobs, consequences: (run) => this.triggers.consequences(run) });
    this.#times = new Timekeeper({ ...deps, jobs, desk: this.desk });
  }

  /**
   * Takes up what an earlier daemon left, and begins.
   *
   * @param options `clearWaitMs`: how long the end of what still runs is waited for, in milliseconds
   */
  async begin(config: JobsConfig, { clearWaitMs = CLEAR_WAIT_MS } = {}): Promise<void> {
    const { clock, ledger } = this.#deps;
    const startedAt = clock.now();
    const remembered = await ledger.load();
    this.desk.recall(remembered.lastId, remembered.pause);
    this.#roster.recall(remembered.jobs.values());
    this.#take(config);
    this.#hasBegun = true;
    const leftOut = this.#roster.leaveOut();
    if (leftOut.length > 0) void ledger.record({ jobs: leftOut });
    const cleared = recover(remembered.open, {
      ...this.#deps,
      desk: this.desk,
      job: (name) => this.#roster.jobs.get(name),
    });
    if (remembered.open.length > 0) await Promise.race([cleared, delay(clock, clearWaitMs)]);
    this.#times.serve(0);
    this.desk.dispatch();
    for (const job of this.#onStart()) void this.desk.enter(job, startSlot(startedAt));
  }

  #onStart(): readonly Job[] {
    const asked = [...this.#roster.jobs.values()].filter(({ spec }) => spec.enabled && spec.runOnStart);
    return [...new Set([...asked, ...this.triggers.ofStart()])];
  }

  /** Takes up another configuration. What runs goes on to its end; what waited of a job that is gone is cancelled. */
  apply(config: JobsConfig): void {
    this.#times.lookAtClock();
    this.#take(config);
    this.#times.serve();
    this.desk.dispatch();
  }

  #take({ jobs, scheduler }: JobsConfig): void {
    this.#spec = scheduler;
    this.desk.apply(scheduler);
    const names = new Set(jobs.map(({ name }) => name));
    for (const [name, job] of this.#roster.jobs) if (!names.has(name)) this.#remove(job);
    const changed = jobs.flatMap((spec) => this.#adopt(spec) ?? []);
    if (changed.length > 0) void this.#deps.ledger.record({ jobs: changed.map(memoryOf) });
    this.triggers.listen(this.#roster.jobs.values());
    this.#critical = this.list().filter(({ spec }) => spec.critical);
  }

  #observe(job: Job): void {
    if (isWatched(job)) this.#watched.add(job);
    else this.#watched.delete(job);
  }

  /** @returns the job when its place in its times is new */
  #adopt(spec: JobSpec): Job | undefined {
    const { job, isNew, isBack } = this.#roster.enroll(spec);
    if (isNew && job.lastRun !== null && job.lastRun.state !== "ok") expectEnd(job, job.lastRun.slotAt);
    job.timed = timedOf(spec, this.#deps);
    const isElsewhere = findPlace(job, this.#deps.clock.now());
    this.#observe(job);
    this.#times.plan(job);
    return isElsewhere || isNew && !isBack ? job : undefined;
  }

  #remove(job: Job): void {
    if (job.removed) return;
    job.removed = true;
    job.mark = "";
    void this.#deps.ledger.record({ jobs: [memoryOf(job)] });
    this.#observe(job);
    this.#times.plan(job);
    for (const id of job.waiting) this.desk.cancel(id, "the job was taken out of the configuration");
    this.#forgetIfGone(job);
  }

  #forgetIfGone(job: Job): void {
    if (this.#roster.forgetIfGone(job)) this.#watched.delete(job);
  }

  /** Once a second: a clock that was set, a pause that is over, a run that is late. */
  tick(): void {
    this.#times.lookAtClock();
    this.#endPauses();
    this.#lookAtJobs();
    this.#times.serve();
  }

  #endPauses(): void {
    const now = this.#deps.clock.now();
    const isOver = (pause: Pause | null) => pause !== null && pause.until !== null && pause.until <= now;
    if (isOver(this.desk.pause)) this.resume();
    for (const job of this.#watched) if (!job.removed && isOver(job.pause)) this.resume(job.spec.name);
  }

  #lookAtJobs(): void {
    const now = this.#deps.clock.now();
    for (const job of this.#watched) {
      this.#forgetIfGone(job);
      const overdue = becomesOverdue(job, now);
      if (overdue === undefined) continue;
      const { slotAt, by } = overdue;
      this.#deps.onEvent({ kind: "job_overdue", job: job.spec.name, at: now, slotAt, deadlineMs: by - slotAt });
    }
  }

  /** @throws AppdError (notRunning) when there is no such job */
  job(name: string, verb: string): Job {
    return this.#roster.find(name, verb);
  }

  /** Whether the jobs are known; an app's services may ask before. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** Jobs of the configuration, in its order. */
  list(): readonly Job[] {
    return this.#roster.list();
  }

  /** Those whose failure is the daemon's. */
  get critical(): readonly Job[] {
    return this.#critical;
  }

  get spec(): SchedulerSpec {
    return this.#spec;
  }

  /** Names of jobs, also of those that were taken out, whose code goes on though it was let go. */
  lingering(): readonly string[] {
    return [...this.#roster.jobs.values()].filter(({ lingering }) => lingering.size > 0).map(({ spec }) => spec.name);
  }

  /** What is paused now. */
  pauses(): { readonly scheduler: Pause | null; readonly jobs: Readonly<Record<string, Pause>> } {
    const paused = [...this.#roster.jobs].flatMap(([name, { pause }]): [string, Pause][] =>
      pause === null ? [] : [[name, pause]]
    );
    return { scheduler: this.desk.pause, jobs: Object.fromEntries(paused) };
  }

  /**
   * Everything that the books have to know, for other ones that took the place of those that were lost.
   *
   * @param texts what others keep there, by their keys
   */
  snapshot(texts: Readonly<Record<string, string>> = {}): Change {
    const jobs = this.#roster.memories();
    const open = [...this.#roster.jobs.values()].flatMap(({ active }) => [...active.values()].map(runOf));
    const last = jobs.flatMap(({ lastRun, lastSkip }) => [lastRun, lastSkip].filter((run) => run !== null));
    // Of two runs with one key the first has the line.
    const runs = [...last, ...open, ...this.desk.waiting()].sort((a, b) => a.id - b.id);
    return { jobs, pause: this.desk.pause, anew: { runs, lastId: this.desk.lastId, texts } };
  }

  /**
   * Deals with what stood in those other books already: its numbers are taken, and what it takes for under way was so in a
   * time of which nothing is known any more. To be called after the {@link snapshot} was recorded. Rejects as the books do.
   */
  async settleIn(): Promise<void> {
    const { clock, ledger } = this.#deps;
    const { open, lastId } = await ledger.load();
    this.desk.skipTo(lastId);
    const reason = "the database that knew its outcome was lost";
    const update = open.filter(({ id }) => !this.desk.has(id))
      .map((run): Run => ({ ...run, state: "interrupted", reason, endedAt: clock.now() }));
    if (update.length > 0) await ledger.record({ update });
  }

  /** When a job is due next; wall time in milliseconds. */
  dueOf(job: string): number | undefined {
    return this.#times.dueOf(job);
  }

  /** @param name a job; undefined for all that is triggered by anything but by hand */
  pause(until: number | null, name?: string): Promise<unknown> {
    const job = name === undefined ? undefined : this.job(name, "pause");
    if (job === undefined) this.desk.pause = { until };
    else job.pause = { until };
    if (job !== undefined) this.#observe(job);
    return this.#recordPause(job, { until });
  }

  resume(name?: string): Promise<unknown> {
    const job = name === undefined ? undefined : this.job(name, "resume");
    if (job === undefined) this.desk.pause = null;
    else job.pause = null;
    if (job !== undefined) this.#observe(job);
    this.desk.dispatch();
    return this.#recordPause(job, null);
  }

  #recordPause(job: Job | undefined, pause: Pause | null): Promise<unknown> {
    this.#deps.onEvent({ kind: "job_pause", job: job?.spec.name ?? "", at: this.#deps.clock.now(), pause });
    return this.#deps.ledger.record(job === undefined ? { pause: this.desk.pause } : { jobs: [memoryOf(job)] });
  }

  /** Ends everything within `ms` milliseconds, see {@link drain}. */
  async drain(ms: number): Promise<string[]> {
    this.triggers.shut();
    this[Symbol.dispose]();
    return await drain(this.desk, { clock: this.#deps.clock, ms });
  }

  [Symbol.dispose](): void {
    this.#times[Symbol.dispose]();
  }
}

/** Whether a look once a second can find something: the end of a pause, a deadline, the last run of a job that is gone. */
function isWatched({ removed, pause, spec, expected }: Job): boolean {
  return removed || (pause !== null && pause.until !== null) || spec.deadline !== undefined || expected !== undefined;
}
