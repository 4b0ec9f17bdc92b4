import type { Config } from "../../schema/appd_schema.ts";
import { jobSpecs, type JobSurroundings, placesOf, workHoursOf } from "./job_specs.ts";
import type { PreparedJobs } from "./jobs.ts";
import { repositorySpecs } from "./repository_specs.ts";
import type { Times } from "./times.ts";

/** What the daemon makes of the jobs and repositories of its configuration. */
export function prepareJobs(config: Config, around: JobSurroundings & { readonly times: Times }): PreparedJobs {
  const workHours = workHoursOf(config, around.systemZone);
  const hours = workHours === undefined ? {} : { hours: around.times.hoursOf(workHours) };
  return {
    jobs: jobSpecs(config, around),
    scheduler: { ...placesOf(config), ...hours },
    workHours,
    repositories: repositorySpecs(config),
  };
}
