import assert from "node:assert/strict";
import { MemoryLedger } from "./memory_ledger.ts";
import { Bench, clockAt, CRON, HOUR, jobSpec, leftAt, MINUTE, settle } from "./testing.ts";

Deno.test("after the daemon's death a running one is interrupted and cleared, a waiting one goes on", async () => {
  const ledger = new MemoryLedger();
  const spec = { ...CRON, overlap: "queue" } as const;
  const first = await new Bench({ ledger }).begin([spec]);
  await first.pass(90 * MINUTE);
  assert.deepEqual(await first.lines(), ["01-05T11:00 running", "01-05T12:00 queued: run 1 is still running"]);
  const second = await new Bench({ ledger, clock: clockAt("12:10") }).begin([spec]);
  assert.deepEqual(await second.lines(), [
    "01-05T11:00 interrupted: the daemon died while it ran; what was left of it was ended",
    "01-05T12:00 running",
  ]);
  assert.deepEqual(second.runner.cleared.map(({ pid }) => pid), [1001]);
  assert.equal(second.runner.started[0]?.order.number, 2);
});

Deno.test("a run that waits for its next attempt goes on under the next daemon", async () => {
  const ledger = new MemoryLedger();
  const spec = { ...CRON, retries: 1 };
  const first = await new Bench({ ledger }).begin([spec]);
  await first.pass(30 * MINUTE);
  first.runner.started[0]?.end({ code: 1 });
  await settle();
  const second = await new Bench({ ledger, clock: clockAt("11:00") }).begin([spec]);
  second.clock.advance(10_000);
  await settle();
  assert.equal(second.runner.started[0]?.order.attempt, 2);
});

Deno.test("paused: slots are skipped with the reason, by hand it still runs, and it survives the daemon", async () => {
  const ledger = new MemoryLedger();
  const bench = await new Bench({ ledger }).begin([CRON]);
  await bench.scheduler.pause(null);
  await bench.pass(HOUR);
  assert.deepEqual(await bench.lines(), ["01-05T11:00 skipped: paused"]);
  assert.equal((await bench.scheduler.triggers.run(bench.scheduler.job("tick", "run"))).state, "running");
  const next = await new Bench({ ledger, clock: clockAt("11:30") }).begin([CRON]);
  await next.pass(HOUR);
  assert.equal((await next.lines()).at(-1), "01-05T12:00 skipped: paused");
  await next.scheduler.resume();
  await next.pass(HOUR);
  assert.equal((await next.lines()).at(-1), "01-05T13:00 running");
});

Deno.test("a pause until a time ends by itself", async () => {
  const bench = await new Bench().begin([CRON]);
  await bench.scheduler.pause(bench.clock.now() + 45 * MINUTE, "tick");
  await bench.pass(2 * HOUR);
  assert.deepEqual(await bench.lines(), ["01-05T11:00 skipped: paused", "01-05T12:00 running"]);
});

Deno.test("the dead man under the next daemon: an interrupted run and missed slots are waited for too", async () => {
  const ledger = new MemoryLedger();
  const spec = { ...CRON, deadline: 10 * MINUTE, missed: "skip" } as const;
  const first = await new Bench({ ledger }).begin([spec]);
  await first.pass(31 * MINUTE);
  const second = await new Bench({ ledger, clock: clockAt("11:05") }).begin([spec]);
  await second.pass(6 * MINUTE);
  assert.equal(second.scheduler.job("tick", "see").overdueSince, Date.parse("2026-01-05T11:10:00Z"));
  const missed = await new Bench({ ledger: await leftAt("10:30", spec), clock: clockAt("11:05") }).begin([spec]);
  await missed.pass(6 * MINUTE);
  assert.deepEqual(missed.events.map(({ kind }) => kind), ["job_skipped", "job_overdue"]);
});

Deno.test("a job that was switched off has missed nothing", async () => {
  const bench = await new Bench().begin([CRON]);
  bench.apply([{ ...CRON, enabled: false }]);
  await bench.pass(3 * HOUR);
  bench.apply([CRON]);
  await settle();
  assert.deepEqual(await bench.lines(), []);
  await bench.pass(HOUR);
  assert.deepEqual(await bench.lines(), ["01-05T14:00 running"]);
});

Deno.test("shutdown: what ends in time is ok, what does not is cancelled, what waits is left to the next", async () => {
  const slow = { ...CRON, name: "slow" };
  const bench = await new Bench().begin([CRON, slow, jobSpec({ name: "later", cron: "x", pool: "p" })], {
    pools: { p: 0 },
  });
  await bench.pass(30 * MINUTE);
  const drained = bench.scheduler.drain(30_000);
  bench.runner.started[0]?.end();
  await settle();
  bench.clock.advance(26_999);
  await settle();
  assert.deepEqual(bench.runner.started[1]?.stops, [], "the time belongs to the work");
  bench.clock.advance(1);
  await drained;
  assert.deepEqual(bench.runner.started[1]?.stops, [2500]);
  assert.deepEqual(await bench.lines(), ["01-05T11:00 ok"]);
  assert.deepEqual(await bench.lines("slow"), [
    "01-05T11:00 cancelled: the daemon was stopped before it had ended",
  ]);
  assert.match((await bench.lines("later"))[0] ?? "", /queued/);
  await assert.rejects(bench.scheduler.triggers.run(bench.scheduler.job("tick", "run")), /stopping/);
});

Deno.test("shutdown: a job that stops quickly has more of the time, and a short time is shared in the same way", async () => {
  for (const [stopTimeout, ms, cancelAt, stop] of [[300, 30_000, 29_200, 300], [10_000, 1000, 900, 50]] as const) {
    const bench = await new Bench().begin([{ ...CRON, stopTimeout }]);
    await bench.pass(30 * MINUTE);
    const drained = bench.scheduler.drain(ms);
    bench.clock.advance(cancelAt - 1);
    await settle();
    assert.deepEqual(bench.runner.started[0]?.stops, []);
    bench.clock.advance(1);
    await drained;
    assert.deepEqual(bench.runner.started[0]?.stops, [stop]);
  }
});

Deno.test("reload: a job that goes lets its run end and loses what waits; a new interval counts from the last slot", async () => {
  const bench = await new Bench().begin([{ ...CRON, overlap: "queue" }, jobSpec({ name: "pace", every: HOUR })]);
  await bench.pass(90 * MINUTE);
  bench.apply([jobSpec({ name: "pace", every: 40 * MINUTE })]);
  await settle();
  assert.match((await bench.lines()).at(-1) ?? "", /cancelled: the job was taken out/);
  bench.runner.started[0]?.end();
  await settle();
  assert.match((await bench.lines())[0] ?? "", /ok/);
  assert.deepEqual(bench.scheduler.list().map(({ spec }) => spec.name), ["pace"]);
  assert.equal(bench.scheduler.dueOf("pace"), bench.clock.now() - 30 * MINUTE + 40 * MINUTE);
});

Deno.test("only jobs that time alone can change are looked at each second, and none is forgotten", async () => {
  const plain = jobSpec({ name: "plain", every: 3_600_000 });
  const bench = await new Bench().begin([plain, jobSpec({ name: "vital", critical: true })]);
  assert.deepEqual(bench.scheduler.critical.map(({ spec }) => spec.name), ["vital"]);
  await bench.scheduler.pause(bench.clock.now() + 5000, "plain");
  await bench.pass(6000);
  bench.scheduler.tick();
  assert.equal(bench.scheduler.job("plain", "look at").pause, null, "its pause is over");
  bench.scheduler.apply({ jobs: [{ ...plain, critical: true }], scheduler: bench.scheduler.spec });
  assert.deepEqual(bench.scheduler.critical.map(({ spec }) => spec.name), ["plain"]);
});
