import { AppdError } from "../../base/errors.ts";
import type { WorkHoursSpec } from "../../base/work_hours.ts";
import type { JobSpec, JobWork, SchedulerSpec } from "../../jobs/job_spec.ts";
import type { Config, JobConfig } from "../../schema/appd_schema.ts";
import type { AppJobSettings } from "../../schema/settings_app_job.ts";
import type { Files } from "../../system/files.ts";
import { processSpec } from "../process_spec.ts";
import { type CommandWork, commandWork } from "./command_work.ts";

/** What stands around the jobs of a configuration. */
export interface JobSurroundings {
  readonly files: Files;
  /** IANA name of the system's time zone. */
  readonly systemZone: string;
}

/** The jobs of the configuration. */
export function jobSpecs(config: Config, { files, systemZone }: JobSurroundings): JobSpec[] {
  return config.jobs.map((job) => specOf(job, { work: workFor(job, { config, files }), systemZone }));
}

/** A job of whatever work. */
export function specOf(
  job: AppJobSettings,
  { work, systemZone }: Pick<JobSurroundings, "systemZone"> & { readonly work: JobWork },
): JobSpec {
  return {
    ...optionalOf(job),
    name: job.name,
    enabled: job.enabled,
    work,
    on: job.on,
    runOnStart: job.runOnStart,
    timezone: job.timezone ?? systemZone,
    jitter: job.jitter,
    timeout: job.timeout,
    retries: job.retries,
    retryDelay: job.retryDelay,
    retryMaxDelay: job.retryMaxDelay,
    overlap: job.overlap,
    missed: job.missed,
    missedMax: job.missedMax,
    missedWindow: job.missedWindow,
    critical: job.critical,
    stopTimeout: job.stopTimeout,
    keepRuns: job.keepRuns,
    keepFor: job.keepFor,
  };
}

/** One job whose `env_file` cannot be read is no reason to keep the others from running. */
function workFor(job: JobConfig, around: { readonly config: Config; readonly files: Files }): CommandWork {
  try {
    return commandWork(processSpec(job, around));
  } catch (error) {
    if (!(error instanceof AppdError)) throw error;
    const { envFile: _, ...rest } = job;
    return { ...commandWork(processSpec(rest, around)), problem: error.message };
  }
}

function optionalOf({ every, cron, workHoursOnly, outsideHours, pool, deadline }: AppJobSettings) {
  return {
    ...(every === undefined ? {} : { every }),
    ...(cron === undefined ? {} : { cron }),
    ...(workHoursOnly ? { outsideHours } : {}),
    ...(pool === undefined ? {} : { pool }),
    ...(deadline === undefined ? {} : { deadline }),
  };
}

/** The places that runs of all jobs share. */
export function placesOf({ scheduler: { concurrency, pools } }: Config): Pick<SchedulerSpec, "concurrency" | "pools"> {
  return { concurrency, pools };
}

/** The work hours; undefined when there are none, or they are switched off. */
export function workHoursOf({ scheduler: { workHours } }: Config, systemZone: string): WorkHoursSpec | undefined {
  return workHours === undefined ? undefined : { ...workHours, timezone: workHours.timezone ?? systemZone };
}
