/** Tasks that ignore their signal. */
import assert from "node:assert/strict";
import { apply, type Bench, bench, finish, Script, settle, stateOf, status, taskSpec } from "./fake_tasks.ts";
import { shellSpec } from "./testing.ts";

/** Runs it, and tells it to end, which it does not. */
async function linger(t: Bench, action: "stop" | "restart"): Promise<Script> {
  const script = new Script();
  script.obedient = false;
  await apply(t, taskSpec(script.run));
  t.clock.advance(0);
  await finish(t.clock, t.supervisor.act(action, "proxy", "a test"));
  return script;
}

Deno.test("a task that ignores its signal is stopping until it has returned", async () => {
  await using t = bench();
  const script = await linger(t, "stop");
  const since = new Date(t.clock.now()).toISOString();
  assert.deepEqual([stateOf(t), status(t).lingering], ["stopping", { since, then: "stop" }]);
  assert.equal(t.levels.get("service ignores its signal and goes on"), "error");
  script.last.note("still here");
  script.last.ready();
  t.clock.advance(600_000);
  assert.deepEqual([stateOf(t), status(t).ready, status(t).note], ["stopping", false, "still here"]);
  await script.end(new Error("late"));
  assert.deepEqual([stateOf(t), status(t).lingering, script.lives.length], ["stopped", undefined, 1]);
  assert.deepEqual(t.said.slice(-2), ["proxy: cannot stop in order: late", "proxy: service has ended after all"]);
});

Deno.test("the next life of a task begins when the former one has returned, never beside it", async () => {
  await using t = bench();
  const script = await linger(t, "restart");
  const told = "service ignores its signal and goes on: it cannot begin again before it has ended";
  assert.deepEqual([stateOf(t), status(t).lingering?.then, t.levels.get(told)], ["stopping", "start", "error"]);
  for (const action of ["start", "reset", "restart"] as const) await t.supervisor.act(action, "proxy", "a test");
  t.clock.advance(600_000);
  await settle();
  assert.equal(script.lives.length, 1);
  script.obedient = true;
  await script.end();
  t.clock.advance(0);
  assert.deepEqual([script.lives.length, script.last.generation, stateOf(t)], [2, 2, "running"]);
});

Deno.test("of all that is wanted of a task that ignores its signal the last word counts", async () => {
  await using t = bench();
  const script = await linger(t, "stop");
  await t.supervisor.act("start", "proxy", "a test");
  assert.equal(status(t).lingering?.then, "start");
  await t.supervisor.act("stop", "proxy", "a test");
  await script.end();
  assert.deepEqual([stateOf(t), script.lives.length], ["stopped", 1]);
});

Deno.test("that another life of a task waits for one that ignores its signal is told when somebody comes to want it", async () => {
  await using t = bench();
  const news = "proxy: service ignores its signal and goes on: it cannot begin again before it has ended";
  const script = await linger(t, "stop");
  const told = () => t.said.filter((line) => line === news).length;
  const counts = [told()];
  for (const action of ["start", "restart", "stop", "stop", "restart"] as const) {
    await t.supervisor.act(action, "proxy", "a test");
    counts.push(told());
  }
  await t.supervisor.apply([], "a reload");
  await t.supervisor.apply([taskSpec(script.run)], "a reload");
  assert.deepEqual([...counts, told()], [0, 1, 1, 1, 1, 2, 3]);
});

Deno.test("a task that is neither ready in time nor ends is tried again when it has returned", async () => {
  await using t = bench();
  const script = new Script();
  script.obedient = false;
  await apply(t, taskSpec(script.run, { startTimeout: 4000, task: { probed: true } }));
  for (const ms of [4000, 5000, 600_000]) t.clock.advance(ms);
  await settle();
  assert.deepEqual([stateOf(t), status(t).lingering?.then, script.lives.length], ["stopping", "start", 1]);
  await script.end();
  assert.deepEqual([stateOf(t), status(t).error], ["backoff", "not ready within 4s"]);
});

Deno.test("a task that a reload takes away while it ignores its signal stays until it has returned", async () => {
  await using t = bench();
  const script = await linger(t, "stop");
  const gone = await t.supervisor.apply([], "a reload");
  assert.deepEqual([gone.stop, stateOf(t), t.supervisor.plan([]).stop], [["proxy"], "stopping", []]);
  assert.deepEqual(
    gone.lingering.map(({ name, then }) => [name, then]),
    [["proxy", "stop"]],
    "it is told of once more",
  );
  assert.deepEqual(
    (await t.supervisor.apply([], "a reload")).lingering,
    [],
    "the next reload has nothing to do with it",
  );
  assert.equal(status(t).removed, true);
  await assert.rejects(
    t.supervisor.act("start", "proxy", "a test"),
    /cannot start "proxy": the configuration has it no more, and it ignores its signal$/,
  );
  const back = await t.supervisor.apply([taskSpec(script.run)], "a reload");
  await settle();
  assert.deepEqual([back.start, script.lives.length, status(t).lingering?.then], [["proxy"], 1, "start"]);
  assert.equal(status(t).removed, undefined);
  await t.supervisor.apply([], "a reload");
  await script.end();
  assert.deepEqual([t.supervisor.list(), script.lives.length], [[], 1]);
  const next = bench(t.directory);
  await apply(next, taskSpec(script.run));
  assert.equal(stateOf(next), "starting", "what was removed is not remembered as stopped");
});

Deno.test("nobody knows of a stop by hand any more once a reload took the task away, before its end or after it", async () => {
  for (const isLate of [false, true]) {
    await using t = bench();
    const script = await linger(t, "stop");
    if (!isLate) await script.end();
    await t.supervisor.apply([], "a reload");
    await script.end();
    const next = bench(t.directory);
    await apply(next, taskSpec(script.run));
    assert.equal(stateOf(next), "starting");
  }
});

Deno.test("a program takes the place of a service of its name at once, also of one that ignores its signal", async () => {
  await using t = bench();
  const script = await linger(t, "stop");
  await t.supervisor.apply([shellSpec("proxy", "x")], "a reload");
  await script.end();
  assert.deepEqual([status(t).kind, stateOf(t), t.supervisor.list().length], ["program", "starting", 1]);
});

Deno.test("a shutdown does not wait for a task that ignored its signal before", async () => {
  await using t = bench();
  await linger(t, "restart");
  const before = t.clock.monotonic();
  const report = await t.supervisor.stopAll({ deadlineMs: 30_000 });
  assert.deepEqual([report.killed, report.late, t.clock.monotonic() - before], [["proxy"], [], 0]);
});

Deno.test("what is wanted of a task that ignores its signal is remembered over a kill", async () => {
  for (const [last, state] of [["stop", "stopped"], ["start", "starting"]] as const) {
    await using killed = bench();
    const script = await linger(killed, "stop");
    await killed.supervisor.act(last, "proxy", "a test");
    const next = bench(killed.directory);
    await apply(next, taskSpec(script.run));
    assert.equal(stateOf(next), state);
  }
});
