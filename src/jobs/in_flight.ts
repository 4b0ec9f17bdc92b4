import type { JobsDeps } from "./deps.ts";
import { Execution, type ExecutionListener } from "./execution.ts";
import type { Gate } from "./gate.ts";
import { type Job, runOf } from "./job.ts";
import type { JobSpec } from "./job_spec.ts";
import type { Run } from "./run.ts";
import { tell } from "./tell.ts";
import { Turns } from "./turns.ts";

/** What runs that are worked on need of the desk. */
export interface InFlightOptions {
  readonly jobs: ReadonlyMap<string, Job>;
  readonly gate: Pick<Gate, "holdUp" | "takePlace" | "takePlaceAgain" | "givePlace">;
  /** A place is free, or a job. */
  readonly onFree: () => void;
  /** The outcome of a run stands. Resolves when it is on disk. */
  readonly onEnded: (job: Job, run: Run) => Promise<void>;
}

/** Runs that are worked on: each has a place while an attempt of it is made, and none while it waits for its next. */
export class InFlight {
  readonly #deps: JobsDeps;
  readonly #options: InFlightOptions;
  readonly #turns: Turns;
  #rested = Promise.withResolvers<void>();

  constructor(deps: JobsDeps, options: InFlightOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#turns = new Turns(deps.clock);
  }

  /** @param of `committed` resolves when the run's line, which says `running`, is on disk */
  begin(job: Job, of: { readonly run: Run; readonly committed: Promise<unknown> }): void {
    this.#options.gate.takePlace(job.spec);
    const execution = Execution.begin(this.#executionDeps(job), job.spec, of);
    job.active.set(of.run.id, { kind: "execution", execution });
  }

  /** Goes on with a run that waited for its next attempt when an earlier daemon ended. */
  resume(job: Job, run: Run): void {
    const execution = Execution.resume(this.#executionDeps(job), job.spec, run);
    job.active.set(run.id, { kind: "execution", execution });
  }

  #executionDeps(job: Job) {
    return { ...this.#deps, turns: this.#turns, listener: this.#listener(job, job.spec) };
  }

  #listener(job: Job, spec: JobSpec): ExecutionListener {
    const { gate, onFree, onEnded } = this.#options;
    return {
      record: (run) => this.#deps.ledger.record({ update: [run] }),
      hindrance: (run) => gate.holdUp(job, run),
      takePlace: () => gate.takePlaceAgain(spec),
      onStarted: (run) => tell(this.#deps, { kind: "job_started", run }),
      onRetrying: (run, inMs) => {
        gate.givePlace(spec);
        tell(this.#deps, { kind: "job_retrying", run, inMs });
        this.#rest();
        onFree();
      },
      onHeldUp: (run, because) => tell(this.#deps, { kind: "job_queued", run, because }),
      onLeftovers: (run, { leftovers: processes, lingers }) => {
        if (lingers !== undefined) this.#follow(job, run, lingers);
        tell(this.#deps, { kind: "job_leftovers", run, processes });
      },
      onEnded: (run, hadPlace) => {
        if (hadPlace) gate.givePlace(spec);
        void onEnded(job, run).then(() => this.#rest());
      },
    };
  }

  /** Its code goes on after it was let go: other runs of the job wait for its end. */
  #follow(job: Job, run: Run, settled: Promise<unknown>): void {
    const code = { run: run.id, since: this.#deps.clock.now() };
    job.lingering.add(code);
    void settled.then(() => {
      job.lingering.delete(code);
      this.#options.onFree();
    });
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

  /** @returns the run as it is then; undefined when none of this number is in flight */
  cancel(id: number, reason: string): Run | undefined {
    for (const { active } of this.#options.jobs.values()) {
      const found = active.get(id);
      if (found?.kind === "execution") found.execution.cancel(reason);
      if (found !== undefined) return runOf(found);
    }
    return undefined;
  }

  all(): readonly Execution[] {
    return [...this.#options.jobs.values()].flatMap(({ active }) =>
      [...active.values()].flatMap((one) => one.kind === "execution" ? [one.execution] : [])
    );
  }

  /** What waits for its next attempt is left to the next daemon. */
  leaveRetrying(): void {
    for (const execution of this.all()) if (execution.isRetrying) execution.leave();
  }
}
