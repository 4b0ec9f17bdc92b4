import { cannot } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import { delay, type Timer } from "../system/clock.ts";
import { Agenda } from "./agenda.ts";
import { ClockWatch } from "./clock_watch.ts";
import type { JobsDeps } from "./deps.ts";
import { becomesOverdue, expectEnd } from "./deadline.ts";
import { Desk } from "./desk.ts";
import { drain } from "./drain.ts";
import { intervalTiming } from "./interval.ts";
import { createJob, type Job, markOf, memoryOf, runOf } from "./job.ts";
import type { JobSpec, SchedulerSpec } from "./job_spec.ts";
import type { Change, JobMemory, Pause, Remembered } from "./ledger.ts";
import { recover } from "./recover.ts";
import { startSlot, timedSlot } from "./slots.ts";
import { Triggers } from "./triggers.ts";
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
  /** Jobs that are not configured now. */
  readonly #past = new Map<string, JobMemory>();
  readonly #agenda = new Agenda();
  /** Those that time alone can change: see {@link isWatched}. Of ten thousand jobs there are few. */
  readonly #watched = new Set<Job>();
  #critical: readonly Job[] = [];
  readonly #watch: ClockWatch;
  readonly desk: Desk;
  readonly triggers: Triggers;
  #scheduler: SchedulerSpec = { concurrency: 1, pools: {} };
  #timer: Timer | undefined;
  #isStopping = false;
  #lastSlotAt: number | null = null;

  constructor(deps: JobsDeps) {
    this.#deps = deps;
    this.#watch = new ClockWatch(deps.clock, deps.sinceBoot);
    this.triggers = new Triggers({ clock: deps.clock, ledger: deps.ledger, desk: () => this.desk });
    this.desk = new Desk(deps, { jobs: this.#jobs, consequences: (run) => this.triggers.consequences(run) });
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
    for (const [name, memory] of remembered.jobs) this.#past.set(name, memory);
    this.#take(config);
    this.#leaveOut(remembered);
    const cleared = recover(remembered.open, { ...this.#deps, desk: this.desk, job: (name) => this.#jobs.get(name) });
    if (remembered.open.length > 0) await Promise.race([cleared, delay(clock, clearWaitMs)]);
    this.#serve(0);
    this.desk.dispatch();
    for (const job of this.#onStart()) void this.desk.enter(job, startSlot(startedAt));
  }

  #onStart(): readonly Job[] {
    const asked = [...this.#jobs.values()].filter(({ spec }) => spec.enabled && spec.runOnStart);
    return [...new Set([...asked, ...this.triggers.ofStart()])];
  }

  /** Takes up another configuration. What runs goes on to its end; what waited of a job that is gone is cancelled. */
  apply(config: JobsConfig): void {
    this.#lookAtClock();
    this.#take(config);
    this.#serve(GRACE_MS);
    this.desk.dispatch();
  }

  /** Jobs that are configured no more: when they come back they go on with their numbers, and have missed nothing. */
  #leaveOut({ jobs }: Remembered): void {
    const gone = [...jobs.values()].filter(({ name, mark }) => !this.#jobs.has(name) && mark !== "");
    const memories = gone.map((memory) => ({ ...memory, mark: "" }));
    for (const memory of memories) this.#past.set(memory.name, memory);
    if (memories.length > 0) void this.#deps.ledger.record({ jobs: memories });
  }

  #take({ jobs, scheduler }: JobsConfig): void {
    this.#scheduler = scheduler;
    this.desk.apply(scheduler);
    const names = new Set(jobs.map(({ name }) => name));
    for (const [name, job] of this.#jobs) if (!names.has(name)) this.#remove(job);
    const changed = jobs.flatMap((spec) => this.#adopt(spec) ?? []);
    if (changed.length > 0) void this.#deps.ledger.record({ jobs: changed.map(memoryOf) });
    this.triggers.listen(this.#jobs.values());
    this.#critical = this.list().filter(({ spec }) => spec.critical);
  }

  #observe(job: Job): void {
    if (isWatched(job)) this.#watched.add(job);
    else this.#watched.delete(job);
  }

  /** @returns the job when its place in its times is new */
  #adopt(spec: JobSpec): Job | undefined {
    const { name } = spec;
    const known = this.#jobs.get(name);
    const job = known ?? createJob(spec, this.#past.get(name));
    const isRemembered = this.#past.delete(name);
    this.#jobs.set(name, job);
    job.spec = spec;
    job.removed = false;
    if (known === undefined && job.lastRun !== null && job.lastRun.state !== "ok") expectEnd(job, job.lastRun.slotAt);
    job.timed = this.#timedOf(spec);
    const mark = markOf(spec);
    const isNew = job.mark !== mark || this.#isAhead(job);
    if (isNew) job.place = this.#newPlace(job);
    job.mark = mark;
    this.#observe(job);
    this.#plan(job);
    return isNew || known === undefined && !isRemembered ? job : undefined;
  }

  /** Its place was noted by a clock that was wrong: what it says now counts. */
  #isAhead({ spec, place }: Job): boolean {
    const most = spec.every === undefined ? CORRECTION_MS : 0;
    return place !== null && place.cursor > this.#deps.clock.now() + most;
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
    job.mark = "";
    void this.#deps.ledger.record({ jobs: [memoryOf(job)] });
    this.#observe(job);
    this.#agenda.set(job.spec.name, undefined);
    for (const id of job.waiting) this.desk.cancel(id, "the job was taken out of the configuration");
    this.#forgetIfGone(job);
  }

  #forgetIfGone(job: Job): void {
    if (!job.removed || job.active.size + job.waiting.size + job.lingering.size > 0) return;
    this.#jobs.delete(job.spec.name);
    this.#past.set(job.spec.name, memoryOf(job));
    this.#watched.delete(job);
  }

  #plan(job: Job): void {
    const { timed, place, spec } = job;
    const next = timed === undefined || place === null || !spec.enabled ? undefined : upcoming(timed, place);
    this.#agenda.set(spec.name, next?.due);
  }

  /** Once a second: a clock that was set, a pause that is over, a run that is late. */
  tick(): void {
    this.#lookAtClock();
    this.#endPauses();
    this.#lookAtJobs();
    this.#serve(GRACE_MS);
  }

  /** Before anything is read off the wall clock: an interval that a set clock made look due would lose its pace. */
  #lookAtClock(): void {
    const jump = this.#watch.look();
    if (jump !== undefined && jump.set !== 0) this.#clockWasSet(jump.set);
  }

  /** Intervals keep their pace; what a calendar says is as the new time has it, but nothing runs a second time. */
  #clockWasSet(ms: number): void {
    const now = this.#deps.clock.now();
    for (const job of this.#jobs.values()) {
      if (job.expected !== undefined) job.expected = { ...job.expected, by: job.expected.by + ms };
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
      const overdue = becomesOverdue(job, now);
      if (overdue === undefined) continue;
      const { slotAt, by } = overdue;
      this.#deps.onEvent({ kind: "job_overdue", job: job.spec.name, at: now, slotAt, deadlineMs: by - slotAt });
    }
  }

  /** Deals with everything that is due, and sleeps until the next. */
  #serve(graceMs: number): void {
    if (this.#isStopping) return;
    this.#lookAtClock();
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
    const { older, run } = due;
    void this.desk.serve(job, {
      older: older === undefined ? undefined : { ...older, from: timedSlot(job.spec, older.from) },
      missed: due.missed.map((slot) => timedSlot(job.spec, slot)),
      run: run.map((slot, index) => ({
        slot: timedSlot(job.spec, slot),
        catchUp: !due.onTime || index < run.length - 1,
      })),
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

  /** Names of jobs, also of those that were taken out, whose code goes on though it was let go. */
  lingering(): readonly string[] {
    return [...this.#jobs.values()].filter(({ lingering }) => lingering.size > 0).map(({ spec }) => spec.name);
  }

  /** What is paused now. */
  pauses(): { readonly scheduler: Pause | null; readonly jobs: Readonly<Record<string, Pause>> } {
    const paused = [...this.#jobs].flatMap(([name, { pause }]): [string, Pause][] =>
      pause === null ? [] : [[name, pause]]
    );
    return { scheduler: this.desk.pause, jobs: Object.fromEntries(paused) };
  }

  /** Everything that the books have to know, for new ones. */
  snapshot(): Change {
    const jobs = [...this.#jobs.values()];
    const open = jobs.flatMap(({ active }) => [...active.values()].map(runOf));
    const last = jobs.flatMap(({ lastRun, lastSkip }) => [lastRun, lastSkip].filter((run) => run !== null));
    const memories = [...this.#past.values(), ...jobs.map(memoryOf)];
    return { update: [...last, ...open, ...this.desk.waiting()], jobs: memories, pause: this.desk.pause };
  }

  /** When the last slot of a timed job came; wall time in milliseconds. */
  get lastSlotAt(): number | null {
    return this.#lastSlotAt;
  }

  /** When a job is due next; wall time in milliseconds. */
  dueOf(job: string): number | undefined {
    return this.#agenda.dueOf(job);
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
    this.#isStopping = true;
    this.triggers.shut();
    this[Symbol.dispose]();
    return await drain(this.desk, { clock: this.#deps.clock, ms });
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
