import assert from "node:assert/strict";
import type { ProgramStatus } from "../../base/program_reports.ts";
import type { Notice, ProgramEvent } from "../../programs/events.ts";
import { reloadEvent } from "../events/daemon_events.ts";
import { whyOf } from "./why.ts";

const NOW = Date.UTC(2025, 10, 1, 10, 30);

const RUNNING: ProgramStatus = {
  name: "web",
  state: "running",
  ready: true,
  pid: 42,
  restarts: 0,
  uptime_s: 7380,
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

const DOWN: ProgramStatus = { ...RUNNING, ready: false, pid: null, uptime_s: null };
const RETRY_AT = new Date(NOW + 4000).toISOString();
const AT = new Date(NOW).toISOString();

/** Events of a program, a second apart, the last one now. */
function story(program: string, ...notices: Notice[]): ProgramEvent[] {
  return notices.map((notice, index) => ({ ...notice, program, at: NOW - (notices.length - 1 - index) * 1000 }));
}

function why(
  program: Partial<ProgramStatus>,
  events: readonly ProgramEvent[] = [],
  others: readonly ProgramStatus[] = [],
) {
  const status = { ...RUNNING, ...program };
  return whyOf({
    program: status,
    programs: [status, ...others],
    eventsOf: (name) => events.filter((event) => event.program === name),
    daemonEvents: [],
    lastOutput: [],
    now: NOW,
    configured: true,
  });
}

const started = (cause: string): Notice => ({ kind: "started", pid: 42, generation: 1, cause });
const ended = (exit: Extract<Notice, { kind: "ended" }>["exit"], uptimeMs = 3000): Notice => ({
  kind: "ended",
  pid: 42,
  exit,
  uptimeMs,
  expected: false,
});
const retrying = (reason: string): Notice => ({ kind: "retrying", inMs: 4000, retryAt: NOW + 4000, reason });
const BOOT = started("the daemon's start");

interface Case {
  readonly cause: string;
  readonly program: Partial<ProgramStatus>;
  readonly events?: readonly ProgramEvent[];
  readonly summary: string;
  readonly hints?: readonly string[];
}

const LOGS = "appd logs web -n 50";
const RESET = "appd programs reset web";
const explain = (key: string) => `appd config explain program.web.${key}`;
const backoff = (reason: string): Partial<ProgramStatus> => ({
  ...DOWN,
  state: "backoff",
  next_retry_at: RETRY_AT,
  error: reason,
});

const CASES: readonly Case[] = [
  {
    cause: "runs",
    program: {},
    events: story("web", started("a reload"), { kind: "ready", pid: 42 }),
    summary: "web runs since 2025-11-01 08:27:00 UTC (2h 3m), started by a reload, ready, 0 restarts",
    hints: [],
  },
  {
    cause: "runs, nothing remembered",
    program: {},
    summary: "web runs since 2025-11-01 08:27:00 UTC (2h 3m), started, ready, 0 restarts",
  },
  {
    cause: "adopted",
    program: { adopted: true, restarts: 2 },
    events: story("web", { kind: "adopted", pid: 42, generation: 3 }),
    summary: "web runs since 2025-11-01 08:27:00 UTC (2h 3m), taken over from an earlier daemon, ready, 2 restarts",
  },
  {
    cause: "runs after a crash",
    program: { restarts: 1, uptime_s: 1, exit: { code: 1, signal: null, at: AT }, crash_loop: true },
    events: story("web", BOOT, ended({ code: 1 }), retrying("exit code 1"), started("the retry after: exit code 1")),
    summary: "web runs since 2025-11-01 10:29:59 UTC (1s), started by the retry after: exit code 1, ready, " +
      "out of its crash loop only when it has been stable, 1 restart, the last time: exit code 1 after 3s",
  },
  {
    cause: "not ready any more",
    program: { ready: false, uptime_s: 60 },
    events: story("web", BOOT, { kind: "unready", reason: "connection refused" }),
    summary: "web runs since 2025-11-01 10:29:00 UTC (1m), started by the daemon's start, " +
      "not ready: connection refused, 0 restarts",
    hints: [LOGS],
  },
  {
    cause: "liveness fails",
    program: { live: false, note: "HTTP 500", uptime_s: 60 },
    events: story("web", BOOT),
    summary: "web runs since 2025-11-01 10:29:00 UTC (1m), started by the daemon's start, ready, " +
      "its liveness probe fails: HTTP 500, 0 restarts",
  },
  {
    cause: "starting",
    program: { state: "starting", ready: false, uptime_s: 2, note: "connection refused" },
    events: story("web", BOOT),
    summary: "web is starting since 2025-11-01 10:29:58 UTC (2s), started by the daemon's start, " +
      "not ready yet: connection refused",
    hints: [LOGS],
  },
  {
    cause: "starting again",
    program: { state: "starting", ready: false, uptime_s: 2, restarts: 1, exit: { code: 1, signal: null, at: AT } },
    events: story("web", BOOT, ended({ code: 1 }), retrying("exit code 1"), started("the retry after: exit code 1")),
    summary: "web is starting since 2025-11-01 10:29:58 UTC (2s), started by the retry after: exit code 1, " +
      "not ready yet, the last time: exit code 1 after 3s",
  },
  {
    cause: "exit code",
    program: { ...backoff("exit code 1"), exit: { code: 1, signal: null, at: AT } },
    events: story("web", BOOT, ended({ code: 1 }), retrying("exit code 1")),
    summary: "web is down after a failure: exit code 1 after 3s; the next start is in 4s",
    hints: [LOGS, RESET],
  },
  {
    cause: "failures in a row",
    program: { ...backoff("exit code 1"), exit: { code: 1, signal: null, at: AT } },
    events: story(
      "web",
      ...[BOOT, ended({ code: 1 }), retrying("exit code 1"), started("the retry after: exit code 1")],
      ...[ended({ code: 1 }, 500), retrying("exit code 1")],
    ),
    summary: "web is down after 2 failures in a row: exit code 1 after 500ms; the next start is in 4s",
  },
  {
    cause: "a shell's code for a signal",
    program: { ...backoff("exit code 137"), exit: { code: 137, signal: null, at: AT } },
    events: story("web", BOOT, ended({ code: 137 }), retrying("exit code 137")),
    summary: "web is down after a failure: exit code 137 after 3s " +
      "(128 + signal 9 (SIGKILL): a shell's way to say killed by SIGKILL); the next start is in 4s",
    hints: [LOGS, "dmesg | grep -i oom", explain("limits"), RESET],
  },
  {
    cause: "a SIGKILL that is not ours",
    program: { ...backoff("killed by SIGKILL"), exit: { code: null, signal: "SIGKILL", at: AT } },
    events: story("web", BOOT, ended({ signal: "SIGKILL" }), retrying("killed by SIGKILL")),
    summary: "web is down after a failure: killed by SIGKILL after 3s (a signal that appd did not send); " +
      "the next start is in 4s",
    hints: [LOGS, "dmesg | grep -i oom", explain("limits"), RESET],
  },
  {
    cause: "our own SIGKILL",
    program: { ...backoff("liveness: HTTP 500"), exit: { code: null, signal: "SIGKILL", at: AT } },
    events: story("web", BOOT, { kind: "unwell", reason: "liveness: HTTP 500" }, {
      kind: "killing",
      pid: 42,
      again: false,
    }),
    summary: "web is down after a failure: appd stopped it, liveness: HTTP 500; the next start is in 4s",
    hints: [LOGS, RESET],
  },
  {
    cause: "a signal that is not ours",
    program: { ...backoff("killed by SIGTERM"), exit: { code: null, signal: "SIGTERM", at: AT } },
    events: story("web", BOOT, ended({ signal: "SIGTERM" }), retrying("killed by SIGTERM")),
    summary: "web is down after a failure: killed by SIGTERM after 3s (a signal that appd did not send); " +
      "the next start is in 4s",
  },
  {
    cause: "a fault of its own",
    program: { ...backoff("killed by SIGSEGV"), exit: { code: null, signal: "SIGSEGV", at: AT } },
    summary: "web is down after a failure: killed by SIGSEGV (a fault of its own: a bad access to memory); " +
      "the next start is in 4s",
  },
  {
    cause: "out of memory",
    program: {
      ...backoff("killed by SIGKILL (out of memory)"),
      exit: { code: null, signal: "SIGKILL", out_of_memory: true, at: AT },
    },
    events: story("web", BOOT, ended({ signal: "SIGKILL", outOfMemory: true }), retrying("killed by SIGKILL")),
    summary: "web is down after a failure: killed by SIGKILL (out of memory) after 3s " +
      "(the kernel ended it because memory had run out); the next start is in 4s",
    hints: [LOGS, "journalctl -k -g 'out of memory'", explain("max_memory"), RESET],
  },
  {
    cause: "unknown, because adopted",
    program: { ...backoff("unknown exit"), exit: { code: null, signal: null, at: AT } },
    events: story(
      "web",
      { kind: "adopted", pid: 42, generation: 2 },
      ended("unknown", 60_000),
      retrying("unknown exit"),
    ),
    summary: "web is down after a failure: unknown exit after 1m " +
      "(an earlier daemon had started it, and only that one could have waited for it); the next start is in 4s",
  },
  {
    cause: "crash loop",
    program: { ...backoff("exit code 1"), crash_loop: true, exit: { code: 1, signal: null, at: AT } },
    events: story("web", BOOT, ended({ code: 1 }), retrying("exit code 1"), {
      kind: "crash_loop",
      failures: 5,
      inMs: 4000,
    }),
    summary: "web is in a crash loop: exit code 1 after 3s; the next start is in 4s",
    hints: [LOGS, RESET],
  },
  {
    cause: "liveness ended it",
    program: backoff("liveness: HTTP 500, 3 times"),
    events: story(
      "web",
      ...[BOOT, { kind: "unwell", reason: "liveness: HTTP 500, 3 times" } as const],
      ...[{ kind: "stopped", forced: false } as const, retrying("liveness: HTTP 500, 3 times")],
    ),
    summary: "web is down after a failure: appd stopped it, liveness: HTTP 500, 3 times; the next start is in 4s",
  },
  {
    cause: "start timeout ended it",
    program: backoff("not ready within 30s"),
    events: story("web", BOOT, { kind: "unwell", reason: "not ready within 30s" }, retrying("not ready within 30s")),
    summary: "web is down after a failure: appd stopped it, not ready within 30s; the next start is in 4s",
    hints: [LOGS, explain("start_timeout"), RESET],
  },
  {
    cause: "memory limit ended it",
    program: backoff("uses more memory than 100 MiB"),
    events: story("web", BOOT, { kind: "unwell", reason: "uses more memory than 100 MiB" }),
    summary: "web is down after a failure: appd stopped it, uses more memory than 100 MiB; the next start is in 4s",
    hints: [LOGS, explain("max_memory"), RESET],
  },
  ...([
    [64, "wrong usage, EX_USAGE", []],
    [77, "it lacks a permission, EX_NOPERM", [explain("user")]],
    [78, "its configuration is wrong, EX_CONFIG", []],
    [126, "probably: a command that cannot be executed", [explain("command")]],
    [127, "probably: a command was not found", [explain("command")]],
  ] as const).map(([code, meaning, settings]): Case => ({
    cause: `failed for good with ${code}`,
    program: { ...DOWN, state: "failed", error: `exit code ${code}`, exit: { code, signal: null, at: AT } },
    events: story("web", BOOT, ended({ code }), { kind: "failed", reason: `exit code ${code}` }),
    summary: `web has failed and is not started again: exit code ${code} after 3s (${meaning})`,
    hints: [LOGS, ...settings, RESET],
  })),
  {
    cause: "spawn failed",
    program: { ...DOWN, state: "failed", error: 'cannot run "/nope": no such file or directory (ENOENT)' },
    events: story("web", {
      kind: "failed",
      reason: 'cannot run "/nope": no such file or directory (ENOENT)',
    }),
    summary: 'web has failed and is not started again: cannot run "/nope": no such file or directory (ENOENT)',
    hints: [explain("command"), RESET],
  },
  {
    cause: "ended as it may",
    program: { ...DOWN, state: "exited", exit: { code: 0, signal: null, at: AT } },
    events: story("web", BOOT, { ...ended({ code: 0 }), expected: true } as Notice),
    summary: "web has ended, and its restart policy does not start it again: exit code 0 after 3s",
    hints: [LOGS, "appd programs start web"],
  },
  {
    cause: "being stopped",
    program: { state: "stopping", ready: false },
    events: story("web", BOOT, {
      kind: "stopping",
      pid: 42,
      signal: "SIGTERM",
      timeoutMs: 10_000,
      cause: "a request",
    }),
    summary: "web is being stopped by a request; it has 10s from SIGTERM on",
  },
  {
    cause: "being stopped because unwell, and killed",
    program: { state: "stopping", ready: false },
    events: story(
      "web",
      ...[BOOT, { kind: "unwell", reason: "not ready within 30s" } as const],
      { kind: "stopping", pid: 42, signal: "SIGTERM", timeoutMs: 10_000, cause: "not ready within 30s" },
      { kind: "killing", pid: 42, again: false },
    ),
    summary: "web is being stopped, to be started again: not ready within 30s; " +
      "it did not end in time and is being killed",
  },
  {
    cause: "stopped by whom",
    program: { ...DOWN, state: "stopped" },
    events: story(
      "web",
      ...[BOOT, { kind: "stopping", pid: 42, signal: "SIGTERM", timeoutMs: 10_000, cause: "a request" } as const],
      { kind: "stopped", forced: true, cause: "a request" },
    ),
    summary: "web is stopped since 2025-11-01 10:30:00 UTC by a request, with force, " +
      "because not all of it ended by itself in time",
    hints: ["appd programs start web"],
  },
  {
    cause: "stopped by whom, between two tries",
    program: { ...DOWN, state: "stopped" },
    events: story("web", BOOT, ended({ code: 1 }), retrying("exit code 1"), {
      ...{ kind: "stopped", forced: false, cause: "a request" },
    }),
    summary: "web is stopped since 2025-11-01 10:30:00 UTC by a request",
    hints: ["appd programs start web"],
  },
  {
    cause: "stopped, forgotten",
    program: { ...DOWN, state: "stopped" },
    summary: "web is stopped, and nothing is remembered of why",
  },
  {
    cause: "stopped under an earlier daemon",
    program: { ...DOWN, state: "stopped" },
    events: story("web", {
      ...{ kind: "kept_stopped", endedAt: Date.UTC(2025, 10, 1, 8, 0) },
      ...{ stoppedAt: Date.UTC(2025, 10, 1, 9, 0), cause: "appd programs stop" },
    }),
    summary:
      "web is stopped since 2025-11-01 09:00:00 UTC by appd programs stop, and stays so until somebody starts it: " +
      "it was stopped by hand under an earlier daemon (its last life ended at 2025-11-01 08:00:00 UTC)",
    hints: ["appd programs start web"],
  },
  {
    cause: "a service runs",
    program: { kind: "service", pid: null },
    events: story("web", BOOT),
    summary: "web runs since 2025-11-01 08:27:00 UTC (2h 3m), started by the daemon's start, ready, 0 restarts",
    hints: [],
  },
  {
    cause: "a service that is not ready yet",
    program: { kind: "service", pid: null, ready: false, state: "starting", uptime_s: 60, note: "reads its index" },
    events: story("web", BOOT),
    summary: "web is starting since 2025-11-01 10:29:00 UTC (1m), started by the daemon's start, " +
      "not ready yet: reads its index",
    hints: [LOGS],
  },
  {
    cause: "a service threw",
    program: {
      ...backoff("cannot listen"),
      kind: "service",
      exit: { code: 69, signal: null, error: "cannot listen", hint: "free the port: fuser 80/tcp", at: AT },
    },
    events: story("web", BOOT, ended({ code: 69, error: "cannot listen" }), retrying("cannot listen")),
    summary: "web is down after a failure: cannot listen after 3s; the next start is in 4s",
    hints: ["free the port: fuser 80/tcp", LOGS, RESET],
  },
  {
    cause: "a service failed for good",
    program: {
      ...DOWN,
      ...{ kind: "service", state: "failed", error: "no such region" },
      exit: { code: 78, signal: null, error: "no such region", at: AT },
    },
    summary: "web has failed and is not started again: no such region",
    hints: [LOGS, RESET],
  },
  {
    cause: "a service is being stopped",
    program: { kind: "service", pid: null, ready: false, state: "stopping" },
    events: story("web", BOOT, { kind: "stopping", pid: 0, signal: "SIGTERM", timeoutMs: 5000, cause: "a reload" }),
    summary: "web is being stopped by a reload; it has 5s",
  },
  {
    cause: "a service ignores its signal",
    program: { kind: "service", pid: null, ready: false, state: "stopping", lingering: { since: AT, then: "start" } },
    events: story(
      "web",
      BOOT,
      { kind: "stopping", pid: 0, signal: "SIGTERM", timeoutMs: 5000, cause: "a reload" },
      { kind: "lingering", wanted: true },
    ),
    summary: "web is being stopped by a reload; it ignores its signal since 2025-11-01 10:30:00 UTC, " +
      "and cannot begin again before it has ended",
    hints: ["appd restart", "appd events --program web -f"],
  },
  {
    cause: "a service ignores its signal, and nobody remembers who told it",
    program: { kind: "service", pid: null, ready: false, state: "stopping", lingering: { since: AT, then: "stop" } },
    summary: "web is being stopped; it ignores its signal since 2025-11-01 10:30:00 UTC, " +
      "and goes on inside the daemon",
  },
  {
    cause: "a service ignores its signal, and a reload has taken it away",
    program: {
      ...{ kind: "service", pid: null, ready: false, state: "stopping", removed: true },
      lingering: { since: AT, then: "stop" },
    },
    summary: "web is being stopped; it ignores its signal since 2025-11-01 10:30:00 UTC, " +
      "and goes on inside the daemon, though the configuration has it no more",
    hints: ["appd restart", "appd events --program web -f"],
  },
  {
    cause: "a service ended long after it was told to",
    program: { ...DOWN, kind: "service", state: "stopped" },
    events: story("web", BOOT, { kind: "stopped", forced: true }),
    summary: "web is stopped since 2025-11-01 10:30:00 UTC, though it ignored its signal for a while",
    hints: ["appd programs start web"],
  },
];

for (const { cause, program, events, summary, hints } of CASES) {
  Deno.test(`why: ${cause}`, () => {
    const report = why(program, events);
    assert.equal(report.summary, summary);
    if (hints !== undefined) assert.deepEqual(report.hints, hints);
    if (events !== undefined && events.length <= 5) assert.ok(report.chain.length > 0);
  });
}

Deno.test("what a program waits for, and why that is not there, one sentence a level", () => {
  const waiting: ProgramStatus = {
    ...DOWN,
    state: "starting",
    waiting_for: ["db to be ready (it is waiting itself)"],
    depends_on: { db: "ready", cache: "started" },
  };
  const db: ProgramStatus = {
    ...waiting,
    name: "db",
    waiting_for: ["disk.2 to be completed (it is failed)"],
    depends_on: { disk: "completed", web: "started" }, // A cycle, which the configuration refuses, ends here.
  };
  const disk: ProgramStatus = { ...DOWN, name: "disk.2", family: "disk", state: "failed", error: "exit code 78" };
  const done: ProgramStatus = { ...DOWN, name: "disk", state: "exited", exit: { code: 0, signal: null, at: AT } };
  const cache: ProgramStatus = { ...RUNNING, name: "cache" };
  const events = [
    ...story("disk.2", BOOT, ended({ code: 78 }), { kind: "failed", reason: "exit code 78" }, {
      kind: "ready",
      pid: 1,
    }),
    ...story("db", { kind: "waiting", for: ["disk.2 to be completed"] }),
    ...story("web", { kind: "waiting", for: ["db to be ready"] }),
  ];
  const { summary, chain, hints } = why(waiting, events, [db, disk, done, cache]);
  assert.equal(
    summary,
    "web waits for db to be ready (it is waiting itself); db waits for disk.2 to be completed (it is failed); " +
      "disk.2 has failed and is not started again: exit code 78 after 3s (its configuration is wrong, EX_CONFIG)",
  );
  assert.deepEqual(hints, ["appd why db", "appd why disk.2"]);
  assert.deepEqual(chain.map(({ message }) => message), [
    "db: program waits for disk.2 to be completed",
    "disk.2: program is ready",
    "program waits for db to be ready",
  ]);
});

Deno.test("the chain begins with the start that somebody wanted, and with its reload; its middle is left out", () => {
  const round = [ended({ code: 1 }), retrying("exit code 1"), started("the retry after: exit code 1")];
  const old = [BOOT, { kind: "stopped", forced: false } as const];
  const events = story("web", ...old, started("a reload"), ...Array.from({ length: 10 }, () => round).flat());
  const at = events[2]?.at ?? 0;
  const { chain } = whyOf({
    program: { ...RUNNING, restarts: 10 },
    programs: [],
    eventsOf: () => events,
    daemonEvents: [
      { id: 1, ...reloadEvent({ ok: true, changes: [], error: null }, at - 59_000) },
      { id: 2, ...reloadEvent({ ok: true, changes: [{ key: "program.web", effect: "applied" }], error: null }, at) },
    ],
    lastOutput: [],
    now: NOW,
    configured: true,
  });
  assert.deepEqual(chain.slice(0, 4).map(({ message }) => message), [
    "configuration reloaded, changed: program.web",
    "program started (a reload)",
    "program ended after 3s: exit code 1",
    "20 more events until the next",
  ]);
  assert.equal(chain.length, 13);
  assert.equal(chain.at(-1)?.message, "program started (the retry after: exit code 1)");
});

Deno.test("nothing that a program wrote drives a terminal", () => {
  const report = whyOf({
    program: { ...RUNNING, ready: false, note: "\x1b[2J" },
    programs: [],
    eventsOf: () => story("web", { kind: "unready", reason: "\x1b[2J" }),
    daemonEvents: [],
    lastOutput: ["\x1b]0;title\x07", "tab\there"],
    now: NOW,
    configured: true,
  });
  assert.deepEqual(report.last_output, ["\\x1b]0;title\\x07", "tab\\there"]);
  const told = [report.summary, ...report.chain.map(({ message }) => message)].join();
  assert.ok(told.includes("\\x1b[2J") && !told.includes("\x1b"), told);
});
