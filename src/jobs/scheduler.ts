import { AppdError, cannot } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import { delay, type Timer } from "../system/clock.ts";
import { Agenda } from "./agenda.ts";
import { ClockWatch } from "./clock_watch.ts";
import type { JobsDeps } from "./deps.ts";
import { Desk, type Outcomes, timedSlot } from "./desk.ts";
import { intervalTiming } from "./interval.ts";
import { createJob, type Job, markOf, memoryOf, runOf } from "./job.ts";
import type { Cause, JobSpec, SchedulerSpec } from "./job_spec.ts";
import type { Change, Pause, Remembered } from "./ledger.ts";
import { Listeners } from "./listeners.ts";
import { recover } from "./recover.ts";
import type { Run, Slot } from "./run.ts";
import { GRACE_MS, takeDue, type TimedJob, upcoming } from "./timetable.ts";

/** Longest that a timer sleeps, in milliseconds. */
const LONGEST_SLEEP_MS = 3_600_000;
/** A clock that is set back further than this was wrong before: what it says now counts. Milliseconds. */
const CORRECTION_MS = 25 * 3_600_000;
/** In which the start waits for what an earlier daemon's runs have left, in milliseconds; the rest goes on beside. */
const CLEAR_WAIT_MS = 2000;

/** The jobs of the configuration. */
export interface JobsConfig {
  readonly jobs: readonly JobSpec[];
  readonly scheduler: SchedulerSpec;
}

/** Every job, its times, and what is under way. */
export class Scheduler implements Disposable {
  readonly #deps: JobsDeps;
  readonly #jobs = new Map<string, Job>();
  readonly #agenda = new Agenda();
  /** Those that time alone can change: see {@link isWatched}. Of ten thousand jobs there are few. */
  readonly #watched = new Set<Job>();
  #critical: readonly Job[] = [];
  readonly #watch: ClockWatch;
  readonly desk: Desk;
  #listeners = new Listeners([]);
  #scheduler: SchedulerSpec = { concurrency: 1, pools: {} };
  #timer: Timer | undefined;
  #isStopping = false;
  #lastSlotAt: number | null = null;

  constructor(deps: JobsDeps) {
    this.#deps = deps;
    this.#watch = new ClockWatch(deps.clock, deps.sinceBoot);
    this.desk = new Desk(deps, { jobs: this.#jobs, consequences: (run) => this.#consequences(run) });
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
    this.#take(config, remembered);
    const cleared = recover(remembered.open, { ...this.#deps, desk: this.desk, job: (name) => this.#jobs.get(name) });
    if (remembered.open.length > 0) await Promise.race([cleared, delay(clock, clearWaitMs)]);
    this.#serve(0);
    this.desk.dispatch();
    for (const job of this.#onStart()) void this.desk.enter(job, startSlot(startedAt));
  }

  #onStart(): readonly Job[] {
    const asked = [...this.#jobs.values()].filter(({ spec }) => spec.enabled && spec.runOnStart);
    return [...new Set([...asked, ...this.#listeners.ofStart()])];
  }

  /** Takes up another configuration. What runs goes on to its end; what waited of a job that is gone is cancelled. */
  apply(config: JobsConfig): void {
    this.#take(config, undefined);
    this.#serve(GRACE_MS);
    this.desk.dispatch();
  }

  #take({ jobs, scheduler }: JobsConfig, remembered: Remembered | undefined): void {
    this.#scheduler = scheduler;
    this.desk.apply(scheduler);
    const names = new Set(jobs.map(({ name }) => name));
    for (const [name, job] of this.#jobs) if (!names.has(name)) this.#remove(job);
    const changed = jobs.flatMap((spec) => this.#adopt(spec, remembered) ?? []);
    if (changed.length > 0) void this.#deps.ledger.record({ jobs: changed.map(memoryOf) });
    this.#listeners = new Listeners(this.#jobs.values());
    this.#critical = this.list().filter(({ spec }) => spec.critical);
  }

  #observe(job: Job): void {
    if (isWatched(job)) this.#watched.add(job);
    else this.#watched.delete(job);
  }

  /** @returns the job when its place in its times is new */
  #adopt(spec: JobSpec, remembered: Remembered | undefined): Job | undefined {
    const known = this.#jobs.get(spec.name);
    const job = known ?? createJob(spec, remembered?.jobs.get(spec.name));
    this.#jobs.set(spec.name, job);
    job.spec = spec;
    job.removed = false;
    job.timed = this.#timedOf(spec);
    const mark = markOf(spec);
    const isNew = job.mark !== mark;
    if (isNew) job.place = spec.every === undefined && spec.cron === undefined ? null : this.#newPlace(job);
    job.mark = mark;
    this.#observe(job);
    this.#plan(job);
    return isNew || known === undefined && remembered?.jobs.has(spec.name) !== true ? job : undefined;
  }

  #timedOf(spec: JobSpec): TimedJob | undefined {
    const { every, cron } = spec;
    if (every === undefined && cron === undefined) return undefined;
    const calendar = every === undefined ? this.#deps.timingOf(spec) : undefined;
    const timingFrom = (cursor: number) => calendar ?? intervalTiming(every ?? 0, cursor);
    return { spec, timingFrom, jitter: (slotAt) => spec.jitter === 0 ? 0 : this.#deps.jitterOf(spec, slotAt) };
  }

  /** An interval that was changed counts from its last slot, when that is not long ago. */
  #newPlace({ spec, place }: Job) {
    const now = this.#deps.clock.now();
    const keeps = place !== null && spec.every !== undefined && place.cursor <= now && place.cursor + spec.every > now;
    return { cursor: keeps ? place.cursor : now, seq: place?.seq ?? 0 };
  }

  #remove(job: Job): void {
    if (job.removed) return;
    job.removed = true;
    this.#observe(job);
    this.#agenda.set(job.spec.name, undefined);
    for (const id of job.waiting) this.desk.cancel(id, "the job was taken out of the configuration");
    this.#forgetIfGone(job);
  }

  #forgetIfGone(job: Job): void {
    if (!job.removed || job.active.size > 0 || job.waiting.size > 0) return;
    this.#jobs.delete(job.spec.name);
    this.#watched.delete(job);
  }

  #plan(job: Job): void {
    const { timed, place, spec } = job;
    const next = timed === undefined || place === null || !spec.enabled ? undefined : upcoming(timed, place);
    this.#agenda.set(spec.name, next?.due);
  }

  /** Once a second: a clock that was set, a pause that is over, a run that is late. */
  tick(): void {
    const jump = this.#watch.look();
    if (jump !== undefined && jump.set !== 0) this.#clockWasSet(jump.set);
    this.#endPauses();
    this.#lookAtJobs();
    this.#serve(GRACE_MS);
  }

  /** Intervals keep their pace; what a calendar says is as the new time has it, but nothing runs a second time. */
  #clockWasSet(ms: number): void {
    const now = this.#deps.clock.now();
    for (const job of this.#jobs.values()) {
      if (job.place === null) continue;
      if (job.spec.every !== undefined) job.place = { ...job.place, cursor: job.place.cursor + ms };
      else if (ms < -CORRECTION_MS) job.place = { ...job.place, cursor: Math.min(job.place.cursor, now) };
      this.#plan(job);
    }
    const text = `the clock was set ${ms > 0 ? "forward" : "back"} by ${Math.round(Math.abs(ms) / 1000)} s`;
    this.#deps.onEvent({ kind: "clock_set", job: "", at: now, ms, text });
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
      const { expected, overdueSince, spec } = job;
      if (expected === undefined || overdueSince !== null || expected.by > now) continue;
      job.overdueSince = expected.by;
      const { slotAt, by } = expected;
      this.#deps.onEvent({ kind: "job_overdue", job: spec.name, at: now, slotAt, deadlineMs: by - slotAt });
    }
  }

  /** Deals with everything that is due, and sleeps until the next. */
  #serve(graceMs: number): void {
    if (this.#isStopping) return;
    const now = this.#deps.clock.now();
    for (const name of this.#agenda.take(now)) this.#serveJob(name, { now, graceMs });
    const opening = this.desk.nextOpening;
    if (opening === undefined) this.#sleep(now, this.#agenda.first);
    else this.#sleep(now, Math.min(opening, this.#agenda.first ?? Infinity));
  }

  #serveJob(name: string, at: { readonly now: number; readonly graceMs: number }): void {
    const job = this.#jobs.get(name);
    if (job?.timed === undefined || job.place === null) return;
    const due = takeDue(job.timed, job.place, at);
    job.place = due.place;
    this.#plan(job);
    this.#lastSlotAt = due.run.at(-1)?.at ?? this.#lastSlotAt;
    const { older } = due;
    void this.desk.miss(
      job,
      due.missed.map((slot) => timedSlot(job.spec, slot)),
      older === undefined ? undefined : { ...older, from: timedSlot(job.spec, older.from) },
    );
    due.run.forEach((slot, index) => {
      const catchUp = !due.onTime || index < due.run.length - 1;
      void this.desk.enter(job, timedSlot(job.spec, slot), { catchUp });
    });
  }

  #sleep(now: number, until: number | undefined): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    if (until === undefined) return;
    const ms = Math.min(LONGEST_SLEEP_MS, Math.max(0, until - now));
    this.#timer = this.#deps.clock.after(ms, () => {
      this.desk.dispatch();
      this.#serve(GRACE_MS);
    });
  }

  #consequences(ended: Run): readonly { job: Job; slot: Slot }[] {
    const { id, job, state } = ended;
    const variables = { APPD_TRIGGER_JOB: job, APPD_TRIGGER_OUTCOME: state, APPD_TRIGGER_RUN_ID: `${id}` };
    const cause: Cause = { kind: "job", detail: `${job} ${state}`, variables };
    return this.#listeners.ofJob(job, state).map((listener) => ({
      job: listener,
      slot: { key: `job:${id}`, at: this.#deps.clock.now(), cause },
    }));
  }

  /** A program changed its state. */
  async programEvent(program: string, event: { readonly state: string; readonly at: number }): Promise<void> {
    const { state, at } = event;
    const variables = { APPD_TRIGGER_PROGRAM: program, APPD_TRIGGER_STATE: state };
    const cause: Cause = { kind: "program", detail: `${program} ${state}`, variables };
    const slot = { key: `program:${program}:${state}:${at}:${crypto.randomUUID().slice(0, 8)}`, at, cause };
    await this.#enterAll(this.#listeners.ofProgram(program, state), slot);
  }

  /**
   * Something happened in a repository. Resolves when it is written down for every job that it concerns.
   *
   * @param key unique for what happened: told twice, it counts once
   */
  async repositoryEvent(repository: string, slot: Slot): Promise<void> {
    await this.#enterAll(this.#listeners.ofRepository(repository), slot);
  }

  async #enterAll(jobs: readonly Job[], slot: Slot): Promise<void> {
    if (jobs.length === 0) return;
    this.#refuseWhenStopping();
    await Promise.all(jobs.map((job) => this.desk.enter(job, slot)));
  }

  /** Runs a job now, because somebody asked. Resolves with its line when that is on disk. */
  async run(name: string): Promise<Run> {
    const cause: Cause = { kind: "manual", detail: null, variables: {} };
    return await this.#enterOne(this.job(name, "run"), `manual:${crypto.randomUUID()}`, cause);
  }

  /** @throws AppdError (notRunning) when there is no such job, or it has no `on = "webhook"` */
  async webhook(name: string, key: string = crypto.randomUUID()): Promise<Run> {
    const job = this.job(name, "trigger");
    if (!job.spec.enabled || !job.spec.on.some(({ kind }) => kind === "webhook")) {
      throw cannot(["trigger", name], "it is not triggered by webhooks", {
        exit: "notRunning",
        hint: 'add "webhook" to its `on` in the configuration',
      });
    }
    return await this.#enterOne(job, `webhook:${key}`, { kind: "webhook", detail: null, variables: {} });
  }

  async #enterOne(job: Job, key: string, cause: Cause): Promise<Run> {
    this.#refuseWhenStopping();
    const run = await this.desk.enter(job, { key, at: this.#deps.clock.now(), cause });
    if (run !== undefined) return run;
    const [earlier] = await this.#deps.ledger.history({ job: job.spec.name, slot: key, limit: 1 });
    if (earlier === undefined) throw new Error(`slot ${key} is taken and cannot be found`);
    return this.desk.current(earlier);
  }

  #refuseWhenStopping(): void {
    if (this.#isStopping) throw new AppdError("cannot trigger a job: the daemon is stopping", { exit: "notRunning" });
  }

  /** @throws AppdError (notRunning) when there is no such job */
  job(name: string, verb: string): Job {
    const job = this.#jobs.get(name);
    if (job !== undefined && !job.removed) return job;
    const near = nearest(name, [...this.#jobs.keys()]);
    throw cannot([verb, name], "there is no such job", {
      exit: "notRunning",
      hint: near === undefined ? "list them: appd jobs" : `did you mean "${near}"?`,
    });
  }

  /** Jobs of the configuration, in its order. */
  list(): readonly Job[] {
    return [...this.#jobs.values()].filter(({ removed }) => !removed);
  }

  /** Those whose failure is the daemon's. */
  get critical(): readonly Job[] {
    return this.#critical;
  }

  get spec(): SchedulerSpec {
    return this.#scheduler;
  }

  /** Everything that the books have to know, for new ones. */
  snapshot(): Change {
    const jobs = [...this.#jobs.values()];
    const open = jobs.flatMap(({ active }) => [...active.values()].map(runOf));
    const last = jobs.flatMap(({ lastRun, lastSkip }) => [lastRun, lastSkip].filter((run) => run !== null));
    return { update: [...last, ...open, ...this.desk.waiting()], jobs: jobs.map(memoryOf), pause: this.desk.pause };
  }

  /** When the last slot of a timed job came; wall time in milliseconds. */
  get lastSlotAt(): number | null {
    return this.#lastSlotAt;
  }

  /** When a job is due next; wall time in milliseconds. */
  dueOf(job: string): number | undefined {
    return this.#agenda.dueOf(job);
  }

  outcomesOf(job: string): Outcomes {
    return this.desk.outcomesOf(job);
  }

  /** @param name a job; undefined for all that is triggered by anything but by hand */
  pause(until: number | null, name?: string): Promise<unknown> {
    const job = name === undefined ? undefined : this.job(name, "pause");
    if (job === undefined) this.desk.pause = { until };
    else job.pause = { until };
    if (job !== undefined) this.#observe(job);
    return this.#recordPause(job);
  }

  resume(name?: string): Promise<unknown> {
    const job = name === undefined ? undefined : this.job(name, "resume");
    if (job === undefined) this.desk.pause = null;
    else job.pause = null;
    if (job !== undefined) this.#observe(job);
    this.desk.dispatch();
    return this.#recordPause(job);
  }

  #recordPause(job: Job | undefined): Promise<unknown> {
    return this.#deps.ledger.record(job === undefined ? { pause: this.desk.pause } : { jobs: [memoryOf(job)] });
  }

  /**
   * Lets what runs come to its end, and cancels what is late.
   *
   * @param ms until everything has to be over
   */
  async drain(ms: number): Promise<void> {
    this.#isStopping = true;
    this[Symbol.dispose]();
    this.desk.shut();
    const { clock } = this.#deps;
    const reserve = Math.min(ms / 2, Math.max(0, ...this.desk.executions().map(({ spec }) => spec.stopTimeout)) + 500);
    const began = clock.monotonic();
    await Promise.race([this.#idle(), delay(clock, ms - reserve)]);
    const left = Math.max(0, ms - (clock.monotonic() - began) - 500);
    for (const execution of this.desk.executions()) {
      if (!execution.isRetrying) execution.cancel("the daemon was stopped before it had ended", left);
    }
    await Promise.race([this.#idle(), delay(clock, left + 500)]);
  }

  /** Resolves when nothing runs any more. */
  async #idle(): Promise<void> {
    for (;;) {
      const running = this.desk.executions().filter((execution) => !execution.isRetrying);
      if (running.length === 0) return;
      await Promise.race(running.map(({ run }) => this.desk.ended(run.id).run));
    }
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }
}

/** Whether a look once a second can find something: the end of a pause, a deadline, the last run of a job that is gone. */
function isWatched({ removed, pause, spec, expected }: Job): boolean {
  return removed || (pause !== null && pause.until !== null) || spec.deadline !== undefined || expected !== undefined;
}

function startSlot(at: number): Slot {
  const key = `start:${new Date(at).toISOString()}`;
  return { key, at, cause: { kind: "start", detail: null, variables: {} } };
}
