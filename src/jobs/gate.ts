import type { Clock } from "../system/clock.ts";
import { judge, type Verdict } from "./admission.ts";
import { type ActiveRun, type Job, runOf } from "./job.ts";
import type { JobSpec, SchedulerSpec } from "./job_spec.ts";
import type { Pause } from "./ledger.ts";
import { leftOutBy } from "./left_out.ts";
import { codeAhead } from "./lingering.ts";
import { Places } from "./places.ts";
import type { Run, Slot } from "./run.ts";

/** A slot that has come, and what is looked at beside it. */
export interface Arrival {
  readonly slot: Slot;
  readonly catchUp: boolean;
  /** Runs of its job that wait. */
  readonly waiting: readonly (Run | undefined)[];
}

/** What stands in a run's way: pauses, work hours, other runs of its job, places that are taken, the daemon's end. */
export class Gate {
  readonly #clock: Pick<Clock, "now">;
  readonly #places = new Places();
  #spec: SchedulerSpec = { concurrency: 1, pools: {} };
  #isShut = false;
  /** Of all jobs. */
  pause: Pause | null = null;

  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
  }

  apply(spec: SchedulerSpec): void {
    this.#spec = spec;
    this.#places.apply(spec);
  }

  /** From now on nothing begins. */
  shut(): void {
    this.#isShut = true;
  }

  get isShut(): boolean {
    return this.#isShut;
  }

  /** Whether every place is taken. */
  get isFull(): boolean {
    return this.#places.isFull;
  }

  /** Places that are taken. */
  get taken(): number {
    return this.#places.taken;
  }

  /** What becomes of a slot. */
  judge(job: Job, { slot, catchUp, waiting }: Arrival): Verdict {
    return judge({
      spec: job.spec,
      kind: slot.cause.kind,
      catchUp,
      paused: this.#isPaused(job),
      hours: this.#spec.hours,
      now: this.#clock.now(),
      busy: busyText(job, waiting),
      deferred: waiting.some((run) => run?.notBefore !== null),
      waiting: waiting.length,
    });
  }

  /** Why a run that was let in cannot begin now; undefined when it can. */
  hindrance(job: Job, run: Run): string | undefined {
    if (this.#isShut) return "the daemon is stopping";
    if (run.notBefore !== null && run.notBefore > this.#clock.now()) return "outside work hours";
    if (run.cause.kind !== "manual" && this.#isPaused(job)) return "paused";
    const busy = job.spec.overlap === "allow" ? undefined : busyText(job, []);
    return leftOutBy(job, run) ?? busy ?? this.#places.missingFor(job.spec);
  }

  /** What keeps each attempt of a run, and may for long; undefined when nothing of that kind does. */
  holdUp(job: Job, run: Run): string | undefined {
    return leftOutBy(job, run) ?? codeAhead(job);
  }

  #isPaused(job: Job): boolean {
    return this.pause !== null || job.pause !== null;
  }

  /** For a run that nothing hinders. */
  takePlace(spec: JobSpec): void {
    this.#places.take(spec);
  }

  /** For the next attempt of a run. False when there is no place now. */
  takePlaceAgain(spec: JobSpec): boolean {
    if (this.#isShut || this.#places.missingFor(spec) !== undefined) return false;
    this.#places.take(spec);
    return true;
  }

  givePlace(spec: JobSpec): void {
    this.#places.give(spec);
  }
}

function busyText(job: Job, waiting: readonly (Run | undefined)[]): string | undefined {
  const active = job.active.values().find((one) => leftOutBy(job, runOf(one)) === undefined);
  if (active !== undefined) return `run ${runOf(active).id} is still ${isRetrying(active) ? "being tried" : "running"}`;
  const first = waiting.find((run) => run !== undefined && leftOutBy(job, run) === undefined);
  return codeAhead(job) ?? (first === undefined ? undefined : `run ${first.id} waits already`);
}

function isRetrying(active: ActiveRun): boolean {
  return active.kind === "execution" && active.execution.isRetrying;
}
