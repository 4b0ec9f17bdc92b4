import assert from "node:assert/strict";
import type { ProgramStatus, StatusReport } from "../base/reports.ts";
import { formatMetrics } from "../http/metrics.ts";
import { metricFamilies } from "./metrics.ts";
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

function lines(programs: readonly ProgramStatus[]): string[] {
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
  };
  const usage = new Map([["web", { cpuSeconds: 7.25, readBytes: 4096, writeBytes: undefined }]]);
  return formatMetrics(metricFamilies(report, { rssBytes: 1, droppedLines: 0, usage })).split("\n");
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

Deno.test("every counter is named _total, and no other metric is", () => {
  const types = lines([WEB]).filter((line) => line.startsWith("# TYPE"));
  for (const line of types) assert.equal(line.endsWith(" counter"), /_total (counter|gauge)$/.test(line), line);
});
