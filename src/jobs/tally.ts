import type { RunOutcome } from "../base/job_reports.ts";
import { isEnded, type Run } from "./run.ts";

/** Slots by outcome; one that has not been is absent. */
export type Outcomes = Readonly<Partial<Record<RunOutcome, number>>>;

/** Counts outcomes, and tells those who wait for the end of a run. */
export class Tally {
  readonly #outcomes = new Map<string, Partial<Record<RunOutcome, number>>>();
  readonly #waiters = new Map<number, Set<(run: Run) => void>>();

  /** Slots of a job since this daemon began. */
  of(job: string): Outcomes {
    return this.#outcomes.get(job) ?? {};
  }

  count(run: Run): void {
    if (!isEnded(run)) return;
    const counts = this.#outcomes.get(run.job) ?? {};
    this.#outcomes.set(run.job, counts);
    counts[run.state] = (counts[run.state] ?? 0) + run.slots;
  }

  /** Resolves when the run has its outcome, on disk. */
  ended(id: number): { readonly run: Promise<Run>; readonly forget: () => void } {
    const { promise, resolve } = Promise.withResolvers<Run>();
    const waiters = this.#waiters.get(id) ?? new Set();
    this.#waiters.set(id, waiters.add(resolve));
    return { run: promise, forget: () => this.#forget(id, resolve) };
  }

  #forget(id: number, resolve: (run: Run) => void): void {
    const waiters = this.#waiters.get(id);
    waiters?.delete(resolve);
    if (waiters?.size === 0) this.#waiters.delete(id);
  }

  /** The outcome of a run is on disk. */
  announce(run: Run): void {
    for (const tell of this.#waiters.get(run.id) ?? []) tell(run);
    this.#waiters.delete(run.id);
  }
}
