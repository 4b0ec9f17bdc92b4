import assert from "node:assert/strict";
import type { JobStatus } from "../base/job_reports.ts";
import type { ProgramStatus } from "../base/program_reports.ts";
import type { StatusReport } from "../base/status_report.ts";
import { fakeJob } from "../http/fake_jobs.ts";
import { formatMetrics } from "../http/metrics.ts";
import { type MetricExtras, metricFamilies } from "./metrics.ts";
import { NO_SCHEDULER } from "./stopped_report.ts";

const WEB: ProgramStatus = {
  name: "web",
  state: "running",
  ready: true,
  pid: 100,
  restarts: 3,
  uptime_s: 1,
  exit: null,
  next_retry_at: null,
  cpu_percent: 12.5,
  rss_bytes: 2048,
  processes: 2,
  threads: 5,
  fds: 9,
  read_bytes: 1,
  write_bytes: 2,
  log_file: "/x",
  crash_loop: false,
  critical: false,
  adopted: false,
  error: null,
};
const DOWN: ProgramStatus = {
  ...WEB,
  name: "db",
  state: "stopped",
  ready: false,
  rss_bytes: null,
  processes: null,
  threads: null,
  fds: null,
  live: false,
  waiting_for: ["web to be ready"],
};

function lines(
  programs: readonly ProgramStatus[],
  more: Partial<StatusReport> = {},
  extras: Partial<MetricExtras> = {},
): string[] {
  const report: StatusReport = {
    name: "appd",
    instance: "default",
    state: "ready",
    pid: 1,
    version: "1",
    uptime_s: 1,
    started_at: null,
    url: null,
    health: "healthy",
    home: "/",
    config_file: "/c",
    log_file: "/l",
    pid_file: "/p",
    socket: "/s",
    programs,
    jobs: [],
    repositories: [],
    scheduler: NO_SCHEDULER,
    last_reload: null,
    shutdown: null,
    problems: [],
    ...more,
  };
  const usage = new Map([["web", { cpuSeconds: 7.25, readBytes: 4096, writeBytes: undefined }]]);
  return formatMetrics(metricFamilies(report, { rssBytes: 1, droppedLines: 0, usage, ...extras })).split("\n");
}

Deno.test("a program's metrics are in base units, and what is not known has no sample", () => {
  assert.deepEqual(lines([WEB, DOWN]).filter((line) => line.startsWith("appd_program")), [
    'appd_program_state{program="web",state="running"} 1',
    'appd_program_state{program="db",state="stopped"} 1',
    'appd_program_ready{program="web"} 1',
    'appd_program_ready{program="db"} 0',
    'appd_program_live{program="db"} 0',
    'appd_program_waiting{program="web"} 0',
    'appd_program_waiting{program="db"} 1',
    'appd_program_restarts_total{program="web"} 3',
    'appd_program_restarts_total{program="db"} 3',
    'appd_program_crash_loop{program="web"} 0',
    'appd_program_crash_loop{program="db"} 0',
    'appd_program_resident_memory_bytes{program="web"} 2048',
    'appd_program_processes{program="web"} 2',
    'appd_program_threads{program="web"} 5',
    'appd_program_open_fds{program="web"} 9',
    'appd_program_cpu_seconds_total{program="web"} 7.25',
    'appd_program_io_read_bytes_total{program="web"} 4096',
  ]);
});

const NO_RUNS = { ok: 0, failed: 0, timeout: 0, cancelled: 0, interrupted: 0, skipped: 0 };
const REPOSITORY = {
  name: "site",
  path: "/srv/site",
  project: null,
  enabled: true,
  ok: false,
  error: "gone",
  branch: null,
  head: null,
  commits: 0,
  last_commit_at: null,
  watching: null,
};

Deno.test("jobs, scheduler, repositories and database have metrics where there are some", () => {
  const jobs = [
    fakeJob("backup"),
    fakeJob('a"b', { last: null, next_at: null, in_flight: 2, queued: 1, paused: true }),
  ];
  const scheduler = { ...NO_SCHEDULER, paused: true, lag_ms: 12 };
  const repositories = [REPOSITORY, { ...REPOSITORY, name: "off", enabled: false }];
  const jobRuns = new Map([["backup", { ...NO_RUNS, ok: 7, skipped: 1 }]]);
  const all = lines([], { jobs, scheduler, repositories }, { jobRuns, databaseOk: true });
  assert.deepEqual(all.filter((line) => /^appd_(job|scheduler|repository|database)/.test(line)), [
    'appd_job_runs_total{job="backup",outcome="ok"} 7',
    ...["failed", "timeout", "cancelled", "interrupted"].map((outcome) =>
      `appd_job_runs_total{job="backup",outcome="${outcome}"} 0`
    ),
    'appd_job_runs_total{job="backup",outcome="skipped"} 1',
    'appd_job_running{job="backup"} 0',
    'appd_job_running{job="a\\"b"} 2',
    'appd_job_queued{job="backup"} 0',
    'appd_job_queued{job="a\\"b"} 1',
    'appd_job_paused{job="backup"} 0',
    'appd_job_paused{job="a\\"b"} 1',
    'appd_job_overdue{job="backup"} 0',
    'appd_job_overdue{job="a\\"b"} 0',
    `appd_job_last_success_timestamp_seconds{job="backup"} ${Date.UTC(2025, 10, 1, 10, 30, 2, 600) / 1000}`,
    'appd_job_last_duration_seconds{job="backup"} 2.5',
    `appd_job_next_run_timestamp_seconds{job="backup"} ${Date.UTC(2025, 10, 1, 13, 30) / 1000}`,
    "appd_scheduler_paused 1",
    "appd_scheduler_lag_seconds 0.012",
    'appd_repository_ok{repository="site"} 0',
    "appd_database_ok 1",
  ]);
  assert.deepEqual(lines([WEB]).filter((line) => /appd_(job|scheduler|repository|database)/.test(line)), []);
});

Deno.test("the end of the last good run is remembered over runs that failed", () => {
  const last = { ...fakeJob("backup").last, outcome: "failed" } as NonNullable<JobStatus["last"]>;
  const told = (extras: Partial<MetricExtras>) =>
    lines([], { jobs: [fakeJob("backup", { last })] }, extras)
      .filter((line) => line.startsWith("appd_job_last_success_timestamp_seconds"));
  assert.deepEqual(told({}), []);
  assert.deepEqual(told({ jobSuccess: new Map([["backup", 5000]]) }), [
    'appd_job_last_success_timestamp_seconds{job="backup"} 5',
  ]);
});

Deno.test("every counter is named _total, and no other metric is", () => {
  const types = lines([WEB], { jobs: [fakeJob("backup")] }).filter((line) => line.startsWith("# TYPE"));
  for (const line of types) assert.equal(line.endsWith(" counter"), /_total (counter|gauge)$/.test(line), line);
});
