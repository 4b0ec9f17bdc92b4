import { cannot } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import { createJob, type Job, memoryOf } from "./job.ts";
import type { JobSpec } from "./job_spec.ts";
import type { JobMemory } from "./ledger.ts";

/** A job of the configuration that was taken in. */
export interface Enrolled {
  readonly job: Job;
  /** It was not there a moment ago. */
  readonly isNew: boolean;
  /** It was there once, and what was kept of it holds again. */
  readonly isBack: boolean;
}

/** Which jobs there are: of the configuration, on their way out of it, and remembered of those that are gone. */
export class Roster {
  readonly #jobs = new Map<string, Job>();
  readonly #past = new Map<string, JobMemory>();

  /** With those that were taken out and still run. */
  get jobs(): ReadonlyMap<string, Job> {
    return this.#jobs;
  }

  /** What an earlier daemon knew. */
  recall(memories: Iterable<JobMemory>): void {
    for (const memory of memories) this.#past.set(memory.name, memory);
  }

  /** Takes in a job as the configuration has it now. */
  enroll(spec: JobSpec): Enrolled {
    const { name } = spec;
    const known = this.#jobs.get(name);
    const job = known ?? createJob(spec, this.#past.get(name));
    const isBack = this.#past.delete(name);
    this.#jobs.set(name, job);
    job.spec = spec;
    job.removed = false;
    return { job, isNew: known === undefined, isBack };
  }

  /**
   * Jobs that are configured no more: when they come back they go on with their numbers, and have missed nothing.
   *
   * @returns what has to be noted of those of which that was not known
   */
  leaveOut(): readonly JobMemory[] {
    const memories = [...this.#past.values()].filter(({ mark }) => mark !== "").map((one) => ({ ...one, mark: "" }));
    this.recall(memories);
    return memories;
  }

  /** A job that was taken out is only remembered from its last run on, and the end of its code. @returns whether it is gone */
  forgetIfGone(job: Job): boolean {
    if (!job.removed || job.active.size + job.waiting.size + job.lingering.size > 0) return false;
    this.#jobs.delete(job.spec.name);
    this.#past.set(job.spec.name, memoryOf(job));
    return true;
  }

  /** @throws AppdError (notRunning) when there is no such job in the configuration */
  find(name: string, verb: string): Job {
    const job = this.#jobs.get(name);
    if (job !== undefined && !job.removed) return job;
    const near = nearest(name, [...this.#jobs.keys()]);
    throw cannot([verb, name], "there is no such job", {
      exit: "notRunning",
      hint: near === undefined ? "list them: appd jobs" : `did you mean "${near}"?`,
    });
  }

  /** Jobs of the configuration, in its order. */
  list(): readonly Job[] {
    return [...this.#jobs.values()].filter(({ removed }) => !removed);
  }

  /** What the books are to keep of all that there are and were. */
  memories(): readonly JobMemory[] {
    return [...this.#past.values(), ...[...this.#jobs.values()].map(memoryOf)];
  }
}
