import { type JobStatus, RUN_OUTCOMES, type RunOutcome } from "../base/job_reports.ts";
import type { StatusReport } from "../base/status_report.ts";
import type { MetricFamily, MetricSample } from "../http/metrics.ts";

/** What the report does not say about jobs. */
export interface JobMetricExtras {
  /** Slots by job and outcome since the daemon began; an outcome that has not been is absent. */
  readonly jobRuns?: ReadonlyMap<string, Readonly<Partial<Record<RunOutcome, number>>>>;
  /** When the last good run of a job ended, in milliseconds since the epoch; without it the last run tells, if it was good. */
  readonly jobSuccess?: ReadonlyMap<string, number>;
  /** Whether the database can be used; undefined where there is none. */
  readonly databaseOk?: boolean | undefined;
}

/** A metric of every job; one that cannot be told for a job has no sample for it. */
interface JobMetric extends Pick<MetricFamily, "name" | "help"> {
  readonly value: (job: JobStatus, extras: JobMetricExtras) => number | null;
}

const JOB_METRICS: readonly JobMetric[] = [
  { name: "appd_job_running", help: "Runs of a job that are under way.", value: (job) => job.in_flight },
  { name: "appd_job_queued", help: "Runs of a job that wait for their turn.", value: (job) => job.queued },
  { name: "appd_job_paused", help: "1 while a job is paused.", value: (job) => Number(job.paused) },
  {
    name: "appd_job_overdue",
    help: "1 while a run of a job should have ended well by its deadline and has not.",
    value: (job) => Number(job.overdue_since !== null),
  },
  {
    name: "appd_job_last_success_timestamp_seconds",
    help: "When the last good run of a job ended, in seconds since the epoch.",
    value: (job, { jobSuccess }) => secondsOf(jobSuccess?.get(job.name) ?? goodEnd(job)),
  },
  {
    name: "appd_job_last_duration_seconds",
    help: "How long the last run of a job took.",
    value: (job) => job.last?.duration_s ?? null,
  },
  {
    name: "appd_job_next_run_timestamp_seconds",
    help: "When a job runs next, in seconds since the epoch; absent when no time will make it run.",
    value: (job) => secondsOf(timeOf(job.next_at)),
  },
];

/** The metrics of jobs, scheduler, repositories and database; a daemon without any of them has none of these. */
export function jobFamilies(report: StatusReport, extras: JobMetricExtras): MetricFamily[] {
  return [
    ...(report.jobs.length === 0
      ? []
      : [runsFamily(extras), ...JOB_METRICS.map((one) => jobFamily(one, report, extras))]),
    ...(report.jobs.length === 0 ? [] : schedulerFamilies(report)),
    ...(report.repositories.length === 0 ? [] : [repositoryFamily(report)]),
    ...(extras.databaseOk === undefined ? [] : [databaseFamily(extras.databaseOk)]),
  ];
}

function runsFamily({ jobRuns = new Map() }: JobMetricExtras): MetricFamily {
  const samples = [...jobRuns].flatMap(([job, counts]) =>
    RUN_OUTCOMES.map((outcome): MetricSample => ({ labels: { job, outcome }, value: counts[outcome] ?? 0 }))
  );
  return { name: "appd_job_runs_total", type: "counter", help: "Slots of a job by their outcome.", samples };
}

function jobFamily({ name, help, value }: JobMetric, { jobs }: StatusReport, extras: JobMetricExtras): MetricFamily {
  const samples = jobs.flatMap((job): MetricSample[] => {
    const known = value(job, extras);
    return known === null ? [] : [{ labels: { job: job.name }, value: known }];
  });
  return { name, help, type: "gauge", samples };
}

function schedulerFamilies({ scheduler }: StatusReport): MetricFamily[] {
  const { paused, lag_ms: lag = null } = scheduler;
  return [
    {
      name: "appd_scheduler_paused",
      type: "gauge",
      help: "1 while the scheduler is paused.",
      samples: [{ value: Number(paused) }],
    },
    {
      name: "appd_scheduler_lag_seconds",
      type: "gauge",
      help: "Seconds between the last slot and the start of its process.",
      samples: lag === null ? [] : [{ value: lag / 1000 }],
    },
  ];
}

function repositoryFamily({ repositories }: StatusReport): MetricFamily {
  return {
    name: "appd_repository_ok",
    type: "gauge",
    help: "1 while a repository can be read.",
    samples: repositories.filter(({ enabled }) => enabled)
      .map(({ name, ok }) => ({ labels: { repository: name }, value: Number(ok) })),
  };
}

function databaseFamily(ok: boolean): MetricFamily {
  return {
    name: "appd_database_ok",
    type: "gauge",
    help: "1 while the database can be used.",
    samples: [{ value: Number(ok) }],
  };
}

function goodEnd({ last }: JobStatus): number | null {
  return last?.outcome === "ok" ? timeOf(last.exit?.at ?? null) : null;
}

function timeOf(iso: string | null): number | null {
  return iso === null ? null : Date.parse(iso);
}

function secondsOf(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}
