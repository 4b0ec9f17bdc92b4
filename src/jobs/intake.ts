import { expectEnd } from "./deadline.ts";
import type { JobsDeps } from "./deps.ts";
import type { Entry } from "./entry.ts";
import type { Gate } from "./gate.ts";
import type { InFlight } from "./in_flight.ts";
import { type Job, memoryOf } from "./job.ts";
import { firstAttempt, newRun, type Run, type Slot } from "./run.ts";
import type { Tally } from "./tally.ts";
import { tell } from "./tell.ts";
import type { WaitingLine } from "./waiting_line.ts";

/** What is looked at when a slot comes, and where its run goes. */
export interface IntakeOptions {
  readonly gate: Gate;
  readonly line: WaitingLine;
  readonly inFlight: InFlight;
  readonly tally: Tally;
  /** Cancels everything of a job, for a run that replaces it. */
  readonly cancelJob: (job: Job, reason: string) => void;
  /** What waits may be able to start now. */
  readonly onFree: () => void;
}

/** Why a slot has no run; `slots` and `slotUntil` where one line stands for several. */
export interface Skip {
  readonly reason: string;
  readonly slots?: number;
  readonly slotUntil?: number;
}

/** Makes an entry of each slot: its run is skipped, waits in the line, or begins when the entry is on disk. */
export class Intake {
  readonly #deps: JobsDeps;
  readonly #options: IntakeOptions;
  #nextId = 1;

  constructor(deps: JobsDeps, options: IntakeOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /** The last number that a run got. */
  get lastId(): number {
    return this.#nextId - 1;
  }

  /** Numbers up to this one are taken. */
  skipTo(id: number): void {
    this.#nextId = Math.max(this.#nextId, id + 1);
  }

  /** Judges a slot. @param options `catchUp`: it makes up for one that was missed */
  enter(job: Job, slot: Slot, { catchUp }: { readonly catchUp: boolean }): Entry {
    const { gate, line, cancelJob } = this.#options;
    const waiting = [...job.waiting].map((id) => line.get(id));
    const verdict = gate.judge(job, { slot, catchUp, waiting });
    if (verdict.kind === "skip") return this.skip(job, slot, { reason: verdict.reason });
    const number = ++job.number;
    const id = this.#nextId++;
    if (verdict.kind === "replace") cancelJob(job, `replaced by run ${id}`);
    const notBefore = verdict.kind === "admit" ? verdict.notBefore : null;
    expectEnd(job, notBefore ?? slot.at);
    const queued = newRun(slot, { id, job: job.spec.name, createdAt: this.#deps.clock.now(), number, notBefore });
    const hindrance = verdict.kind === "admit" && verdict.because !== null
      ? verdict.because
      : gate.hindrance(job, queued);
    return hindrance === undefined ? this.#begin(job, queued) : this.#queue(job, queued, hindrance);
  }

  /** @returns the entry of a slot for which nothing runs */
  skip(job: Job, slot: Slot, more: Skip): Entry {
    const now = this.#deps.clock.now();
    const id = this.#nextId++;
    const run = newRun(slot, { ...more, id, job: job.spec.name, createdAt: now, endedAt: now, state: "skipped" });
    job.lastSkip = run;
    job.lines++;
    const settle = (isNew: boolean) => {
      if (!isNew) return;
      this.#options.tally.count(run);
      tell(this.#deps, { kind: "job_skipped", run });
    };
    return { run, change: { insert: [run], jobs: [memoryOf(job)] }, settle };
  }

  #queue(job: Job, run: Run, because: string): Entry {
    const { line, onFree } = this.#options;
    const waiting = { ...run, reason: because };
    line.addUnwritten(waiting);
    job.waiting.add(run.id);
    const settle = (isNew: boolean) => {
      line.markWritten(run.id);
      if (isNew) tell(this.#deps, { kind: "job_queued", run: waiting, because });
      else this.#takeBack(job, run);
      onFree();
    };
    return { run: waiting, change: { insert: [waiting], jobs: [memoryOf(job)] }, settle };
  }

  #begin(job: Job, queued: Run): Entry {
    const { gate, inFlight, onFree } = this.#options;
    const run = firstAttempt(queued, this.#deps.clock.now());
    const { promise, resolve } = Promise.withResolvers<void>();
    inFlight.begin(job, { run, committed: promise });
    const settle = (isNew: boolean) => {
      if (isNew) return resolve();
      gate.givePlace(job.spec);
      this.#takeBack(job, run);
      onFree();
    };
    return { run, change: { insert: [run], jobs: [memoryOf(job)] }, settle };
  }

  /** Its slot had a line already: there is no such run, and its number is the next one's. */
  #takeBack(job: Job, { id, number }: Run): void {
    forget(job, id, this.#options.line);
    if (number === job.number) job.number--;
  }
}

/** Its job does not have the run any more, neither waiting nor at work. */
export function forget(job: Job, id: number, line: WaitingLine): void {
  job.active.delete(id);
  job.waiting.delete(id);
  line.remove(id);
}
