import { AppdError } from "../base/errors.ts";
import type { HealthReport, HealthStatus } from "../base/health_reports.ts";
import type { ProgramStatus } from "../base/program_reports.ts";
import type { StatusReport } from "../base/status_report.ts";
import { type FakeJobs, fakeJobs } from "./fake_jobs.ts";
import type { ApiDeps } from "./route.ts";

/** A daemon for tests of this room: it writes down what it was asked to do. */
export interface FakeDaemon extends ApiDeps {
  readonly calls: string[];
  /** What `jobs` is, unless another was handed in. */
  readonly scheduler: FakeJobs;
  healthStatus: HealthStatus;
}

/** @param deps what differs from a healthy daemon on port 8321 with one program, `web` */
export function fakeDaemon(deps: Partial<ApiDeps> = {}): FakeDaemon {
  const calls: string[] = [];
  const note = (call: string) => void calls.push(call);
  const scheduler = fakeJobs(note);
  const daemon: FakeDaemon = {
    access: "tcp",
    port: () => 8321,
    calls,
    healthStatus: "healthy",
    status: () => STATUS,
    health: () => ({ ...HEALTH, status: daemon.healthStatus }),
    metrics: () => [{ name: "appd_up", help: "1 while it runs.", type: "gauge", samples: [{ value: 1 }] }],
    async *logs({ program = "daemon", lines }) {
      note(`logs ${program} ${lines}`);
      yield new TextEncoder().encode("one\n");
      yield await Promise.resolve(new TextEncoder().encode("two"));
    },
    events: { since: () => [], subscribe: () => ({ [Symbol.dispose]() {} }) },
    why: (program) => ({
      program,
      state: "running",
      summary: `${program} runs`,
      chain: [],
      last_output: [],
      next_retry_at: null,
      hints: [],
    }),
    history: (program) => ({ program, interval_s: 10, samples: [] }),
    jobs: scheduler,
    scheduler,
    actions: {
      async reload(options = {}) {
        note(["reload", ...Object.entries(options).map(([key, value]) => `${key}=${value}`)].join(" "));
        return await Promise.resolve({ ok: true, changes: [], error: null });
      },
      rotateLogs: async () => note(await Promise.resolve("rotate")),
      reopenLogs: () => note("reopen"),
      stop(timeoutMs) {
        note(`stop ${timeoutMs}`);
        return timeoutMs ?? 30_000;
      },
      async program(action, name) {
        note(`${action} ${name}`);
        await Promise.resolve();
        if (action === "restart") throw new AppdError("cannot restart", { exit: "notRunning", hint: "start it" });
      },
      confirmReload: () => (note("confirm"), true),
      leave: () => note("leave"),
      signalProgram: (name, signal) => (note(`signal ${name} ${signal}`), 1),
      async scaleProgram(name, instances) {
        note(`scale ${name} ${instances}`);
        return await Promise.resolve([name]);
      },
      setLogLevel: (level, logger) => note(`level ${level} ${logger}`),
    },
    ...deps,
  };
  return daemon;
}

const PROGRAM: ProgramStatus = {
  name: "web",
  state: "running",
  ready: true,
  pid: 4242,
  restarts: 0,
  uptime_s: 12.5,
  exit: null,
  next_retry_at: null,
  cpu_percent: null,
  rss_bytes: null,
  log_file: "/home/programs/web/output.log",
  crash_loop: false,
  critical: false,
  adopted: false,
  error: null,
};

const STATUS: StatusReport = {
  name: "appd",
  instance: "default",
  state: "ready",
  pid: 4000,
  version: "0.1.0",
  uptime_s: 60,
  started_at: "2025-11-01T10:30:00.000Z",
  url: "http://127.0.0.1:8321",
  health: "healthy",
  home: "/home",
  config_file: "/home/config.toml",
  log_file: "/home/daemon.log",
  pid_file: "/home/daemon.pid",
  socket: "/home/control.sock",
  programs: [PROGRAM],
  jobs: [],
  repositories: [],
  scheduler: {
    paused: false,
    work_hours: { enabled: false, hours: null, timezone: null, in_hours: true },
    triggers: 0,
    last_at: null,
    next_at: null,
  },
  last_reload: null,
  shutdown: null,
  problems: [],
};

const HEALTH: HealthReport = {
  status: "healthy",
  version: "0.1.0",
  uptime_s: 60,
  pid: 4000,
  checks: { logs: { ok: true, critical: true, latency_ms: 0.1 } },
  database: { ok: true, path: null },
  migrations: { current: 0, latest: 0, pending: 0 },
  shutdown: null,
};
