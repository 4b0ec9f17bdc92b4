/** What one daemon leaves for the next of tasks that are not to run. */
import assert from "node:assert/strict";
import type { ProgramEvent } from "./events.ts";
import { apply, type Bench, bench, finish, Script, settle, stateOf, status, taskSpec } from "./fake_tasks.ts";
import { shellSpec } from "./testing.ts";

Deno.test("what was stopped by hand stays so under the next daemon, until it is started or changed", async () => {
  await using killed = bench(); // A daemon that is gone without a stop.
  const script = new Script();
  const spec = taskSpec(script.run, { restart: "on-failure" });
  await apply(killed, spec);
  await finish(killed.clock, killed.supervisor.act("stop", "proxy", "a test"));
  const next = async (mark = "1") => {
    const t = bench(killed.directory);
    await apply(t, taskSpec(script.run, { task: { mark } }));
    return t;
  };
  const states = [];
  for (const mark of ["1", "1", "2"]) states.push(stateOf(await next(mark)));
  assert.deepEqual(states, ["stopped", "stopped", "starting"]);
  assert.equal(stateOf(await next()), "starting", "what was changed is another one");
  const again = await next();
  await finish(again.clock, again.supervisor.act("stop", "proxy", "a test"));
  await again.supervisor.act("start", "proxy", "a test");
  assert.equal(stateOf(await next()), "starting", "the last word counts");
});

Deno.test("the daemons after it know since when it is stopped and who asked, also when another one asks again", async () => {
  await using killed = bench();
  const specs = [taskSpec(new Script().run), shellSpec("once", "x", { restart: "on-failure" })];
  await apply(killed, ...specs);
  killed.host.exit(status(killed, "once").pid ?? 0, { code: 0 });
  await settle();
  const endedAt = killed.clock.now();
  killed.clock.advance(60_000);
  const stoppedAt = new Map<string, number>();
  killed.supervisor.onEvent(({ kind, program, at }) => kind === "stopped" && stoppedAt.set(program, at));
  for (const name of ["proxy", "once"]) await finish(killed.clock, killed.supervisor.act("stop", name, "the first"));
  for (const round of ["second", "third"]) {
    const next = bench(killed.directory);
    const kept: ProgramEvent[] = [];
    next.supervisor.onEvent((event) => kept.push(event));
    next.clock.advance(600_000);
    await apply(next, ...specs);
    for (const name of ["proxy", "once"]) await finish(next.clock, next.supervisor.act("stop", name, `the ${round}`));
    const of = (name: string) => kept.filter(({ program }) => program === name).map(({ at: _, ...event }) => event);
    const told = (program: string) => ({
      ...{ kind: "kept_stopped", program, stoppedAt: stoppedAt.get(program), cause: "the first" },
    });
    assert.deepEqual(of("once"), [{ ...told("once"), endedAt }]);
    assert.deepEqual(of("proxy"), [{ ...told("proxy"), endedAt: stoppedAt.get("proxy"), service: true }]);
  }
});

Deno.test("a task that had ended is begun anew by the next daemon: what it did may have gone with the last one", async () => {
  await using killed = bench();
  await apply(killed, taskSpec(() => {}, { restart: "on-failure" }));
  assert.equal(stateOf(killed), "exited");
  const next = bench(killed.directory);
  await apply(next, taskSpec(new Script().run));
  assert.equal(stateOf(next), "starting");
});

Deno.test("a daemon that ends in order leaves no memory of a stop, one that leaves its programs does", async () => {
  await using first = bench();
  const script = new Script();
  const [a, b] = [taskSpec(script.run, { name: "a" }), taskSpec(script.run, { name: "b" })];
  await apply(first, a, b);
  await finish(first.clock, first.supervisor.act("stop", "a", "a test"));
  await finish(first.clock, first.supervisor.stopTasks({ deadlineMs: 5000 }));
  const second = bench(first.directory);
  await apply(second, a, b);
  assert.deepEqual(second.supervisor.list().map(({ state }) => state), ["stopped", "starting"]);
  await finish(second.clock, second.supervisor.stopAll({ deadlineMs: 5000 }));
  const third = bench(first.directory);
  await apply(third, a, b);
  assert.deepEqual(third.supervisor.list().map(({ state }) => state), ["starting", "starting"]);
});

Deno.test("what was stopped by a policy begins anew under the next daemon, but for what a person stopped too", async () => {
  await using killed = bench();
  const specs = ["proxy", "cache"].map((name) => taskSpec(new Script().run, { name }));
  const programs = ["web", "db"].map((name) => shellSpec(name, "x"));
  await apply(killed, ...specs, ...programs);
  await finish(killed.clock, killed.supervisor.act("stop", "cache", "a test"));
  await finish(killed.clock, killed.supervisor.halt(["proxy", "cache", "web", "db"], "boss failed"));
  await killed.supervisor.act("stop", "db", "a test");
  const states = (t: Bench) => Object.fromEntries(t.supervisor.list().map(({ name, state }) => [name, state]));
  assert.deepEqual(new Set(Object.values(states(killed))), new Set(["stopped"]));
  const next = bench(killed.directory);
  await apply(next, ...specs, ...programs);
  assert.deepEqual(states(next), { proxy: "starting", cache: "stopped", web: "starting", db: "stopped" });
});

Deno.test("a program that had ended is known to have, also when a policy stops it", async () => {
  await using killed = bench();
  const once = shellSpec("once", "x", { restart: "on-failure" });
  await apply(killed, once);
  killed.host.exit(status(killed, "once").pid ?? 0, { code: 0 });
  await settle();
  assert.equal(stateOf(killed, "once"), "exited");
  await finish(killed.clock, killed.supervisor.halt(["once"], "boss failed"));
  assert.equal(stateOf(killed, "once"), "stopped");
  const next = bench(killed.directory);
  await apply(next, once);
  assert.equal(stateOf(next, "once"), "exited");
});

Deno.test("a daemon that ends in order forgets the stops also of those whom its configuration or mode left out", async () => {
  await using killed = bench();
  const specs = [taskSpec(new Script().run), shellSpec("web", "x")];
  await apply(killed, ...specs);
  for (const name of ["proxy", "web"]) await finish(killed.clock, killed.supervisor.act("stop", name, "a test"));
  const lean = bench(killed.directory);
  await apply(lean, taskSpec(new Script().run, { name: "steady" }));
  await finish(lean.clock, lean.supervisor.stopAll({ deadlineMs: 5000 }));
  const next = bench(killed.directory);
  await apply(next, ...specs);
  assert.deepEqual([stateOf(next), stateOf(next, "web")], ["starting", "starting"]);
});

Deno.test("an end in order is one also when the memory of a stop cannot be removed", async () => {
  await using t = bench();
  Deno.mkdirSync(`${t.directory}/old/rest.json/full`, { recursive: true });
  const { late } = await t.supervisor.stopAll({ deadlineMs: 5000 });
  assert.deepEqual([late, t.levels.get("cannot remove the memory of what was stopped by hand")], [[], "warn"]);
});

Deno.test("what a reload changed while it was stopped by hand stays so under the next daemon", async () => {
  await using killed = bench();
  const script = new Script();
  const specs = (change: string) => [
    taskSpec(script.run, { task: { mark: change } }),
    shellSpec("web", "x", { env: { CHANGE: change } }),
  ];
  await apply(killed, ...specs("1"));
  for (const name of ["proxy", "web"]) await finish(killed.clock, killed.supervisor.act("stop", name, "a test"));
  const { update } = await apply(killed, ...specs("2"));
  assert.deepEqual(update, ["proxy", "web"]);
  const next = bench(killed.directory);
  await apply(next, ...specs("2"));
  assert.deepEqual([stateOf(next), stateOf(next, "web")], ["stopped", "stopped"]);
});
