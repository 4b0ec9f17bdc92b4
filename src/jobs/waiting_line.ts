import type { JobSpec, SchedulerSpec } from "./job_spec.ts";
import type { Run } from "./run.ts";

/** Runs that were let in and wait: for their job, for a place in a pool, for the work hours. First in, first out. */
export class WaitingLine {
  /** In the order of ids, which is that of their coming. */
  readonly #runs = new Map<number, Run>();

  add(run: Run): void {
    this.#runs.set(run.id, run);
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

/** Places that are taken: of all, and by pool. */
export class Places {
  #spec: SchedulerSpec = { concurrency: 1, pools: {} };
  #taken = 0;
  readonly #pools = new Map<string, number>();

  apply(spec: SchedulerSpec): void {
    this.#spec = spec;
  }

  get taken(): number {
    return this.#taken;
  }

  get isFull(): boolean {
    return this.#taken >= this.#spec.concurrency;
  }

  /** Why a run of `job` has no place now; undefined when it has one. */
  missingFor({ pool }: Pick<JobSpec, "pool">): string | undefined {
    if (this.isFull) return `${this.#taken} of ${this.#spec.concurrency} runs are under way`;
    if (pool === undefined) return undefined;
    const [taken, all] = [this.#pools.get(pool) ?? 0, this.#spec.pools[pool] ?? 1];
    return taken >= all ? `${taken} of ${all} places of pool ${pool} are taken` : undefined;
  }

  take({ pool }: Pick<JobSpec, "pool">): void {
    this.#change(pool, 1);
  }

  give({ pool }: Pick<JobSpec, "pool">): void {
    this.#change(pool, -1);
  }

  #change(pool: string | undefined, by: number): void {
    this.#taken += by;
    if (pool !== undefined) this.#pools.set(pool, (this.#pools.get(pool) ?? 0) + by);
  }
}
