import type { Job } from "./job.ts";
import type { Run } from "./run.ts";

/** Why a run of a job, and each attempt of it, waits for another daemon; undefined: it need not, or somebody wants it now. */
export function leftOutBy({ spec }: Pick<Job, "spec">, { cause }: Pick<Run, "cause">): string | undefined {
  return cause.kind === "manual" ? undefined : spec.leftOut;
}
