import assert from "node:assert/strict";
import { FakeClock } from "../system/fake_clock.ts";
import { systemFiles } from "../system/files.ts";
import type { ProbeListener, ProgramProbes, SupervisorDeps } from "./deps.ts";
import type { ProgramEvent } from "./events.ts";
import { FakeHost } from "./fake_host.ts";
import { SILENT } from "../base/logger.ts";
import { createSupervisor, type Supervisor } from "./supervisor.ts";
import { MemoryOutput, shellSpec } from "./testing.ts";
import type { ProgramSpec } from "./program_spec.ts";

interface Bench extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly host: FakeHost;
  readonly directory: string;
  readonly supervisor: Supervisor;
  readonly kinds: string[];
  /** A second supervisor on the same host and directory, as after a crash of the first. */
  again(): Supervisor;
}

function bench(more: Partial<SupervisorDeps> = {}): Bench {
  const clock = new FakeClock();
  const host = new FakeHost();
  const directory = Deno.makeTempDirSync();
  const again = () =>
    createSupervisor({
      clock,
      processes: host.processes,
      fifos: host.fifos,
      files: systemFiles,
      log: SILENT,
      directory,
      address: { APPD_NAME: "test" },
      openOutput: () => new MemoryOutput(),
      inheritedEnv: { PATH: "/bin" },
      random: () => 0.5,
      ...more,
    });
  const supervisor = again();
  const kinds: string[] = [];
  supervisor.onEvent((event: ProgramEvent) => kinds.push(event.kind));
  const dispose = () => Deno.remove(directory, { recursive: true });
  return { clock, host, directory, supervisor, kinds, again, [Symbol.asyncDispose]: dispose };
}

/** Probes that say what a test makes them say, and write down what they are told. */
function fakeProbes() {
  const calls: string[] = [];
  const fake = {
    calls,
    listener: undefined as ProbeListener | undefined,
    open(_scene: unknown, listener: ProbeListener): ProgramProbes {
      fake.listener = listener;
      return {
        env: { NOTIFY_SOCKET: "/sock" },
        output: undefined,
        begin: ({ generation, pid }) => void calls.push(`begin ${generation} ${pid}`),
        watch: () => void calls.push("watch"),
        end: () => void calls.push("end"),
        [Symbol.dispose]: () => void calls.push("close"),
      };
    },
  };
  return fake;
}

/** Lets promises settle that wait for nothing but each other. */
async function settle(): Promise<void> {
  for (let i = 0; i < 30; i++) await Promise.resolve();
}

/** Advances until `work` is done: a stop waits for looks at the process table. */
async function finish<T>(clock: FakeClock, work: Promise<T>): Promise<T> {
  let done = false;
  work.finally(() => done = true).catch(() => {});
  for (let i = 0; i < 2000 && !done; i++) {
    await settle();
    if (!done) clock.advance(5);
  }
  return await work;
}

function only(supervisor: Supervisor) {
  const [status] = supervisor.list();
  assert.ok(status);
  return status;
}

const spec = (more: Partial<ProgramSpec> = {}) => shellSpec("web", "serve", more);

Deno.test("a program is starting until it has been alive for 1 s", async () => {
  await using t = bench();
  await t.supervisor.apply([spec()]);
  assert.deepEqual([only(t.supervisor).state, only(t.supervisor).ready], ["starting", false]);
  t.clock.advance(1000);
  assert.deepEqual([only(t.supervisor).state, only(t.supervisor).ready], ["running", true]);
  assert.equal(only(t.supervisor).uptime_s, 1);
  assert.equal(only(t.supervisor).pid, 100);
});

Deno.test("a crash of a young program is retried after a second, that of a stable one at once", async () => {
  await using t = bench();
  await t.supervisor.apply([spec()]);
  t.host.exit(100, { signal: "SIGKILL" });
  await settle();
  const waiting = only(t.supervisor);
  assert.deepEqual([waiting.state, waiting.pid, waiting.error], ["backoff", null, "killed by SIGKILL"]);
  assert.equal(waiting.next_retry_at, new Date(t.clock.now() + 1000).toISOString());
  t.clock.advance(1000);
  assert.deepEqual([only(t.supervisor).pid, only(t.supervisor).restarts], [101, 1]);
  t.clock.advance(11_000);
  t.host.exit(101, { code: 3 });
  await settle();
  const again = only(t.supervisor);
  assert.deepEqual([again.state, again.pid, again.restarts], ["starting", 102, 2]);
  assert.deepEqual([again.exit?.code, again.exit?.signal], [3, null]);
});

Deno.test("five failures raise crash_loop, a stable life takes it back", async () => {
  await using t = bench();
  await t.supervisor.apply([spec()]);
  for (let pid = 100; pid < 105; pid++) {
    t.host.exit(pid, { code: 1 });
    await settle();
    if (pid < 104) t.clock.advance(1000 * 2 ** (pid - 100));
  }
  assert.equal(only(t.supervisor).crash_loop, true);
  assert.equal(t.kinds.filter((kind) => kind === "crash_loop").length, 1);
  t.clock.advance(59_999);
  assert.equal(only(t.supervisor).state, "backoff");
  t.clock.advance(1);
  assert.equal(only(t.supervisor).pid, 105);
  t.clock.advance(11_000);
  assert.equal(only(t.supervisor).crash_loop, false);
});

Deno.test("expected ends and hopeless codes are not started again", async () => {
  await using t = bench();
  await t.supervisor.apply([
    shellSpec("once", "x", { restart: "never" }),
    shellSpec("job", "x", { restart: "on-failure" }),
    shellSpec("lost", "x"),
  ]);
  t.host.exit(100, { code: 1 });
  t.host.exit(101, { code: 0 });
  t.host.exit(102, { code: 127 });
  await settle();
  t.clock.advance(100_000);
  assert.deepEqual(t.supervisor.list().map((p) => p.state), ["exited", "exited", "failed"]);
  assert.equal(t.supervisor.list()[2]?.error, "exit code 127");
});

Deno.test("a spawn that fails: the exact errno is shown, a shortage is retried", async () => {
  await using t = bench();
  const missing = Object.assign(new Error("x"), { code: "ENOENT", path: "/no/such" });
  t.host.failures.push(missing, Object.assign(new Error("x"), { code: "EAGAIN" }));
  await t.supervisor.apply([shellSpec("gone", "x"), shellSpec("later", "x")]);
  const [gone, later] = t.supervisor.list();
  assert.deepEqual([gone?.state, gone?.error], ["failed", 'cannot run "/no/such": no such file or directory (ENOENT)']);
  assert.deepEqual([later?.state, later?.error?.includes("EAGAIN")], ["backoff", true]);
  t.clock.advance(1000);
  assert.equal(t.supervisor.list()[1]?.state, "starting");
});

Deno.test("apply starts the new, stops the removed, restarts the changed, keeps the same", async () => {
  await using t = bench();
  await t.supervisor.apply([shellSpec("a", "x"), shellSpec("b", "x"), shellSpec("c", "x")]);
  const changed = shellSpec("b", "y");
  const next = t.supervisor.apply([shellSpec("a", "x", { stopTimeout: 1 }), changed, shellSpec("d", "x")]);
  assert.deepEqual(await finish(t.clock, next), {
    start: ["d"],
    stop: ["c"],
    restart: ["b"],
    update: ["a"],
    keep: [],
    adopted: [],
    failed: [],
    lingering: [],
  });
  assert.deepEqual(t.supervisor.list().map((p) => [p.name, p.pid]), [["a", 100], ["b", 104], ["d", 103]]);
  assert.deepEqual(t.host.spawned.at(-1)?.command, changed.command);
});

Deno.test("apply refuses unfit and doubled names before it changes anything", async () => {
  await using t = bench();
  await assert.rejects(t.supervisor.apply([shellSpec("../x", "x")]), /not a fit name/);
  await assert.rejects(t.supervisor.apply([spec(), spec()]), /two programs/);
  assert.deepEqual(t.host.spawned, []);
});

Deno.test("stop, start and restart by hand", async () => {
  await using t = bench();
  await t.supervisor.apply([spec()]);
  await finish(t.clock, t.supervisor.act("stop", "web", "a test"));
  assert.equal(only(t.supervisor).state, "stopped");
  t.clock.advance(100_000);
  await t.supervisor.apply([spec()]);
  assert.equal(only(t.supervisor).state, "stopped", "a reload does not undo a stop");
  await t.supervisor.act("start", "web", "a test");
  assert.equal(only(t.supervisor).pid, 101);
  await finish(t.clock, t.supervisor.act("restart", "web", "a test"));
  assert.deepEqual([only(t.supervisor).pid, only(t.supervisor).restarts], [102, 0]);
  await assert.rejects(t.supervisor.act("stop", "nobody", "a test"), /no such program/);
});

Deno.test("a group gets TERM and CONT, and KILL when its time is over", async () => {
  await using t = bench();
  t.host.obedient = false;
  await t.supervisor.apply([spec({ stopTimeout: 2000 })]);
  const main = t.host.table.get(100);
  const began = t.clock.monotonic();
  const report = await finish(t.clock, t.supervisor.stopAll({ deadlineMs: 30_000 }));
  assert.deepEqual(main?.signals, ["SIGTERM", "SIGCONT", "SIGKILL"]);
  assert.deepEqual([report.killed, report.graceful, report.late], [["web"], [], []]);
  assert.ok(t.clock.monotonic() - began < 3000);
});

Deno.test("the members of the group have the same time as the main process", async () => {
  await using t = bench();
  await t.supervisor.apply([spec({ stopTimeout: 2000 })]);
  const slow = t.host.add({ pid: 500, ppid: 100, pgid: 100, sid: 100, startTime: "200", obedient: false });
  const stopping = t.supervisor.act("stop", "web", "a test");
  await settle();
  t.clock.advance(1000);
  await settle();
  assert.deepEqual(slow.signals, ["SIGTERM", "SIGCONT"]);
  await finish(t.clock, stopping);
  assert.equal(slow.signals.at(-1), "SIGKILL");
});

Deno.test("the sweep ends who has left the session, and no stranger", async () => {
  await using t = bench();
  await t.supervisor.apply([spec()]);
  const child = t.host.add({ pid: 500, ppid: 100, startTime: "500" });
  const marked = t.host.add({ pid: 501, environment: [`APPD_PROGRAM_ID=${t.directory}/web`] });
  const writer = t.host.add({ pid: 502, outputs: [`${t.directory}/web/output.fifo`] });
  const stranger = t.host.add({ pid: 503, environment: [`APPD_PROGRAM_ID=/elsewhere/web`] });
  await finish(t.clock, t.supervisor.act("stop", "web", "a test"));
  for (const one of [child, marked, writer]) assert.deepEqual(one.signals, ["SIGKILL"], `${one.pid}`);
  assert.deepEqual(stranger.signals, []);
  assert.ok(t.kinds.includes("swept"));
});

Deno.test("who survives KILL is named", async () => {
  await using t = bench();
  await t.supervisor.apply([spec()]);
  const stuck = t.host.add({ pid: 500, environment: [`APPD_PROGRAM_ID=${t.directory}/web`], command: ["nfs"] });
  const kill = t.host.processes.kill;
  t.host.processes.kill = (pid, signal) => pid === stuck.pid || kill(pid, signal);
  const report = await finish(t.clock, t.supervisor.stopAll({ deadlineMs: 10_000 }));
  assert.deepEqual(report.survivors, [{ program: "web", pid: 500, command: "nfs" }]);
});

Deno.test("a stop with no time left kills at once, also while one is under way", async () => {
  await using t = bench();
  t.host.obedient = false;
  await t.supervisor.apply([spec({ stopTimeout: 60_000 })]);
  const first = t.supervisor.stopAll({ deadlineMs: 60_000 });
  const second = t.supervisor.stopAll({ deadlineMs: 0 });
  const before = t.clock.monotonic();
  await finish(t.clock, Promise.all([first, second]));
  assert.ok(t.clock.monotonic() - before < 200);
});

Deno.test("nothing is started while everything stops", async () => {
  await using t = bench();
  await t.supervisor.apply([spec()]);
  await finish(t.clock, t.supervisor.stopAll({ deadlineMs: 1000 }));
  await assert.rejects(t.supervisor.act("start", "web", "a test"), /stopping/);
  await t.supervisor.apply([spec(), shellSpec("other", "x")]);
  assert.equal(t.host.spawned.length, 1);
});

Deno.test("a new supervisor adopts what runs, with its past", async () => {
  await using t = bench();
  await t.supervisor.apply([spec()]);
  t.host.exit(100, { code: 1 });
  await settle();
  t.clock.advance(1000 + 30_000);
  await t.supervisor[Symbol.asyncDispose]();
  const second = t.again();
  const result = await second.apply([spec()]);
  assert.deepEqual([result.adopted, result.start, result.keep], [["web"], [], ["web"]]);
  const status = only(second);
  assert.deepEqual([status.state, status.pid, status.restarts, status.adopted], ["running", 101, 1, true]);
  assert.equal(status.uptime_s, 30);
  assert.equal(t.host.spawned.length, 2);
});

Deno.test("the end of an adopted program is noticed, and it is stable enough to come back at once", async () => {
  await using t = bench();
  await t.supervisor.apply([spec()]);
  t.clock.advance(30_000);
  await t.supervisor[Symbol.asyncDispose]();
  const second = t.again();
  await second.apply([spec()]);
  t.host.table.delete(100);
  t.clock.advance(250);
  const status = only(second);
  assert.deepEqual([status.pid, status.adopted, status.exit?.code, status.exit?.signal], [101, false, null, null]);
});

Deno.test("adopted programs that are not configured any more are stopped, changed ones restarted", async () => {
  await using t = bench();
  await t.supervisor.apply([shellSpec("old", "x", { stopSignal: "SIGINT" }), shellSpec("b", "x")]);
  await t.supervisor[Symbol.asyncDispose]();
  const old = t.host.table.get(100);
  const second = t.again();
  const applying = second.apply([shellSpec("b", "y")]);
  await settle();
  assert.deepEqual(old?.signals, ["SIGINT", "SIGCONT"]);
  t.host.exit(100, { code: 0 });
  const result = await finish(t.clock, applying);
  assert.deepEqual([result.stop, result.restart], [["old"], ["b"]]);
  assert.deepEqual(second.list().map((p) => [p.name, p.pid]), [["b", 102]]);
});

Deno.test("a changed program whose restart a kill -9 of the daemon cut off is restarted by the next one", async () => {
  await using t = bench();
  t.host.obedient = false;
  await t.supervisor.apply([shellSpec("web", "x")]);
  await t.supervisor[Symbol.asyncDispose]();
  const second = t.again();
  void second.apply([shellSpec("web", "y")]);
  await settle();
  assert.equal(only(second).state, "stopping");
  await second[Symbol.asyncDispose]();
  const third = t.again();
  void third.apply([shellSpec("web", "y")]);
  await settle();
  assert.equal(only(third).state, "stopping");
});

Deno.test("a process with another start time than the recorded one is a stranger", async () => {
  await using t = bench();
  await t.supervisor.apply([spec()]);
  await t.supervisor[Symbol.asyncDispose]();
  t.host.table.delete(100);
  const stranger = t.host.add({ pid: 100, startTime: "999" });
  const second = t.again();
  await second.apply([spec()]);
  assert.equal(only(second).pid, 101);
  await finish(t.clock, second.stopAll({ deadlineMs: 1000 }));
  assert.deepEqual(stranger.signals, []);
});

Deno.test("without a record the process that writes into the FIFO is adopted", async () => {
  await using t = bench();
  const main = t.host.add({ pid: 700, outputs: [`${t.directory}/web/output.fifo`] });
  t.host.add({ pid: 701, sid: 700, pgid: 700, ppid: 700, outputs: [`${t.directory}/web/output.fifo`] });
  await t.supervisor.apply([spec()]);
  assert.deepEqual([only(t.supervisor).pid, t.host.spawned.length], [main.pid, 0]);
});

Deno.test("what a dead main process left behind is ended before the next start", async () => {
  await using t = bench();
  await t.supervisor.apply([spec()]);
  await t.supervisor[Symbol.asyncDispose]();
  t.host.table.delete(100);
  const stray = t.host.add({ pid: 600, sid: 100, pgid: 100, outputs: [`${t.directory}/web/output.fifo`] });
  const second = t.again();
  await second.apply([spec()]);
  assert.deepEqual(stray.signals, ["SIGKILL"]);
  assert.equal(only(second).pid, 101);
});

Deno.test("a program whose FIFO was replaced is restarted, since nobody can hear it", async () => {
  await using t = bench();
  t.host.add({ pid: 700, outputs: [`${t.directory}/web/output.fifo (deleted)`] });
  const result = await finish(t.clock, t.supervisor.apply([spec()]));
  assert.deepEqual(result.restart, ["web"]);
  assert.equal(t.host.table.has(700), false);
  assert.notEqual(only(t.supervisor).pid, 700);
});

Deno.test("a program waits for what it depends on, and the end is the other way round", async () => {
  await using t = bench();
  const web = shellSpec("web", "x", { dependsOn: { db: "ready" } });
  await t.supervisor.apply([web, shellSpec("db", "x")]);
  const states = () => t.supervisor.list().map((p) => `${p.name} ${p.state} ${p.waiting_for?.join()}`);
  assert.deepEqual(states(), ["web starting db to be ready (it is starting)", "db starting "]);
  t.clock.advance(1000);
  assert.deepEqual(states(), ["web starting ", "db running "]);
  const [db, web1] = t.supervisor.roots().map(({ pid }) => t.host.table.get(pid)).reverse();
  db!.obedient = true;
  web1!.obedient = false;
  const stopped = t.supervisor.stopAll({ deadlineMs: 30_000 });
  assert.deepEqual([web1?.signals.length, db?.signals], [2, []]);
  const report = await finish(t.clock, stopped);
  assert.deepEqual([report.killed, report.graceful], [["web"], ["db"]]);
});

Deno.test("a dependency has to have completed with code 0", async () => {
  await using t = bench();
  const migrate = shellSpec("migrate", "x", { restart: "on-failure" });
  await t.supervisor.apply([migrate, shellSpec("web", "x", { dependsOn: { migrate: "completed" } })]);
  t.host.exit(t.supervisor.list()[0]?.pid ?? 0, { code: 1 });
  await Promise.resolve();
  assert.deepEqual(t.supervisor.list().map((p) => p.state), ["backoff", "starting"]);
  t.clock.advance(2000);
  t.host.exit(t.supervisor.list()[0]?.pid ?? 0, { code: 0 });
  await Promise.resolve();
  assert.deepEqual(t.supervisor.list().map((p) => [p.state, p.pid !== null]), [["exited", false], ["starting", true]]);
});

Deno.test("commands reach all instances of a section", async () => {
  await using t = bench();
  const of = (number: number) => shellSpec(`web.${number}`, "x", { family: { name: "web", number } });
  await t.supervisor.apply([of(1), of(2), shellSpec("db", "x")]);
  assert.equal(t.supervisor.signal("web", "SIGUSR1"), 2);
  assert.equal(t.supervisor.signal("web.2", "SIGUSR1"), 1);
  await finish(t.clock, t.supervisor.act("stop", "web", "a test"));
  assert.deepEqual(t.supervisor.list().map((p) => p.state), ["stopped", "stopped", "starting"]);
  await assert.rejects(t.supervisor.act("stop", "wep", "a test"), { hint: 'did you mean "web"?' });
});

Deno.test("reset forgives the past and tries again at once", async () => {
  await using t = bench();
  await t.supervisor.apply([shellSpec("web", "x")]);
  t.host.exit(t.supervisor.list()[0]?.pid ?? 0, { code: 78 });
  await Promise.resolve();
  assert.equal(t.supervisor.list()[0]?.state, "failed");
  await t.supervisor.act("reset", "web", "a test");
  assert.deepEqual([t.supervisor.list()[0]?.state, t.supervisor.list()[0]?.restarts], ["starting", 0]);
});

Deno.test("probes gate, inform and restart", async () => {
  const probe = fakeProbes();
  await using t = bench({ openProbes: probe.open });
  const spec = { method: { kind: "tcp", hostname: "x", port: 1 }, initialDelay: 0, period: 1, timeout: 1 } as const;
  const full = { ...spec, successThreshold: 1, failureThreshold: 1 };
  await t.supervisor.apply([shellSpec("web", "x", { ready: full, live: full })]);
  const [begun] = probe.calls;
  assert.match(begun ?? "", /^begin 1 /);
  assert.equal(t.host.spawned[0]?.env.NOTIFY_SOCKET, "/sock");
  probe.listener?.onReady({ generation: 1, ok: false, why: "refused" });
  assert.deepEqual([t.supervisor.list()[0]?.state, t.supervisor.list()[0]?.note], ["starting", "refused"]);
  probe.listener?.onReady({ generation: 1, ok: true, why: "" });
  assert.deepEqual([t.supervisor.list()[0]?.state, probe.calls.at(-1)], ["running", "watch"]);
  probe.listener?.onReady({ generation: 1, ok: false, why: "503" });
  assert.deepEqual([t.supervisor.list()[0]?.state, t.supervisor.list()[0]?.ready], ["running", false]);
  probe.listener?.onLive({ generation: 1, ok: false, why: "hangs" });
  assert.deepEqual([t.supervisor.list()[0]?.state, probe.calls.at(-1)], ["stopping", "end"]);
});

Deno.test("what was stopped by hand, or has ended, stays so for a daemon that takes the place of a dead one", async () => {
  await using t = bench();
  const specs = [spec(), shellSpec("once", "x", { restart: "on-failure" }), shellSpec("more", "x")];
  await t.supervisor.apply(specs);
  await finish(t.clock, t.supervisor.act("stop", "web", "a test"));
  t.host.exit(t.supervisor.list()[1]?.pid ?? 0, { code: 0 });
  await settle();
  const second = t.again();
  const result = await second.apply(specs);
  assert.deepEqual(result.adopted, ["more"]);
  const states = (supervisor: Supervisor) => supervisor.list().map((p) => [p.name, p.state, p.exit?.code]);
  assert.deepEqual(states(second), [["web", "stopped", undefined], ["once", "exited", 0], [
    "more",
    "starting",
    undefined,
  ]]);
  await finish(t.clock, second.stopAll({ deadlineMs: 30_000 }));
  const third = t.again();
  await third.apply(specs);
  assert.deepEqual(third.list().map((p) => p.state), ["starting", "starting", "starting"]);
});
