import assert from "node:assert/strict";
import { type LogFields, SILENT } from "../base/logger.ts";
import type { ProgramStatus } from "../base/program_reports.ts";
import { shellSpec } from "../programs/testing.ts";
import type { StopReport } from "../programs/stop_in_order.ts";
import { isTask, type TaskSpec, type UnitSpec } from "../programs/task_spec.ts";
import { FakeClock } from "../system/fake_clock.ts";
import { DaemonShutdown } from "./daemon_shutdown.ts";
import { createLifecycle } from "./lifecycle_machine.ts";

const WEB = shellSpec("web", "sleep 1", { stopTimeout: 5000 });
const { command: _, cwd: __, env: ___, ...LIFE } = WEB;
const GNOME: TaskSpec = {
  ...LIFE,
  ...{ name: "gnome", stopTimeout: 2000 },
  task: { run() {}, mark: "1", probed: false, logFile: "/log" },
};
const NOBODY: StopReport = { graceful: [], killed: [], late: [], survivors: [], durationMs: 0 };

function statusOf(spec: UnitSpec): ProgramStatus {
  const { name } = spec;
  return (isTask(spec)
    ? { name, kind: "service", pid: null, uptime_s: 1 }
    : { name, pid: 7, uptime_s: 1 }) as ProgramStatus;
}

/** A daemon with a program and a service that run; `calls` says what is asked of its parts, in order. */
function setUp(
  {
    specs = [WEB, GNOME] as readonly UnitSpec[],
    killed = [] as readonly string[],
    deaf = [] as readonly string[],
    clock = new FakeClock(),
    drained = Promise.resolve<readonly string[]>(["nightly"]),
  } = {},
) {
  const calls: string[] = [];
  const logged: LogFields[] = [];
  const lifecycle = createLifecycle((_, to) => calls.push(to));
  lifecycle.dispatch("started");
  const stopping = new AbortController();
  const report = { ...NOBODY, killed };
  const shutdown = new DaemonShutdown({
    ...{ clock, log: { ...SILENT, info: (_, fields) => void logged.push(fields ?? {}) }, lifecycle, stopping },
    live: { specs, [Symbol.dispose]: () => void calls.push("live") },
    journal: { note: ({ message }) => void calls.push(message) },
    jobs: {
      drain: (ms) => (calls.push(`jobs ${ms}`), drained),
      cut: () => void calls.push("jobs cut"),
      lingering: () => deaf,
      [Symbol.asyncDispose]: async () => void calls.push(await Promise.resolve("database")),
    },
    supervisor: {
      list: () => specs.map(statusOf),
      roots: () => [],
      stopAll: async ({ deadlineMs }) => (calls.push(`all ${deadlineMs}`), await Promise.resolve(report)),
      stopTasks: async ({ deadlineMs }) => (calls.push(`tasks ${deadlineMs}`), await Promise.resolve(report)),
    },
    notifications: { [Symbol.asyncDispose]: async () => void calls.push(await Promise.resolve("notifications")) },
    keepAlive: { [Symbol.dispose]: () => void calls.push("keep alive") },
    onEnded: () => void calls.push("recorded"),
  });
  return { shutdown, calls, logged, stopping };
}

Deno.test("jobs end first, in all the time that there is, then programs, then the database; the last is the record", async () => {
  const { shutdown, calls, stopping } = setUp({ killed: ["web"] });
  assert.equal(shutdown.progress(), null);
  assert.equal(shutdown.stop(30_000), 30_000);
  assert.ok(stopping.signal.aborted);
  assert.deepEqual(shutdown.progress()?.remaining, ["jobs", "programs", "database"]);
  assert.equal(await shutdown.ended, 0);
  const began = ["ready", "stopping", "live", "shutdown began, it has 30 s"];
  const parts = ["jobs 30000", "notifications", "all 30000", "database"];
  assert.deepEqual(calls.toSorted(), [...began, ...parts, "stopped", "keep alive", "recorded"].toSorted());
  const order = ["jobs 30000", "all 30000", "database", "stopped", "keep alive", "recorded"];
  assert.deepEqual(calls.filter((call) => order.includes(call)), order);
  const { ended, ...traces } = shutdown.traces();
  assert.deepEqual([traces, ended?.exit], [{ killed: ["web"], cancelled: ["nightly"] }, 0]);
  const { shutdown: stuck } = setUp({ killed: ["web", "gnome"] });
  stuck.stop(30_000);
  await stuck.ended;
  assert.deepEqual([stuck.traces().killed, stuck.traces().lingering], [["web", "gnome"], ["gnome"]]);
});

Deno.test("code of jobs that goes on at the end is named with what had to be killed", async () => {
  for (const way of ["stop", "leave"] as const) {
    const { shutdown } = setUp({ killed: ["gnome"], deaf: ["nightly"] });
    shutdown[way](30_000);
    await shutdown.ended;
    const { killed, lingering } = shutdown.traces();
    assert.deepEqual([killed, lingering], [["gnome", "nightly"], ["gnome", "nightly"]], way);
  }
});

Deno.test("leaving ends the services, which nobody can adopt, and no program", async () => {
  const { shutdown, calls } = setUp();
  shutdown.leave(30_000);
  await shutdown.ended;
  const parts = calls.filter((call) => /^(jobs|tasks|all) /.test(call));
  assert.deepEqual(parts, ["jobs 30000", "tasks 30000"]);
  const alone = setUp({ specs: [WEB] });
  alone.shutdown.leave(30_000);
  await alone.shutdown.ended;
  assert.deepEqual(alone.calls.filter((call) => /^(jobs|tasks|all) /.test(call)), ["jobs 30000"]);
});

Deno.test("leaving beside jobs that still run tells of services alone: programs do not stop", async () => {
  const clock = new FakeClock();
  const jobs = Promise.withResolvers<readonly string[]>();
  const { shutdown, logged } = setUp({ clock, drained: jobs.promise });
  shutdown.leave(30_000);
  await new Promise((resolve) => setTimeout(resolve));
  clock.advance(30_000);
  await new Promise((resolve) => setTimeout(resolve));
  jobs.resolve([]);
  await shutdown.ended;
  assert.deepEqual(logged.filter(({ stops }) => stops !== undefined), [{ stops: ["gnome"] }]);
});

/** What is asked of the parts while the jobs do not end: before the moment, and in it. */
async function besideJobs(timeoutMs: number, at: number): Promise<readonly (readonly string[])[]> {
  const clock = new FakeClock();
  const jobs = Promise.withResolvers<readonly string[]>();
  const { shutdown, calls } = setUp({ clock, drained: jobs.promise });
  const parts = () => calls.filter((call) => /^(jobs|all|database)/.test(call));
  shutdown.stop(timeoutMs);
  await new Promise((resolve) => setTimeout(resolve));
  clock.advance(at - 1);
  const before = parts();
  clock.advance(1);
  await new Promise((resolve) => setTimeout(resolve));
  const then = parts();
  jobs.resolve([]);
  await shutdown.ended;
  assert.equal(calls.filter((call) => call === "database").length, 1);
  return [before, then];
}

Deno.test("programs are stopped beside jobs that do not end, as soon as they need what is left, at most half", async () => {
  assert.deepEqual(await besideJobs(30_000, 25_000), [["jobs 30000"], ["jobs 30000", "all 5000"]]);
  assert.deepEqual(await besideJobs(4000, 2000), [["jobs 4000"], ["jobs 4000", "all 2000"]]);
});

Deno.test("a second stop changes nothing but what the daemon ends with", async () => {
  const { shutdown, calls } = setUp();
  shutdown.stop(30_000);
  assert.equal(shutdown.stop(1), 30_000);
  shutdown.leave(1);
  shutdown.exit = 70;
  assert.equal(await shutdown.ended, 70);
  assert.equal(shutdown.traces().ended?.exit, 70);
  assert.equal(calls.filter((call) => call === "database").length, 1);
});

Deno.test("a cut ends jobs and programs at once", () => {
  const { shutdown, calls } = setUp();
  shutdown.cut("SIGQUIT");
  assert.deepEqual(calls.slice(1), ["jobs cut", "all 0"]);
});
