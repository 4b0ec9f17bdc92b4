import type { JobSpec } from "../../jobs/job_spec.ts";
import type { Config } from "../../schema/appd_schema.ts";
import type { Context } from "../context.ts";
import type { AppJobsRun } from "../kit/jobs.ts";
import type { OwnParts } from "../kit/own_parts.ts";
import { modeOf } from "../mode.ts";
import { jobSpecs, type JobSurroundings, placesOf, workHoursOf } from "./job_specs.ts";
import type { PreparedJobs } from "./jobs.ts";
import { repositorySpecs } from "./repository_specs.ts";
import type { Times } from "./times.ts";

/** What of the jobs the app has a word on. */
export interface OwnJobs {
  readonly own: readonly JobSpec[];
  /** Why nothing makes a job run but a command: the mode that was asked for; undefined where jobs run. */
  readonly leftOut: string | undefined;
}

/** What stands around all jobs. */
export interface JobsAround extends JobSurroundings, OwnJobs {
  readonly times: Times;
}

/** The jobs of the app. @param options `parts`: what it has under the configuration */
export function ownJobs(
  context: Pick<Context, "app" | "mode">,
  { parts, ...around }: AppJobsRun & { readonly parts: Pick<OwnParts, "jobSpecs"> },
): OwnJobs {
  const mode = modeOf(context);
  const leftOut = mode?.jobs === false ? `the mode "${mode.name}" leaves jobs out` : undefined;
  return { own: parts.jobSpecs(around), leftOut };
}

/** What the daemon makes of the jobs and repositories of its configuration, and of the app's jobs. */
export function prepareJobs(config: Config, around: JobsAround): PreparedJobs {
  const { own, leftOut, times, systemZone } = around;
  const workHours = workHoursOf(config, systemZone);
  const hours = workHours === undefined ? {} : { hours: times.hoursOf(workHours) };
  const jobs = [...jobSpecs(config, around), ...own];
  return {
    jobs: leftOut === undefined ? jobs : jobs.map((job) => ({ ...job, enabled: false, leftOut })),
    scheduler: { ...placesOf(config), ...hours },
    workHours,
    repositories: repositorySpecs(config),
  };
}
