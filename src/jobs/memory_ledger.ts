import type { Change, JobMemory, Ledger, LedgerQuery, Pause, Remembered } from "./ledger.ts";
import { isEnded, type Run } from "./run.ts";

/** The books on a sheet of paper: what a schedule is tried out with. */
export class MemoryLedger implements Ledger {
  readonly #runs = new Map<number, Run>();
  readonly #slots = new Set<string>();
  readonly #jobs = new Map<string, JobMemory>();
  #pause: Pause | null = null;
  readonly problem = undefined;

  load(): Promise<Remembered> {
    const runs = [...this.#runs.values()];
    return Promise.resolve({
      jobs: new Map(this.#jobs),
      open: runs.filter((run) => !isEnded(run)),
      pause: this.#pause,
      lastId: runs.at(-1)?.id ?? 0,
    });
  }

  record({ insert = [], update = [], jobs = [], pause }: Change): Promise<ReadonlySet<number>> {
    const refused = new Set<number>();
    for (const run of insert) {
      const key = `${run.job}\n${run.slot}`;
      if (this.#slots.has(key)) refused.add(run.id);
      else this.#runs.set(run.id, run);
      this.#slots.add(key);
    }
    for (const run of update) this.#update(run);
    for (const job of jobs) this.#jobs.set(job.name, job);
    if (pause !== undefined) this.#pause = pause;
    return Promise.resolve(refused);
  }

  #update(run: Run): void {
    const before = this.#runs.get(run.id);
    if (before === undefined || !isEnded(before)) this.#runs.set(run.id, run);
  }

  history(query: LedgerQuery): Promise<readonly Run[]> {
    const { job, slot, states, trigger, before = Infinity, limit, since = -Infinity, until = Infinity } = query;
    const found = [...this.#runs.values()].filter((run) =>
      run.id < before && (job === undefined || run.job === job) && (slot === undefined || run.slot === slot) &&
      (states === undefined || states.includes(run.state)) && (trigger === undefined || run.cause.kind === trigger) &&
      (run.slotUntil ?? run.slotAt) >= since && run.slotAt < until
    );
    return Promise.resolve(found.sort((a, b) => b.id - a.id).slice(0, limit));
  }

  run(id: number): Promise<Run | undefined> {
    return Promise.resolve(this.#runs.get(id));
  }

  prune(): Promise<void> {
    return Promise.resolve();
  }
}
