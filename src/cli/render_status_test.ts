import assert from "node:assert/strict";
import type { ProgramStatus } from "../base/program_reports.ts";
import type { StatusReport } from "../base/status_report.ts";
import { renderPrograms } from "./render_programs.ts";
import { renderStatus, type StatusView } from "./render_status.ts";
import { COLOURED, PLAIN } from "./style.ts";
import { humanTime } from "./time_text.ts";
import { strictCode } from "./strict_code.ts";

const NOW = Date.UTC(2025, 10, 1, 12, 45);
const STARTED = "2025-11-01T10:30:00.000Z";
const VIEW: StatusView = { style: PLAIN, now: NOW, userHome: "/home/me", dead: false };

const WEB: ProgramStatus = {
  name: "web",
  state: "running",
  ready: true,
  pid: 4711,
  restarts: 2,
  uptime_s: 8100,
  exit: { code: 1, signal: null, at: STARTED },
  next_retry_at: null,
  cpu_percent: 1.25,
  rss_bytes: 52 * 1024 * 1024,
  log_file: "/home/me/.appd/programs/web/output.log",
  crash_loop: false,
  critical: false,
  adopted: false,
  error: null,
};

const REPORT: StatusReport = {
  name: "appd",
  instance: "default",
  state: "ready",
  pid: 12345,
  version: "0.1.0 (dev)",
  uptime_s: 8100,
  started_at: STARTED,
  url: "http://127.0.0.1:8321",
  health: "healthy",
  home: "/home/me/.appd",
  config_file: "/home/me/.appd/config.toml",
  log_file: "/home/me/.appd/daemon.log",
  pid_file: "/home/me/.appd/daemon.pid",
  socket: "/home/me/.appd/control.sock",
  programs: [],
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

Deno.test("a running daemon", () => {
  assert.equal(
    renderStatus(REPORT, VIEW).join("\n"),
    `appd status

Status:     running
PID:        12345
Uptime:     2h 15m
Started:    ${humanTime(STARTED)}
URL:        http://127.0.0.1:8321
Health:     healthy
Version:    0.1.0 (dev)

Configuration:
  Config:     ~/.appd/config.toml
  Logs:       ~/.appd/daemon.log
  PID file:   ~/.appd/daemon.pid
  Socket:     ~/.appd/control.sock`,
  );
});

Deno.test("a mode is shown where one runs", () => {
  const lines = (mode: string | null) =>
    renderStatus({ ...REPORT, mode }, VIEW).filter((line) => line.startsWith("Mode"));
  assert.deepEqual([lines("web"), lines(null)], [["Mode:       web"], []]);
});

Deno.test("a stopped and a dead instance", () => {
  const stopped: StatusReport = {
    ...REPORT,
    state: "stopped",
    pid: null,
    uptime_s: null,
    started_at: null,
    health: null,
  };
  assert.match(renderStatus(stopped, VIEW).join("\n"), /^Status: +not running\n\nConfiguration:/m);
  assert.match(
    renderStatus(stopped, { ...VIEW, dead: true }).join("\n"),
    /^Status: +dead \(a PID file was left behind\)/m,
  );
});

Deno.test("who watches sees what changes, and that a reload failed", () => {
  const live = { ...VIEW, live: true };
  const failed = { at: STARTED, ok: false, error: "config.toml:1:1: bad", confirm_until: null };
  const text = renderStatus({ ...REPORT, programs: [WEB] }, live).join("\n");
  assert.doesNotMatch(text, /Configuration|Version|Reload/);
  assert.match(text, /^Health: +healthy\n\nPrograms:\n {2}NAME/m);
  assert.match(
    renderStatus({ ...REPORT, last_reload: failed }, live).join("\n"),
    /^Reload: +failed at .*: config.toml:1:1: bad$/m,
  );
});

Deno.test("an instance with a name, a failed reload, a shutdown, no TCP", () => {
  const text = renderStatus({
    ...REPORT,
    instance: "two",
    state: "stopping",
    url: null,
    last_reload: {
      at: STARTED,
      ok: false,
      error: "config.toml:1:1: bad\x1b[2J\n  1 | x",
      confirm_until: null,
    },
    shutdown: { began_at: STARTED, remaining: ["web", "db"], deadline: STARTED },
  }, VIEW).join("\n");
  assert.match(text, /^appd \(two\) status$/m);
  assert.match(text, /^Status: +stopping$/m);
  assert.match(text, /^URL: +none, control socket only$/m);
  assert.match(text, /^Shutdown: +until .*, remaining: web, db$/m);
  assert.match(text, /^ {2}Reload: +failed at .*: config\.toml:1:1: bad\\x1b\[2J$/m);
});

Deno.test("a reload on trial says until when, and how to keep it", () => {
  const last_reload = { at: STARTED, ok: true, error: null, confirm_until: "2025-11-01T12:46:00.000Z" };
  for (const live of [false, true]) {
    const text = renderStatus({ ...REPORT, last_reload }, { ...VIEW, live }).join("\n");
    const until = humanTime("2025-11-01T12:46:00.000Z").replaceAll("+", "\\+");
    assert.match(
      text,
      new RegExp(`^Trial: +the reload is on trial until ${until}, keep it: appd reload confirm$`, "m"),
    );
  }
  assert.doesNotMatch(
    renderStatus({ ...REPORT, last_reload: { ...last_reload, confirm_until: null } }, VIEW).join("\n"),
    /trial/i,
  );
});

Deno.test("scheduler and work hours are shown once there are some", () => {
  const scheduler = {
    paused: false,
    work_hours: { enabled: true, hours: "09:00-18:00", timezone: "Asia/Kolkata", in_hours: true },
    triggers: 8,
    last_at: null,
    next_at: "2025-11-01T13:30:00.000Z",
  };
  const text = renderStatus({ ...REPORT, scheduler }, VIEW).join("\n");
  assert.match(text, /^Scheduler:\n {2}Paused: +false\n {2}Next trigger: +45m\n {2}Triggers: +8$/m);
  assert.match(text, /^Work hours:\n {2}Enabled: +true\n {2}Hours: +09:00-18:00 Asia\/Kolkata\n {2}In hours: +true$/m);
});

Deno.test("programs", () => {
  const programs: ProgramStatus[] = [
    WEB,
    {
      ...WEB,
      name: "worker\n",
      state: "backoff",
      ready: false,
      pid: null,
      uptime_s: null,
      cpu_percent: null,
      rss_bytes: null,
      exit: { code: null, signal: "SIGKILL", at: STARTED },
      next_retry_at: "2025-11-01T12:45:08.000Z",
      crash_loop: true,
    },
    { ...WEB, name: "x", state: "failed", pid: null, exit: null, error: 'ENOENT: cannot execute "/no/such"' },
  ];
  assert.deepEqual(renderPrograms(programs, { style: PLAIN, now: NOW }), [
    "NAME      STATE       READY  PID   UPTIME  RESTARTS  CPU   MEM    NOTE",
    "web       running     yes    4711  2h 15m  2         1.3%  52MiB  -",
    "worker\\n  crash loop  no     -     -       2         -     -      killed by SIGKILL, retry in 8s",
    'x         failed      yes    -     2h 15m  2         1.3%  52MiB  ENOENT: cannot execute "/no/such"',
  ]);
  assert.deepEqual(renderPrograms([], { style: PLAIN, now: NOW }), []);
  const coloured = renderPrograms([WEB], { style: COLOURED, now: NOW })[1] ?? "";
  assert.ok(coloured.includes(`${COLOURED.good("running")}  yes`), "escapes do not count as width");
});

Deno.test("instances stand below a line that sums them up", () => {
  const instance = (name: string, more: Partial<ProgramStatus>): ProgramStatus => ({
    ...WEB,
    name,
    family: "web",
    exit: null,
    ...more,
  });
  const programs: ProgramStatus[] = [
    instance("web.1", {}),
    { ...WEB, name: "db", family: "db", exit: null },
    instance("web.2", { pid: 4712, restarts: 1, cpu_percent: null }),
    instance("web.3", {
      state: "backoff",
      ready: false,
      pid: null,
      uptime_s: null,
      cpu_percent: null,
      rss_bytes: null,
    }),
  ];
  assert.deepEqual(renderPrograms(programs, { style: PLAIN, now: NOW }), [
    "NAME     STATE        READY  PID   UPTIME  RESTARTS  CPU   MEM     NOTE",
    "web      2/3 running  2/3    -     -       5         1.3%  104MiB  -",
    "  web.1  running      yes    4711  2h 15m  2         1.3%  52MiB   -",
    "  web.2  running      yes    4712  2h 15m  1         -     52MiB   -",
    "  web.3  backoff      no     -     -       2         -     -       -",
    "db       running      yes    4711  2h 15m  2         1.3%  52MiB   -",
  ]);
});

Deno.test("a program says what it waits for, what its probes say, and what it left behind", () => {
  const row = (more: Partial<ProgramStatus>) =>
    renderPrograms([{ ...WEB, exit: null, restarts: 0, ...more }], { style: PLAIN, now: NOW })[1];
  const waiting = {
    state: "starting",
    ready: false,
    pid: null,
    uptime_s: null,
    cpu_percent: null,
    rss_bytes: null,
  } as const;
  assert.equal(
    row({ ...waiting, waiting_for: ["db to be ready", "cache to be started"] }),
    "web   waiting  no     -    -       0         -    -    for db to be ready and cache to be started",
  );
  assert.match(row({ ready: false, note: "GET /ready: 503\x1b[2J" }) ?? "", / no .* GET \/ready: 503\\x1b\[2J$/);
  assert.match(row({ live: false }) ?? "", / not alive$/);
  assert.match(
    row({ ...waiting, state: "stopped", leftovers: [{ pid: 12, command: "sleep 600" }] }) ?? "",
    / left behind: 12 \(sleep 600\)$/,
  );
  const exit = { code: null, signal: "SIGKILL", out_of_memory: true, at: STARTED } as const;
  assert.match(row({ ...waiting, state: "backoff", exit }) ?? "", / killed by SIGKILL \(out of memory\)$/);
  assert.match(row({ adopted: true }) ?? "", / adopted$/);
});

Deno.test("an end shows only where nobody wished for it, and once", () => {
  const note = (more: Partial<ProgramStatus>) =>
    renderPrograms([{ ...WEB, pid: null, uptime_s: null, ...more }], { style: PLAIN, now: NOW })[1]?.split(/ {2,}/).at(
      -1,
    );
  const term = { code: null, signal: "SIGTERM", at: STARTED } as const;
  const usage = { code: 64, signal: null, at: STARTED } as const;
  assert.equal(note({ state: "stopped", exit: term }), "-");
  assert.equal(note({ state: "stopping", exit: term }), "-");
  assert.equal(note({ state: "starting", exit: usage }), "-");
  assert.equal(note({ state: "failed", exit: usage, error: "exit code 64" }), "exit 64");
  assert.equal(note({ state: "exited", exit: { ...usage, code: 0 } }), "exit 0");
  assert.equal(note({ state: "backoff", exit: term, error: "not ready within 30s" }), "not ready within 30s");
  assert.equal(note({ state: "failed", exit: term, error: 'cannot run "/x": ENOENT' }), 'cannot run "/x": ENOENT');
});

Deno.test("a service has no PID, and says what it threw and what it left going on", () => {
  const service = { ...WEB, kind: "service", pid: null, cpu_percent: null, rss_bytes: null } as const;
  const cells = (more: Partial<ProgramStatus>) =>
    renderPrograms([{ ...service, ...more }], { style: PLAIN, now: NOW })[1]?.trim().split(/ {2,}/);
  assert.deepEqual(cells({ note: "serves" })?.slice(1, 4), ["running", "yes", "-"]);
  assert.equal(cells({ note: "serves" })?.at(-1), "serves");
  const exit = { code: 69, signal: null, error: "no upstream", at: STARTED } as const;
  assert.equal(cells({ state: "exited", uptime_s: null, exit })?.at(-1), "no upstream");
  assert.equal(
    cells({ state: "stopping", lingering: { since: new Date(NOW - 90_000).toISOString(), then: "stop" } })?.at(-1),
    "ignores its signal for 1m 30s",
  );
  assert.equal(cells({ removed: true })?.at(-1), "not in the configuration any more");
  const waits = { state: "starting", uptime_s: null, waiting_for: ["db to be ready"] } as const;
  assert.deepEqual([cells(waits)?.[1], cells(waits)?.at(-1)], ["waiting", "for db to be ready"]);
});

Deno.test("strict exit codes", () => {
  assert.equal(strictCode({ state: "ready", health: "healthy" }), 0);
  assert.equal(strictCode({ state: "reloading", health: "healthy" }), 0);
  assert.equal(strictCode({ state: "starting", health: "starting" }), 150);
  assert.equal(strictCode({ state: "degraded", health: "degraded" }), 151);
  assert.equal(strictCode({ state: "ready", health: "degraded" }), 151);
  assert.equal(strictCode({ state: "stopping", health: "stopping" }), 152);
});
