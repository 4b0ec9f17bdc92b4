import assert from "node:assert/strict";
import { AppdError } from "../base/errors.ts";
import { apply, bench, finish, Script, settle, stateOf, status, taskSpec } from "./fake_tasks.ts";
import type { TaskWork } from "./task_spec.ts";
import { shellSpec } from "./testing.ts";

Deno.test("a task is ready as soon as it runs, and has no process", async () => {
  await using t = bench();
  const script = new Script();
  await apply(t, taskSpec(script.run));
  assert.equal(stateOf(t), "starting");
  t.clock.advance(0);
  const { kind, state, ready, pid, uptime_s, log_file } = status(t);
  assert.deepEqual([kind, state, ready, pid, uptime_s, log_file], ["service", "running", true, null, 0, "/log"]);
  assert.deepEqual([t.supervisor.roots(), t.host.spawned.length], [[], 0]);
  assert.deepEqual(Array.from(Deno.readDirSync(t.directory)), []);
  assert.deepEqual(t.said, ["proxy: service started (the daemon's start)", "proxy: service is ready"]);
});

/** What a function does at its start, and how its task shows it. */
const FAILURES: readonly (readonly [name: string, run: TaskWork["run"], shows: readonly unknown[]])[] = [
  ["a throw", () => {
    throw new Error("cannot listen");
  }, ["backoff", "cannot listen", 1]],
  ["a rejection", () => Promise.reject(new Error("no upstream")), ["backoff", "no upstream", 1]],
  ["a rejection without an error", () => Promise.reject("gone"), ["backoff", "gone", 1]],
  ["an error without a message", () => Promise.reject(new TypeError()), ["backoff", "TypeError", 1]],
  ["an error with a hint", () => {
    throw new AppdError('cannot bind "x"', { exit: "unavailable", hint: "take another port" });
  }, ["backoff", 'cannot bind "x"', 69, "take another port"]],
  ["a flaw of the configuration, which no other start mends", () => {
    throw new AppdError("no such region", { exit: "config" });
  }, ["failed", "no such region", 78]],
  ["a return", () => {}, ["backoff", "it returned", 0]],
];

for (const [name, run, shows] of FAILURES) {
  Deno.test(`at once: ${name}`, async () => {
    await using t = bench();
    await apply(t, taskSpec(run));
    t.clock.advance(0);
    const { state, error, exit, ready } = status(t);
    assert.deepEqual([state, error, exit?.code, ...(exit?.hint === undefined ? [] : [exit.hint])], shows);
    assert.deepEqual([ready, t.said.includes("proxy: service is ready")], [false, false]);
  });
}

Deno.test("what was thrown is in the log, its stack at debug", async () => {
  await using t = bench();
  const script = new Script();
  await apply(t, taskSpec(script.run));
  t.clock.advance(3000);
  await script.end(new Error("the upstream is gone"));
  assert.equal(t.levels.get("service ended after 3s: the upstream is gone"), "warn");
  assert.equal(t.levels.get("service threw"), "debug");
  assert.equal(status(t).exit?.error, "the upstream is gone");
});

Deno.test("a young task comes back after the backoff, a stable one at once", async () => {
  await using t = bench();
  const script = new Script();
  await apply(t, taskSpec(script.run));
  await script.end(new Error("x"));
  assert.equal(status(t).next_retry_at, new Date(t.clock.now() + 1000).toISOString());
  t.clock.advance(1000);
  await settle();
  t.clock.advance(11_000);
  assert.deepEqual([script.lives.length, stateOf(t), status(t).restarts], [2, "running", 1]);
  await script.end(new Error("x"));
  assert.deepEqual([script.lives.length, stateOf(t), status(t).restarts], [3, "starting", 2]);
});

Deno.test("five failures within five minutes are a crash loop", async () => {
  await using t = bench();
  const script = new Script();
  await apply(t, taskSpec(script.run));
  for (let life = 1; life <= 5; life++) {
    await script.end(new Error("x"));
    if (life < 5) t.clock.advance(Date.parse(status(t).next_retry_at ?? "") - t.clock.now());
    await settle();
  }
  assert.deepEqual([status(t).crash_loop, stateOf(t), script.lives.length], [true, "backoff", 5]);
  await t.supervisor.act("reset", "proxy", "a test");
  await settle();
  assert.deepEqual([status(t).crash_loop, script.lives.length], [false, 6]);
});

Deno.test("the restart policy decides what follows a return", async () => {
  await using t = bench();
  const [once, never] = [new Script(), new Script()];
  await apply(
    t,
    taskSpec(once.run, { name: "once", restart: "on-failure" }),
    taskSpec(never.run, { name: "never", restart: "never" }),
  );
  await once.end();
  await never.end(new Error("x"));
  assert.deepEqual(t.supervisor.list().map(({ state, exit }) => [state, exit?.code]), [["exited", 0], ["exited", 1]]);
});

Deno.test("a task that says when it is ready is not before", async () => {
  await using t = bench();
  const script = new Script();
  await apply(t, taskSpec(script.run, { task: { probed: true } }));
  t.clock.advance(20_000);
  script.last.note("reading the index");
  assert.deepEqual([stateOf(t), status(t).ready, status(t).note], ["starting", false, "reading the index"]);
  script.last.ready();
  script.last.ready();
  assert.deepEqual([stateOf(t), status(t).ready], ["running", true]);
});

Deno.test("a task may say at once that it is ready", async () => {
  await using t = bench();
  await apply(t, taskSpec(({ ready }) => (ready(), new Promise<void>(() => {})), { task: { probed: true } }));
  assert.equal(stateOf(t), "running");
});

Deno.test("a task that is not ready in time is ended, and tried again", async () => {
  await using t = bench();
  const script = new Script();
  await apply(t, taskSpec(script.run, { startTimeout: 4000, task: { probed: true } }));
  script.last.note("waiting for a lease");
  t.clock.advance(4000);
  assert.match(script.lives[0]?.signal.reason.message, /not ready within 4s: waiting for a lease/);
  await settle();
  assert.deepEqual([stateOf(t), status(t).error], ["backoff", "not ready within 4s: waiting for a lease"]);
  script.lives[0]?.ready(); // Too late, and of a former life.
  t.clock.advance(1000);
  await settle();
  script.lives[0]?.ready();
  assert.deepEqual([script.lives.length, stateOf(t)], [2, "starting"]);
  script.last.ready();
  assert.equal(stateOf(t), "running");
});

Deno.test("a stop aborts the signal with its reason, and an end that follows is in order", async () => {
  await using t = bench();
  const script = new Script();
  await apply(t, taskSpec(script.run));
  t.clock.advance(0);
  await finish(t.clock, t.supervisor.act("stop", "proxy", "somebody"));
  const { reason } = script.last.signal;
  assert.deepEqual([reason.name, reason.message], ["AbortError", "proxy is to end: somebody"]);
  assert.deepEqual([stateOf(t), status(t).exit?.code, status(t).exit?.error], ["stopped", 0, undefined]);
  assert.deepEqual(t.said.slice(-2), ["proxy: stopping service, it has 5s (somebody)", "proxy: service stopped"]);
});

Deno.test("a throw while it stops is told, and it is stopped all the same", async () => {
  await using t = bench();
  const script = new Script();
  script.obedient = false;
  await apply(t, taskSpec(script.run));
  const stopping = t.supervisor.act("stop", "proxy", "a test");
  await script.end(new Error("the socket is in use"));
  await stopping;
  assert.deepEqual([stateOf(t), t.said.at(-2)], ["stopped", "proxy: cannot stop in order: the socket is in use"]);
});

Deno.test("a task that is stopped before it was called is never called", async () => {
  await using t = bench();
  const script = new Script();
  const applied = t.supervisor.apply([taskSpec(script.run)]);
  while (t.supervisor.list()[0]?.state !== "starting") await Promise.resolve();
  await t.supervisor.act("stop", "proxy", "a test");
  await applied;
  await settle();
  assert.deepEqual([stateOf(t), script.lives.length], ["stopped", 0]);
});

Deno.test("a reload restarts who has another mark, and nobody else", async () => {
  await using t = bench();
  const [a, b] = [new Script(), new Script()];
  await apply(t, taskSpec(a.run, { name: "a" }), taskSpec(b.run, { name: "b" }));
  const next = [taskSpec(a.run, { name: "a" }), taskSpec(b.run, { name: "b", task: { mark: "2" } })];
  const { start, stop, restart, update, keep } = t.supervisor.plan(next);
  assert.deepEqual({ start, stop, restart, update, keep }, {
    ...{ start: [], stop: [], restart: ["b"], update: [], keep: ["a"] },
  });
  await finish(t.clock, t.supervisor.apply(next, "a reload"));
  assert.deepEqual([a.lives.length, b.lives.length], [1, 2]);
  const gone = await finish(t.clock, t.supervisor.apply([], "a reload"));
  assert.deepEqual([gone.stop, a.last.signal.aborted, t.supervisor.list()], [["a", "b"], true, []]);
});

Deno.test("a changed limit is taken up without a new life", async () => {
  await using t = bench();
  const script = new Script();
  script.obedient = false;
  await apply(t, taskSpec(script.run));
  const { update } = await apply(t, taskSpec(script.run, { stopTimeout: 100 }));
  const before = t.clock.monotonic();
  await finish(t.clock, t.supervisor.act("stop", "proxy", "a test"));
  assert.deepEqual([update, script.lives.length, t.clock.monotonic() - before < 200], [["proxy"], 1, true]);
});

Deno.test("tasks and programs wait for each other, and end the other way round", async () => {
  await using t = bench();
  const script = new Script();
  const proxy = taskSpec(script.run, { dependsOn: { db: "ready" } });
  const web = shellSpec("web", "x", { dependsOn: { proxy: "ready" } });
  await apply(t, web, proxy, shellSpec("db", "x"));
  const states = () => t.supervisor.list().map(({ name, state, waiting_for }) => [name, state, ...waiting_for ?? []]);
  assert.deepEqual(states(), [
    ["web", "starting", "proxy to be ready (it is waiting itself)"],
    ["proxy", "starting", "db to be ready (it is starting)"],
    ["db", "starting"],
  ]);
  t.clock.advance(1000);
  await settle();
  t.clock.advance(0);
  assert.deepEqual(states(), [["web", "starting"], ["proxy", "running"], ["db", "running"]]);
  const report = await finish(t.clock, t.supervisor.stopAll({ deadlineMs: 30_000 }));
  assert.deepEqual([...report.graceful].sort(), ["db", "proxy", "web"]);
  const stops = t.said.filter((text) => /stopped$/.test(text));
  assert.deepEqual(stops, ["web: program stopped", "proxy: service stopped", "db: program stopped"]);
});

Deno.test("a shutdown does not wait for who ignores it, and names it", async () => {
  await using t = bench();
  const [good, bad] = [new Script(), new Script()];
  bad.obedient = false;
  await apply(t, taskSpec(good.run, { name: "good" }), taskSpec(bad.run, { name: "bad" }));
  const report = await finish(t.clock, t.supervisor.stopAll({ deadlineMs: 2000 }));
  assert.deepEqual([report.graceful, report.killed, report.late], [["good"], ["bad"], []]);
  assert.ok(report.durationMs < 2000, `${report.durationMs} ms`);
});

Deno.test("a daemon that leaves its programs ends its tasks, and begins none", async () => {
  await using t = bench();
  const script = new Script();
  await apply(t, taskSpec(script.run), shellSpec("web", "x"));
  const report = await finish(t.clock, t.supervisor.stopTasks({ deadlineMs: 5000 }));
  assert.deepEqual([report.graceful, stateOf(t), t.supervisor.roots().length], [["proxy"], "stopped", 1]);
  await assert.rejects(t.supervisor.act("start", "proxy", "a test"), /the daemon is stopping/);
});

Deno.test("a task cannot be signalled", async () => {
  await using t = bench();
  const script = new Script();
  await apply(t, taskSpec(script.run));
  assert.throws(
    () => t.supervisor.signal("proxy", "SIGHUP"),
    /cannot signal "proxy": it is a service inside the daemon/,
  );
});

Deno.test("a task takes the place of a program of its name that a dead daemon left running", async () => {
  await using t = bench();
  const left = t.host.add({ pid: 700, outputs: [`${t.directory}/proxy/output.fifo`] });
  Deno.mkdirSync(`${t.directory}/proxy`);
  const script = new Script();
  await finish(t.clock, t.supervisor.apply([taskSpec(script.run)]));
  assert.deepEqual([t.host.table.has(left.pid), script.lives.length, status(t).kind], [false, 1, "service"]);
});
