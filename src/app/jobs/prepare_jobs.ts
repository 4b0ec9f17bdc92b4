import type { Config } from "../../schema/appd_schema.ts";
import type { Files } from "../../system/files.ts";
import { jobSpecs, schedulerSpec } from "./job_specs.ts";
import type { PreparedJobs } from "./jobs.ts";
import { repositorySpecs } from "./repository_specs.ts";
import type { Times } from "./times.ts";

/** @throws AppdError (config) when an `env_file` cannot be read */
export function prepareJobs(config: Config, around: { readonly files: Files; readonly times: Times }): PreparedJobs {
  const { workHours, ...scheduler } = schedulerSpec(config);
  return {
    jobs: jobSpecs(config, around.files),
    scheduler: { ...scheduler, ...(workHours === undefined ? {} : { hours: around.times.hoursOf(workHours) }) },
    workHours,
    repositories: repositorySpecs(config),
  };
}
