import assert from "node:assert/strict";
import type { EventReport } from "../../base/event_report.ts";
import type { CheckReport } from "../../base/health_reports.ts";
import type { ProgramStatus } from "../../base/program_reports.ts";
import type { GuardReport, LastEndReport, StatusReport } from "../../base/status_report.ts";
import { explainCheck } from "./check.ts";
import { explainDaemon } from "./daemon.ts";
import { explainStopped } from "./stopped.ts";

const NOW = Date.UTC(2025, 10, 1, 12, 0);
const SINCE = new Date(NOW - 180_000).toISOString();
const WELL: CheckReport = { ok: true, critical: true, latency_ms: 1 };
const FAILS: CheckReport = { ok: false, critical: true, latency_ms: 1, error: "a hole", since: SINCE, failures: 180 };

const WEB = {
  ...{ name: "web", state: "running", ready: true, live: null, crash_loop: false, critical: false, error: null },
  exit: null,
} as unknown as ProgramStatus;
const STATUS = {
  name: "fig",
  state: "degraded",
  health: "degraded",
  programs: [],
  jobs: [],
  last_reload: null,
} as unknown as StatusReport;

function check(
  name: string,
  report: CheckReport,
  more: { status?: Partial<StatusReport>; events?: EventReport[] } = {},
) {
  const { status = {}, events = [] } = more;
  return explainCheck(name, { report, status: { ...STATUS, ...status }, events, now: NOW });
}

Deno.test("a check that fails: since when, how often, what it says, what it means", () => {
  const report = check("basket", FAILS);
  assert.equal(
    report.summary,
    "the check basket fails since 2025-11-01 11:57:00 UTC (3m), 180 times in a row; it is critical, so that the daemon is degraded: a hole",
  );
  assert.deepEqual([report.since, report.failures, report.error], [SINCE, 180, "a hole"]);
  assert.deepEqual(report.hints, ["appd logs --grep basket -n 50"]);
  const minor = check("basket", { ...FAILS, critical: false, failures: 1, hint: "mend it: fig mend" });
  assert.match(minor.summary, /, once; it is not critical, the daemon serves as usual: a hole$/);
  assert.deepEqual(minor.hints, ["mend it: fig mend", "appd logs --grep basket -n 50"]);
});

Deno.test("a check that is well, or has not answered yet", () => {
  assert.deepEqual(check("basket", WELL), {
    ...{ check: "basket", ok: true, critical: true, summary: "the check basket is well; it is critical" },
    ...{ since: null, failures: 0, error: null, chain: [], hints: [] },
  });
  const { summary } = check("basket", { ok: false, critical: false, latency_ms: 0, error: "not checked yet" });
  assert.equal(summary, "the check basket has given no answer yet; it is not critical");
});

Deno.test("its own turns are told, oldest first, and no others", () => {
  const turn = (id: number, name: string, message: string): EventReport => ({
    ...{ id, at: new Date(NOW + id * 1000).toISOString(), kind: "check", program: null, check: name },
    ...{ level: "info", message: `the check ${name} ${message}`, fields: {} },
  });
  const events = [turn(1, "basket", "fails: a\u001b[2J hole"), turn(2, "tree", "fails"), turn(3, "basket", "is well")];
  assert.deepEqual(check("basket", WELL, { events }).chain, [
    { at: "2025-11-01T12:00:01.000Z", message: "the check basket fails: a\\x1b[2J hole" },
    { at: "2025-11-01T12:00:03.000Z", message: "the check basket is well" },
  ]);
});

Deno.test("of a built-in check the hints lead to what is down", () => {
  const programs = [
    WEB,
    { ...WEB, name: "db", critical: true, ready: false, state: "stopped" as const },
    { ...WEB, name: "cache", state: "failed" as const, ready: false },
  ];
  assert.deepEqual(check("programs", FAILS, { status: { programs } }).hints, ["appd why db"]);
  assert.deepEqual(check("log", FAILS).hints, ["appd doctor", "appd logs -n 50"]);
  assert.deepEqual(check("repository site", FAILS).hints, ["appd git poke site"]);
});

Deno.test("without a name: the checks that degrade it first, then all that is not well", () => {
  const programs = [WEB, { ...WEB, name: "cache", state: "failed" as const, ready: false, error: "exit code 3" }];
  const checks = { minor: { ...FAILS, critical: false }, basket: FAILS, log: WELL };
  const report = explainDaemon({ status: { ...STATUS, mode: "web", programs }, checks, now: NOW });
  assert.equal(
    report.summary,
    "fig is degraded since 2025-11-01 11:57:00 UTC (3m) in mode web: the check basket fails: a hole; also not well: the check minor, cache",
  );
  assert.deepEqual(report.checks.map((one) => one.check), ["basket", "minor"]);
  assert.deepEqual(report.programs, [{ program: "cache", problem: "failed, and not started again: exit code 3" }]);
  assert.deepEqual(report.hints, ["appd why basket", "appd why minor", "appd why cache"]);
});

Deno.test("without a name: a service that ignores its signal while it is to begin again, or is critical", () => {
  const lingering = (name: string, then: "start" | "stop", more: Partial<ProgramStatus> = {}): ProgramStatus => ({
    ...{ ...WEB, name, kind: "service", state: "stopping", ready: false, note: "serves" },
    lingering: { since: SINCE, then },
    ...more,
  });
  const programs = [
    lingering("proxy", "start"),
    lingering("cache", "stop"),
    lingering("feed", "stop", { critical: true }),
    lingering("gone", "stop", { critical: true, removed: true }),
    { ...WEB, name: "slow", state: "stopping" as const, ready: false },
  ];
  const { summary, programs: down } = explainDaemon({ status: { ...STATUS, programs }, checks: {}, now: NOW });
  assert.equal(summary, "fig is degraded; not well: proxy, feed");
  assert.deepEqual(down.map(({ problem }) => problem), [
    "ignores its signal, and cannot begin again before it has ended",
    "ignores its signal, and goes on though it is to be stopped",
  ]);
});

Deno.test("without a name: a critical program is told of by its check, and not once more", () => {
  const down = { ...WEB, name: "till", state: "failed" as const, ready: false, critical: true };
  const status = { ...STATUS, programs: [down, { ...down, name: "cache", critical: false }] };
  const checks = { programs: { ...FAILS, error: "till is failed" } };
  const { summary, programs } = explainDaemon({ status, checks, now: NOW });
  assert.match(summary, /: the check programs fails: till is failed; also not well: cache$/);
  assert.deepEqual(programs.map(({ program }) => program), ["till", "cache"]);
});

Deno.test("without a name, and nothing is wrong", () => {
  const stopped = { ...WEB, name: "cache", state: "stopped" as const, ready: false };
  const status = { ...STATUS, state: "ready" as const, programs: [WEB, stopped] };
  const { summary, hints } = explainDaemon({ status, checks: { log: WELL }, now: NOW });
  assert.deepEqual([summary, hints], ["fig is ready, and nothing is wrong", []]);
});

Deno.test("without a name, and only the last reload was refused", () => {
  const last_reload = {
    at: new Date(NOW).toISOString(),
    ok: false,
    error: "line 3: no such key\n",
    confirm_until: null,
  };
  const status = { ...STATUS, state: "ready" as const, programs: [WEB], last_reload };
  const { summary, reload, hints } = explainDaemon({ status, checks: { log: WELL }, now: NOW });
  assert.equal(summary, "fig is ready; not well: the last reload, which was refused");
  assert.deepEqual(reload, { at: last_reload.at, error: "line 3: no such key\\n" });
  assert.deepEqual(hints, ["appd config check"]);
});

Deno.test("without a name, and no daemon runs: how the last one ended", () => {
  const told = (last?: LastEndReport, guard?: GuardReport) => {
    const status = guard === undefined ? STATUS : { ...STATUS, guard };
    const { state, summary, hints } = explainStopped(status, { last, now: NOW });
    assert.equal(state, "stopped");
    return [summary, hints.length];
  };
  const at = new Date(NOW).toISOString();
  assert.deepEqual(told(), ["fig is not running: it never ran here", 1]);
  assert.deepEqual(told({ how: "clean", pid: 7, at, detail: null }), [
    "fig is not running: PID 7 was stopped in an orderly way at 2025-11-01 12:00:00 UTC",
    1,
  ]);
  assert.deepEqual(told({ how: "crash", pid: 7, at: null, detail: "panicked\u001b[2J" }), [
    "fig is not running: PID 7 crashed: panicked\\x1b[2J",
    3,
  ]);
  const failed = { at: "2025-11-01T11:59:58Z", error: 'cannot listen on "127.0.0.1:1"' };
  assert.deepEqual(told(undefined, { pid: 8, next_at: new Date(NOW + 5500).toISOString(), failed }), [
    "fig is not running: it never ran here; a guard starts it again in 6s, at 2025-11-01 12:00:05 UTC; " +
    'its last attempt failed at 2025-11-01 11:59:58 UTC: cannot listen on "127.0.0.1:1"',
    1,
  ]);
  assert.match(`${told(undefined, { pid: 8, next_at: null, failed: null })}`, /; a guard is starting it,/);
  assert.match(
    `${told(undefined, { pid: null, next_at: null, failed })}`,
    /; the guard has given up; its last attempt/,
  );
});
