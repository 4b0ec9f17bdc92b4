import type { JobSpec } from "../../jobs/job_spec.ts";
import type { Config } from "../../schema/appd_schema.ts";
import { jobSpecs, type JobSurroundings, placesOf, workHoursOf } from "./job_specs.ts";
import type { PreparedJobs } from "./jobs.ts";
import { repositorySpecs } from "./repository_specs.ts";
import type { Times } from "./times.ts";

/** What stands around all jobs. */
export interface JobsAround extends JobSurroundings {
  readonly times: Times;
  /** Jobs of the app. */
  readonly own: readonly JobSpec[];
  /** False: nothing makes a job run but a command. */
  readonly enabled: boolean;
}

/** What the daemon makes of the jobs and repositories of its configuration, and of the app's jobs. */
export function prepareJobs(config: Config, around: JobsAround): PreparedJobs {
  const { own, enabled, times, systemZone } = around;
  const workHours = workHoursOf(config, systemZone);
  const hours = workHours === undefined ? {} : { hours: times.hoursOf(workHours) };
  const jobs = [...jobSpecs(config, around), ...own];
  return {
    jobs: enabled ? jobs : jobs.map((job) => ({ ...job, enabled })),
    scheduler: { ...placesOf(config), ...hours },
    workHours,
    repositories: repositorySpecs(config),
  };
}
