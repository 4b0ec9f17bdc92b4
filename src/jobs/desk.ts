import { expectEnd, meetDeadline } from "./deadline.ts";
import type { JobsDeps } from "./deps.ts";
import { type Entry, writeEntries } from "./entry.ts";
import type { Execution } from "./execution.ts";
import { Gate } from "./gate.ts";
import { InFlight } from "./in_flight.ts";
import { forget, Intake } from "./intake.ts";
import { type Job, memoryOf, runOf } from "./job.ts";
import type { SchedulerSpec } from "./job_spec.ts";
import type { Change, Pause } from "./ledger.ts";
import { prune } from "./prune.ts";
import { firstAttempt, type Run, type Slot } from "./run.ts";
import { Tally } from "./tally.ts";
import { tell } from "./tell.ts";
import { WaitingLine } from "./waiting_line.ts";

/** Slots of one job that are due at once, oldest first. */
export interface DueSlots {
  /** Slots that nobody could run and that share one line, which come before all others. */
  readonly older: { readonly from: Slot; readonly until: number; readonly count: number } | undefined;
  /** Others that nobody could run. */
  readonly missed: readonly Slot[];
  readonly run: readonly { readonly slot: Slot; readonly catchUp: boolean }[];
}

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
  readonly #gate: Gate;
  readonly #inFlight: InFlight;
  readonly #intake: Intake;
  /** Counts, and who waits for ends. */
  readonly tally = new Tally();

  constructor(deps: JobsDeps, options: DeskOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#gate = new Gate(deps.clock);
    this.#inFlight = new InFlight(deps, {
      jobs: options.jobs,
      gate: this.#gate,
      onFree: () => this.dispatch(),
      onEnded: (job, run) => this.close(job, run),
    });
    this.#intake = new Intake(deps, {
      gate: this.#gate,
      line: this.#line,
      inFlight: this.#inFlight,
      tally: this.tally,
      cancelJob: (job, reason) => this.cancelJob(job, reason),
      onFree: () => this.dispatch(),
    });
  }

  /** What an earlier daemon left. */
  recall(lastId: number, pause: Pause | null): void {
    this.#intake.skipTo(lastId);
    this.#gate.pause = pause;
  }

  /** The last number that a run got. */
  get lastId(): number {
    return this.#intake.lastId;
  }

  /** Numbers up to this one are taken. */
  skipTo(id: number): void {
    this.#intake.skipTo(id);
  }

  apply(spec: SchedulerSpec): void {
    this.#gate.apply(spec);
  }

  get pause(): Pause | null {
    return this.#gate.pause;
  }

  set pause(pause: Pause | null) {
    this.#gate.pause = pause;
  }

  /** Runs under way, and runs that wait. */
  get load(): { readonly inFlight: number; readonly queued: number } {
    return { inFlight: this.#gate.taken, queued: this.#line.size };
  }

  /** When a run that waits for work hours can begin; wall time in milliseconds. */
  get nextOpening(): number | undefined {
    return this.#line.nextOpening(this.#deps.clock.now());
  }

  /** Runs that wait, in their order. */
  waiting(): readonly Run[] {
    return this.#line.all();
  }

  /** Whether a run has no outcome yet. */
  has(id: number): boolean {
    return this.#line.get(id) !== undefined || this.#options.jobs.values().some(({ active }) => active.has(id));
  }

  /** The run as it is now; as it was given when it has its outcome. */
  current(run: Run): Run {
    const active = this.#options.jobs.get(run.job)?.active.get(run.id);
    return active === undefined ? this.#line.get(run.id) ?? run : runOf(active);
  }

  /**
   * Deals with a slot. Resolves with its line when that is on disk; undefined when the slot has had one before.
   */
  async enter(job: Job, slot: Slot): Promise<Run | undefined> {
    const entry = this.#intake.enter(job, slot, { catchUp: false });
    const [isNew] = await this.#write([entry]);
    return isNew ? this.current(entry.run) : undefined;
  }

  /**
   * Deals with all slots of a job that are due at once, in one change of the books: they stand there together with the
   * job's place behind them, or not at all.
   */
  async serve(job: Job, { older, missed, run }: DueSlots): Promise<void> {
    const row = older === undefined ? [] : [
      this.#intake.skip(job, older.from, { reason: "missed", slots: older.count, slotUntil: older.until }),
    ];
    const earliest = older?.from ?? missed[0];
    if (earliest !== undefined) expectEnd(job, earliest.at);
    const lines = missed.map((slot) => this.#intake.skip(job, slot, { reason: "missed" }));
    const runs = run.map(({ slot, catchUp }) => this.#intake.enter(job, slot, { catchUp }));
    await this.#write([...row, ...lines, ...runs]);
  }

  /** Goes on with a run that an earlier daemon had let in. */
  resume(job: Job, run: Run): void {
    if (run.state === "retrying") return this.#inFlight.resume(job, run);
    this.#line.add(run);
    job.waiting.add(run.id);
    expectEnd(job, run.notBefore ?? run.slotAt);
  }

  /** Gives a run its outcome, with everything that follows from it in one change of the books. */
  async close(job: Job, run: Run): Promise<void> {
    forget(job, run.id, this.#line);
    job.lastRun = run;
    job.lines++;
    if (meetDeadline(job, run)) tell(this.#deps, { kind: "job_recovered", job: run.job });
    const follow = this.#options.consequences(run).map(({ job: next, slot }) =>
      this.#intake.enter(next, slot, { catchUp: false })
    );
    this.tally.count(run);
    tell(this.#deps, { kind: "job_ended", run });
    this.dispatch();
    await this.#write(follow, { update: [run], jobs: [memoryOf(job)] });
    this.tally.announce(run);
    prune(job, this.#deps);
  }

  /** See {@link InFlight.nextRest}. */
  get nextRest(): Promise<void> {
    return this.#inFlight.nextRest;
  }

  async #write(entries: readonly Entry[], more: Change = {}): Promise<boolean[]> {
    const areNew = await writeEntries(entries, { ledger: this.#deps.ledger, more });
    for (const { run } of entries) {
      const job = this.#options.jobs.get(run.job);
      if (job !== undefined) prune(job, this.#deps);
    }
    return areNew;
  }

  /** Starts what waits and can start, in its order. */
  dispatch(): void {
    if (this.#gate.isShut) return;
    for (const run of this.#line.all()) {
      if (this.#gate.isFull) return;
      const job = this.#options.jobs.get(run.job);
      if (job === undefined || !this.#line.isWritten(run.id)) continue;
      const because = this.#gate.hindrance(job, run);
      if (because !== undefined) {
        if (because === this.#gate.holdUp(job, run)) this.#tellWait(run, because);
        continue;
      }
      this.#line.remove(run.id);
      job.waiting.delete(run.id);
      const started = firstAttempt(run, this.#deps.clock.now());
      this.#inFlight.begin(job, { run: started, committed: this.#deps.ledger.record({ update: [started] }) });
    }
  }

  /** It waits for something that may take long, and for nothing else as before: that is told once. */
  #tellWait(run: Run, because: string): void {
    if (because === run.reason) return;
    const waiting = { ...run, reason: because };
    this.#line.add(waiting);
    void this.#deps.ledger.record({ update: [waiting] });
    tell(this.#deps, { kind: "job_queued", run: waiting, because });
  }

  /** @returns the run as it is then; undefined when there is none of this number without an outcome */
  cancel(id: number, reason: string): Run | undefined {
    const waiting = this.#line.get(id);
    return waiting === undefined ? this.#inFlight.cancel(id, reason) : this.#dismiss(waiting, reason);
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
    return this.#inFlight.all();
  }

  /** Nothing is started any more; what waits, or waits for its next attempt, is left to the next daemon. */
  shut(): void {
    this.#gate.shut();
    this.#inFlight.leaveRetrying();
  }
}
