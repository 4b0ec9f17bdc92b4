import type { Context } from "../app/context.ts";
import { reportFor } from "../app/control.ts";
import { cannot } from "../base/errors.ts";
import type { JobStatus } from "../base/job_reports.ts";
import { nearest } from "../base/nearest.ts";

/** The jobs of the daemon that runs. @throws AppdError (notRunning, unavailable) */
export async function jobsOf(
  context: Context,
  action: readonly [verb: string, object: string],
): Promise<readonly JobStatus[]> {
  return (await reportFor(context, action)).jobs;
}

/** The job of this name. @throws AppdError (generic) naming the nearest when there is none */
export function jobNamed(verb: string, name: string, jobs: readonly JobStatus[]): JobStatus {
  const job = jobs.find((one) => one.name === name);
  if (job !== undefined) return job;
  const known = jobs.map((one) => one.name);
  const near = nearest(name, known);
  const all = known.length === 0 ? "there are no jobs" : `jobs: ${known.join(", ")}`;
  throw cannot([verb, name], "no such job", {
    exit: "generic",
    hint: near === undefined ? all : `did you mean "${near}"? ${all}`,
  });
}
