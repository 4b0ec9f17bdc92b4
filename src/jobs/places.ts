import type { JobSpec, SchedulerSpec } from "./job_spec.ts";

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
