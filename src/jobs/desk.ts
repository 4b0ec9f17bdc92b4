import { judge } from "./admission.ts";
import { expectEnd, meetDeadline } from "./deadline.ts";
import type { JobsDeps } from "./deps.ts";
import type { JobEvent } from "./events.ts";
import { Execution, type ExecutionListener } from "./execution.ts";
import { type ActiveRun, type Job, memoryOf, runOf } from "./job.ts";
import type { JobSpec, SchedulerSpec } from "./job_spec.ts";
import type { Change, Pause } from "./ledger.ts";
import { leftOutBy } from "./left_out.ts";
import { codeAhead } from "./lingering.ts";
import { newRun, type Run, type Slot } from "./run.ts";
import { Tally } from "./tally.ts";
import { Turns } from "./turns.ts";
import { Places, WaitingLine } from "./waiting_line.ts";

/** A slot's line and the change of the books that makes it stand. */
interface Entry {
  readonly run: Run;
  readonly change: Change;
  /** Called when the line is on disk; with false when its slot has had one before. */
  readonly settle: (isNew: boolean) => void;
}

export interface EnterOptions {
  readonly catchUp?: boolean;
}

/** Slots of one job that are due at once, oldest first. */
export interface DueSlots {
  /** Slots that nobody could run and that share one line, which come before all others. */
  readonly older: { readonly from: Slot; readonly until: number; readonly count: number } | undefined;
  /** Others that nobody could run. */
  readonly missed: readonly Slot[];
  readonly run: readonly { readonly slot: Slot; readonly catchUp: boolean }[];
}

/** New lines of a job after which old ones are looked for. */
const PRUNE_AFTER = 20;

/** What the desk is told of its surroundings. */
export interface DeskOptions {
  readonly jobs: ReadonlyMap<string, Job>;
  /** Slots of other jobs that the end of a run brings about. */
  readonly consequences: (ended: Run) => readonly { readonly job: Job; readonly slot: Slot }[];
}

/**
 * Where slots are dealt with: each is judged, written down, started or made to wait, and gets its outcome. All decisions
 * are made at once, in memory; a process starts when its line is on disk.
 */
export class Desk {
  readonly #deps: JobsDeps;
  readonly #options: DeskOptions;
  readonly #line = new WaitingLine();
  readonly #places = new Places();
  /** Numbers of waiting runs whose lines are not on disk yet: their slots may turn out to have had one. */
  readonly #unwritten = new Set<number>();
  readonly #turns: Turns;
  /** Counts, and who waits for ends. */
  readonly tally = new Tally();
  #spec: SchedulerSpec = { concurrency: 1, pools: {} };
  #pause: Pause | null = null;
  #nextId = 1;
  #closed = false;
  #rested = Promise.withResolvers<void>();

  constructor(deps: JobsDeps, options: DeskOptions) {
    this.#deps = deps;
    this.#turns = new Turns(deps.clock);
    this.#options = options;
  }

  /** What an earlier daemon left. */
  recall(lastId: number, pause: Pause | null): void {
    this.#nextId = lastId + 1;
    this.#pause = pause;
  }

  apply(spec: SchedulerSpec): void {
    this.#spec = spec;
    this.#places.apply(spec);
  }

  get pause(): Pause | null {
    return this.#pause;
  }

  set pause(pause: Pause | null) {
    this.#pause = pause;
  }

  /** Runs under way, and runs that wait. */
  get load(): { readonly inFlight: number; readonly queued: number } {
    return { inFlight: this.#places.taken, queued: this.#line.size };
  }

  /** When a run that waits for work hours can begin; wall time in milliseconds. */
  get nextOpening(): number | undefined {
    return this.#line.nextOpening(this.#deps.clock.now());
  }

  /** Runs that wait, in their order. */
  waiting(): readonly Run[] {
    return this.#line.all();
  }

  /** The run as it is now; as it was given when it has its outcome. */
  current(run: Run): Run {
    const active = this.#options.jobs.get(run.job)?.active.get(run.id);
    return active === undefined ? this.#line.get(run.id) ?? run : runOf(active);
  }

  /**
   * Deals with a slot. Resolves with its line when that is on disk; undefined when the slot has had one before.
   */
  async enter(job: Job, slot: Slot, options: EnterOptions = {}): Promise<Run | undefined> {
    const entry = this.#entry(job, slot, options);
    const [isNew] = await this.#write([entry]);
    return isNew ? this.current(entry.run) : undefined;
  }

  /**
   * Deals with all slots of a job that are due at once, in one change of the books: they stand there together with the
   * job's place behind them, or not at all.
   */
  async serve(job: Job, { older, missed, run }: DueSlots): Promise<void> {
    const row = older === undefined ? [] : [
      this.#skipped(job, older.from, { reason: "missed", slots: older.count, slotUntil: older.until }),
    ];
    const earliest = older?.from ?? missed[0];
    if (earliest !== undefined) expectEnd(job, earliest.at);
    const lines = missed.map((slot) => this.#skipped(job, slot, { reason: "missed" }));
    const runs = run.map(({ slot, catchUp }) => this.#entry(job, slot, { catchUp }));
    await this.#write([...row, ...lines, ...runs]);
  }

  #entry(job: Job, slot: Slot, { catchUp = false }: EnterOptions): Entry {
    const { clock } = this.#deps;
    const now = clock.now();
    const { hours } = this.#spec;
    const waiting = [...job.waiting].map((id) => this.#line.get(id));
    const verdict = judge({
      spec: job.spec,
      kind: slot.cause.kind,
      catchUp,
      paused: this.#isPaused(job),
      hours,
      now,
      busy: busyText(job, waiting),
      deferred: waiting.some((run) => run?.notBefore !== null),
      waiting: waiting.length,
    });
    if (verdict.kind === "skip") return this.#skipped(job, slot, { reason: verdict.reason });
    const number = ++job.number;
    const id = this.#nextId++;
    if (verdict.kind === "replace") this.cancelJob(job, `replaced by run ${id}`);
    const notBefore = verdict.kind === "admit" ? verdict.notBefore : null;
    expectEnd(job, notBefore ?? slot.at);
    const queued = newRun(slot, { id, job: job.spec.name, createdAt: now, number, notBefore });
    const hindrance = verdict.kind === "admit" && verdict.because !== null
      ? verdict.because
      : this.#hindrance(job, queued);
    return hindrance === undefined ? this.#startNew(job, queued) : this.#queue(job, queued, hindrance);
  }

  #skipped(job: Job, slot: Slot, more: { reason: string; slots?: number; slotUntil?: number }): Entry {
    const now = this.#deps.clock.now();
    const id = this.#nextId++;
    const run = newRun(slot, { ...more, id, job: job.spec.name, createdAt: now, endedAt: now, state: "skipped" });
    job.lastSkip = run;
    job.lines++;
    const settle = (isNew: boolean) => {
      if (!isNew) return;
      this.tally.count(run);
      this.#tell({ kind: "job_skipped", run });
    };
    return { run, change: { insert: [run], jobs: [memoryOf(job)] }, settle };
  }

  #queue(job: Job, run: Run, because: string): Entry {
    const waiting = { ...run, reason: because };
    this.#line.add(waiting);
    this.#unwritten.add(run.id);
    job.waiting.add(run.id);
    const settle = (isNew: boolean) => {
      this.#unwritten.delete(run.id);
      if (isNew) this.#tell({ kind: "job_queued", run: waiting, because });
      else this.#takeBack(job, run);
      this.dispatch();
    };
    return { run: waiting, change: { insert: [waiting], jobs: [memoryOf(job)] }, settle };
  }

  #startNew(job: Job, queued: Run): Entry {
    const run = this.#firstAttempt(queued);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#execute(job, run, promise);
    const settle = (isNew: boolean) => {
      if (isNew) return resolve();
      this.#places.give(job.spec);
      this.#takeBack(job, run);
      this.dispatch();
    };
    return { run, change: { insert: [run], jobs: [memoryOf(job)] }, settle };
  }

  /** Its slot had a line already: there is no such run, and its number is the next one's. */
  #takeBack(job: Job, { id, number }: Run): void {
    this.#forget(job, id);
    if (number === job.number) job.number--;
  }

  #firstAttempt(run: Run): Run {
    return { ...run, state: "running", reason: null, attempts: 1, startedAt: this.#deps.clock.now() };
  }

  #execute(job: Job, run: Run, committed: Promise<unknown>): void {
    this.#places.take(job.spec);
    const execution = Execution.begin(
      { ...this.#deps, turns: this.#turns, listener: this.#listener(job, job.spec) },
      job.spec,
      { run, committed },
    );
    job.active.set(run.id, { kind: "execution", execution });
  }

  /** Goes on with a run that an earlier daemon had let in. */
  resume(job: Job, run: Run): void {
    if (run.state !== "retrying") {
      this.#line.add(run);
      job.waiting.add(run.id);
      expectEnd(job, run.notBefore ?? run.slotAt);
      return;
    }
    const execution = Execution.resume(
      { ...this.#deps, turns: this.#turns, listener: this.#listener(job, job.spec) },
      job.spec,
      run,
    );
    job.active.set(run.id, { kind: "execution", execution });
  }

  #listener(job: Job, spec: JobSpec): ExecutionListener {
    return {
      record: (run) => this.#deps.ledger.record({ update: [run] }),
      hindrance: (run) => leftOutBy(job, run) ?? codeAhead(job),
      takePlace: () => {
        if (this.#closed || this.#places.missingFor(spec) !== undefined) return false;
        this.#places.take(spec);
        return true;
      },
      onStarted: (run) => this.#tell({ kind: "job_started", run }),
      onRetrying: (run, inMs) => {
        this.#places.give(spec);
        this.#tell({ kind: "job_retrying", run, inMs });
        this.#rest();
        this.dispatch();
      },
      onHeldUp: (run, because) => this.#tell({ kind: "job_queued", run, because }),
      onLeftovers: (run, { leftovers: processes, lingers }) => {
        if (lingers !== undefined) this.#follow(job, run, lingers);
        this.#tell({ kind: "job_leftovers", run, processes });
      },
      onEnded: (run, hadPlace) => {
        if (hadPlace) this.#places.give(spec);
        void this.close(job, run);
      },
    };
  }

  /** Its code goes on after it was let go: other runs of the job wait for its end. */
  #follow(job: Job, run: Run, settled: Promise<unknown>): void {
    const code = { run: run.id, since: this.#deps.clock.now() };
    job.lingering.add(code);
    void settled.then(() => {
      job.lingering.delete(code);
      this.dispatch();
    });
  }

  /** Gives a run its outcome, with everything that follows from it in one change of the books. */
  async close(job: Job, run: Run): Promise<void> {
    this.#forget(job, run.id);
    job.lastRun = run;
    job.lines++;
    if (meetDeadline(job, run)) this.#tell({ kind: "job_recovered", job: run.job });
    const follow = this.#options.consequences(run).map(({ job: next, slot }) => this.#entry(next, slot, {}));
    this.tally.count(run);
    this.#tell({ kind: "job_ended", run });
    this.dispatch();
    await this.#write(follow, { update: [run], jobs: [memoryOf(job)] });
    this.tally.announce(run);
    this.#rest();
    this.#prune(job);
  }

  /** Resolves when the next run has its outcome on disk, or waits for another attempt. */
  get nextRest(): Promise<void> {
    return this.#rested.promise;
  }

  #rest(): void {
    const { resolve } = this.#rested;
    this.#rested = Promise.withResolvers();
    resolve();
  }

  /** Lines beyond the limits go a few at a time, with every so many new ones. */
  #prune(job: Job): void {
    if (job.lines < PRUNE_AFTER) return;
    job.lines = 0;
    const { name, keepFor, keepRuns } = job.spec;
    void this.#deps.ledger.prune(name, { keep: keepRuns, before: this.#deps.clock.now() - keepFor });
  }

  async #write(entries: readonly Entry[], more: Change = {}): Promise<boolean[]> {
    const refused = await this.#deps.ledger.record({
      update: more.update ?? [],
      insert: entries.flatMap(({ change }) => change.insert ?? []),
      jobs: [...more.jobs ?? [], ...entries.flatMap(({ change }) => change.jobs ?? [])],
    });
    return entries.map(({ run, settle }) => {
      const isNew = !refused.has(run.id);
      settle(isNew);
      const job = this.#options.jobs.get(run.job);
      if (job !== undefined) this.#prune(job);
      return isNew;
    });
  }

  /** Starts what waits and can start, in its order. */
  dispatch(): void {
    if (this.#closed) return;
    for (const run of this.#line.all()) {
      if (this.#places.isFull) return;
      const job = this.#options.jobs.get(run.job);
      if (job === undefined || this.#unwritten.has(run.id)) continue;
      const because = this.#hindrance(job, run);
      if (because !== undefined) {
        if (because === leftOutBy(job, run) || because === codeAhead(job)) this.#waitOn(run, because);
        continue;
      }
      this.#line.remove(run.id);
      job.waiting.delete(run.id);
      const started = this.#firstAttempt(run);
      this.#execute(job, started, this.#deps.ledger.record({ update: [started] }));
    }
  }

  /** What it waited for is over, and it waits for something else, which may take long: that is told once. */
  #waitOn(run: Run, because: string): void {
    if (run.reason === because) return;
    const waiting = { ...run, reason: because };
    this.#line.add(waiting);
    void this.#deps.ledger.record({ update: [waiting] });
    this.#tell({ kind: "job_queued", run: waiting, because });
  }

  /** Why a run cannot begin now. */
  #hindrance(job: Job, run: Run): string | undefined {
    if (this.#closed) return "the daemon is stopping";
    const now = this.#deps.clock.now();
    if (run.notBefore !== null && run.notBefore > now) return "outside work hours";
    if (run.cause.kind !== "manual" && this.#isPaused(job)) return "paused";
    const busy = job.spec.overlap === "allow" ? undefined : busyText(job, []);
    return leftOutBy(job, run) ?? busy ?? this.#places.missingFor(job.spec);
  }

  #isPaused(job: Job): boolean {
    return this.#pause !== null || job.pause !== null;
  }

  /** @returns the run as it is then; undefined when there is none of this number without an outcome */
  cancel(id: number, reason: string): Run | undefined {
    const waiting = this.#line.get(id);
    if (waiting !== undefined) return this.#dismiss(waiting, reason);
    for (const { active } of this.#options.jobs.values()) {
      const found = active.get(id);
      if (found?.kind === "execution") found.execution.cancel(reason);
      if (found !== undefined) return runOf(found);
    }
    return undefined;
  }

  /** Cancels everything of a job. @returns the runs */
  cancelJob(job: Job, reason: string): readonly Run[] {
    return [...job.waiting, ...job.active.keys()].flatMap((id) => this.cancel(id, reason) ?? []);
  }

  /** Takes a run out of the line. */
  #dismiss(run: Run, reason: string): Run {
    const ended: Run = { ...run, state: "cancelled", reason, endedAt: this.#deps.clock.now() };
    const job = this.#options.jobs.get(run.job);
    if (job !== undefined) void this.close(job, ended);
    return ended;
  }

  /** Runs that are worked on now. */
  executions(): readonly Execution[] {
    return [...this.#options.jobs.values()].flatMap(({ active }) =>
      [...active.values()].flatMap((one) => one.kind === "execution" ? [one.execution] : [])
    );
  }

  /** Nothing is started any more; what waits, or waits for its next attempt, is left to the next daemon. */
  shut(): void {
    this.#closed = true;
    for (const execution of this.executions()) if (execution.isRetrying) execution.leave();
  }

  #forget(job: Job, id: number): void {
    job.active.delete(id);
    job.waiting.delete(id);
    this.#line.remove(id);
  }

  #tell(event: Told): void {
    const job = "run" in event ? event.run.job : event.job;
    this.#deps.onEvent({ ...event, job, at: this.#deps.clock.now() } as JobEvent);
  }
}

/** An event before its time is put to it. */
type Told =
  | { [K in JobEvent as K["kind"]]: K extends { run: Run } ? Omit<K, "job" | "at"> : never }[JobEvent["kind"]]
  | { readonly kind: "job_recovered"; readonly job: string };

function isRetrying(active: ActiveRun): boolean {
  return active.kind === "execution" && active.execution.isRetrying;
}

function busyText(job: Job, waiting: readonly (Run | undefined)[]): string | undefined {
  const active = job.active.values().find((one) => leftOutBy(job, runOf(one)) === undefined);
  if (active !== undefined) return `run ${runOf(active).id} is still ${isRetrying(active) ? "being tried" : "running"}`;
  const first = waiting.find((run) => run !== undefined && leftOutBy(job, run) === undefined);
  return codeAhead(job) ?? (first === undefined ? undefined : `run ${first.id} waits already`);
}
