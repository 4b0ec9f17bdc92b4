import type { JobSpec } from "../../jobs/job_spec.ts";
import type { TaskSpec } from "../../programs/task_spec.ts";
import type { Config } from "../../schema/appd_schema.ts";
import type { Schema } from "../../schema/section.ts";
import type { Context } from "../context.ts";
import { modeOf } from "../mode.ts";
import { appJobs, appJobSpecs, type AppJobsRun } from "./jobs.ts";
import type { Service } from "./service.ts";
import { type PlannedService, plannedService, serviceSpec, type ServiceSurroundings } from "./services.ts";
import { servicesUnder } from "./services_under.ts";
import { wantedServices } from "./wanted_services.ts";

/** What an app has under a configuration: read with it, once, for all that need it. */
export interface OwnParts {
  /** All services, whether or not they run. */
  readonly services: readonly Service<Config>[];
  /** Those that the mode and the configuration want. */
  readonly wanted: readonly PlannedService<Config>[];
  /** Those for the supervisor. */
  serviceSpecs(around: ServiceSurroundings<Config>): TaskSpec[];
  /** The jobs for the scheduler. */
  jobSpecs(around: AppJobsRun): JobSpec[];
}

/** What a configuration brings that is asked for parts. */
export interface PartsSource {
  readonly config: Config;
  readonly schema: Schema;
  /** All services that the app has under it, where reading it has asked for them already. */
  readonly services?: readonly Service<Config>[] | undefined;
}

/**
 * Makes of a configuration what the app has under it. What cannot be is wrong with the configuration, whoever reads it.
 *
 * @throws AppdError (config) naming the service or the job
 */
export function ownParts(
  context: Pick<Context, "app" | "mode" | "paths">,
  { config, schema, services = servicesUnder(context.app, config) }: PartsSource,
): OwnParts {
  const { app, paths: { home } } = context;
  const wanted = wantedServices(services, { mode: modeOf(context), config })
    .map((one) => plannedService(one, { config, schema }));
  const jobs = appJobs(app, { config, services: services.map(({ name }) => name), home });
  return {
    ...{ services, wanted },
    serviceSpecs: (around) => wanted.map((one) => serviceSpec(one, around)),
    jobSpecs: (around) => appJobSpecs(jobs, around),
  };
}
