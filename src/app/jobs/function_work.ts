import type { JobSpec, JobWork } from "../../jobs/job_spec.ts";
import type { RunOrder } from "../../jobs/runner.ts";

/** A job's work that is a function in the daemon. */
export interface FunctionWork extends JobWork {
  readonly kind: "function";
  /** Resolves when the work is done; a rejection is its failure. */
  readonly call: (order: RunOrder, signal: AbortSignal) => Promise<void>;
}

/** The function of a job; undefined when its work is a command. */
export function functionOf({ work }: Pick<JobSpec, "work">): FunctionWork | undefined {
  return (work as Partial<FunctionWork>).kind === "function" ? work as FunctionWork : undefined;
}
