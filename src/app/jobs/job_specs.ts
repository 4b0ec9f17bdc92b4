import type { EventTrigger, JobSpec, Missed, Overlap, SchedulerSpec } from "../../jobs/job_spec.ts";
import type { WorkHoursSpec } from "../../base/work_hours.ts";
import type { Config } from "../../schema/appd_schema.ts";
import type { Files } from "../../system/files.ts";
import { type ProcessSettings, processSpec } from "../process_spec.ts";
import { commandWork } from "./command_work.ts";

/** One `[[job]]` of the configuration. */
export interface JobSettings extends ProcessSettings {
  readonly name: string;
  readonly enabled: boolean;
  readonly every?: number;
  readonly cron?: string;
  readonly on: readonly EventTrigger[];
  readonly runOnStart: boolean;
  /** Absent: the system's. */
  readonly timezone?: string;
  readonly workHoursOnly: boolean;
  readonly outsideHours: "skip" | "defer";
  readonly jitter: number;
  readonly timeout: number;
  readonly retries: number;
  readonly retryDelay: number;
  readonly retryMaxDelay: number;
  readonly overlap: Overlap;
  readonly pool?: string;
  readonly missed: Missed;
  readonly missedMax: number;
  readonly missedWindow: number;
  readonly critical: boolean;
  readonly deadline?: number;
  readonly stopTimeout: number;
  readonly keepRuns: number;
  readonly keepFor: number;
}

/** The `[scheduler]` of the configuration. */
export interface SchedulerSettings {
  /** Absent also when they are switched off. */
  readonly workHours?: Omit<WorkHoursSpec, "timezone"> & { readonly timezone?: string };
  readonly concurrency: number;
  readonly pools: Readonly<Record<string, number>>;
}

/** What of the configuration is about jobs. */
export interface JobsConfig extends Pick<Config, "timezone"> {
  readonly jobs: readonly JobSettings[];
  readonly scheduler: SchedulerSettings;
}

/**
 * The jobs of the configuration.
 *
 * @throws AppdError (config) when an `env_file` cannot be read
 */
export function jobSpecs(config: JobsConfig, files: Files): JobSpec[] {
  return config.jobs.map((job) => ({
    ...optionalOf(job),
    name: job.name,
    enabled: job.enabled,
    work: commandWork(processSpec(job, { config, files })),
    on: job.on,
    runOnStart: job.runOnStart,
    timezone: job.timezone ?? systemZone(),
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
  }));
}

function optionalOf({ every, cron, workHoursOnly, outsideHours, pool, deadline }: JobSettings) {
  return {
    ...(every === undefined ? {} : { every }),
    ...(cron === undefined ? {} : { cron }),
    ...(workHoursOnly ? { outsideHours } : {}),
    ...(pool === undefined ? {} : { pool }),
    ...(deadline === undefined ? {} : { deadline }),
  };
}

/** What all jobs have in common. */
export function schedulerSpec({ scheduler: { workHours, concurrency, pools } }: JobsConfig): SchedulerSpec {
  if (workHours === undefined) return { concurrency, pools };
  const { days, start, end, timezone = systemZone() } = workHours;
  return { concurrency, pools, workHours: { days, start, end, timezone } };
}

/** IANA name of the zone that this host, or TZ, says. */
function systemZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}
