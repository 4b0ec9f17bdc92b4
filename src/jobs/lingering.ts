import type { Job } from "./job.ts";

/** The code of a run that ignored its signal and was let go: nothing can end it but itself, or the end of the daemon. */
export interface LingeringCode {
  readonly run: number;
  /** When it was let go; wall time in milliseconds. */
  readonly since: number;
}

/** Why no run of a job can begin beside code of it that goes on; undefined when there is none, or its runs may overlap. */
export function codeAhead({ spec, lingering }: Pick<Job, "spec" | "lingering">): string | undefined {
  const [first] = lingering;
  if (first === undefined || spec.overlap === "allow") return undefined;
  return `the code of run ${first.run}, which ignored its signal, still runs`;
}
