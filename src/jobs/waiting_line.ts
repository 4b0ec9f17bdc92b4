import type { Run } from "./run.ts";

/** Runs that were let in and wait: for their job, for a place in a pool, for the work hours. First in, first out. */
export class WaitingLine {
  /** In the order of ids, which is that of their coming. */
  readonly #runs = new Map<number, Run>();
  /** Numbers of those whose lines are not on disk yet: their slots may turn out to have had one. */
  readonly #unwritten = new Set<number>();

  add(run: Run): void {
    this.#runs.set(run.id, run);
  }

  /** Takes a run that does not start before {@link markWritten}. */
  addUnwritten(run: Run): void {
    this.add(run);
    this.#unwritten.add(run.id);
  }

  markWritten(id: number): void {
    this.#unwritten.delete(id);
  }

  isWritten(id: number): boolean {
    return !this.#unwritten.has(id);
  }

  get(id: number): Run | undefined {
    return this.#runs.get(id);
  }

  remove(id: number): Run | undefined {
    const run = this.#runs.get(id);
    this.#runs.delete(id);
    return run;
  }

  get size(): number {
    return this.#runs.size;
  }

  /** A copy, so that what is done with one may change the line. */
  all(): readonly Run[] {
    return [...this.#runs.values()];
  }

  /** The soonest time that a run waits for, in milliseconds, later than `now`. */
  nextOpening(now: number): number | undefined {
    let first: number | undefined;
    for (const { notBefore } of this.#runs.values()) {
      if (notBefore !== null && notBefore > now && (first === undefined || notBefore < first)) first = notBefore;
    }
    return first;
  }
}
