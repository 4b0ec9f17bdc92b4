import assert from "node:assert/strict";
import { FakeClock } from "../system/fake_clock.ts";
import { Bench, calendar, clockAt, CRON, HOUR, jobSpec, leftAt, MINUTE, settle } from "./testing.ts";

Deno.test("a slot runs at its time, and its outcome is written down", async () => {
  const bench = await new Bench().begin([CRON]);
  await bench.pass(29 * MINUTE);
  assert.equal(bench.runner.started.length, 0);
  await bench.pass(MINUTE);
  assert.equal(bench.runner.started.length, 1);
  assert.deepEqual(await bench.lines(), ["01-05T11:00 running"]);
  bench.runner.started[0]?.end();
  await settle();
  assert.deepEqual(await bench.lines(), ["01-05T11:00 ok"]);
  assert.deepEqual(bench.events.map(({ kind }) => kind), ["job_started", "job_ended"]);
});

Deno.test("an interval begins one interval after it is first seen, and counts its slots", async () => {
  const bench = await new Bench().begin([jobSpec({ every: 20 * MINUTE })]);
  bench.runner.onStop = () => {};
  for (let i = 0; i < 3; i++) {
    await bench.pass(20 * MINUTE);
    bench.runner.started.at(-1)?.end();
    await settle();
  }
  assert.deepEqual(await bench.lines(), ["01-05T10:50 ok", "01-05T11:10 ok", "01-05T11:30 ok"]);
  assert.deepEqual(bench.runner.started.map(({ order }) => order.number), [1, 2, 3]);
});

Deno.test("what is missed while no daemon ran: once", async () => {
  const ledger = await leftAt("10:30", CRON);
  const bench = await new Bench({ ledger, clock: clockAt("14:10") }).begin([CRON]);
  bench.runner.started[0]?.end();
  await settle();
  assert.deepEqual(await bench.lines(), [
    "01-05T11:00 skipped: missed",
    "01-05T12:00 skipped: missed",
    "01-05T13:00 skipped: missed",
    "01-05T14:00 ok",
  ]);
});

Deno.test("what is missed while no daemon ran: skip, also a moment ago", async () => {
  const spec = { ...CRON, missed: "skip" } as const;
  const bench = await new Bench({ ledger: await leftAt("10:30", spec), clock: clockAt("12:01") }).begin([spec]);
  assert.deepEqual(await bench.lines(), ["01-05T11:00 skipped: missed", "01-05T12:00 skipped: missed"]);
});

Deno.test("what is missed while no daemon ran: all, one after the other, the newest within the window", async () => {
  const spec = { ...CRON, missed: "all", missedMax: 2, missedWindow: 3 * HOUR } as const;
  const bench = await new Bench({ ledger: await leftAt("10:30", spec), clock: clockAt("14:10") }).begin([spec]);
  assert.equal(bench.runner.started.length, 1);
  bench.runner.started[0]?.end();
  await settle();
  bench.runner.started[1]?.end();
  await settle();
  assert.deepEqual(await bench.lines(), [
    "01-05T11:00 skipped: missed",
    "01-05T12:00 skipped: missed",
    "01-05T13:00 ok",
    "01-05T14:00 ok",
  ]);
});

Deno.test("a long row of missed slots is a hundred lines and one that counts the rest", async () => {
  const spec = jobSpec({ every: MINUTE });
  const bench = await new Bench({ ledger: await leftAt("10:30", spec), clock: clockAt("20:30") }).begin([spec]);
  const lines = await bench.lines();
  assert.equal(lines.length, 102);
  assert.equal(lines[0], "01-05T10:31 x499 skipped: missed");
  assert.equal(lines.at(-1), "01-05T20:30 running");
});

Deno.test("a stop of the whole machine is no burst: the policy is applied once", async () => {
  const bench = await new Bench().begin([{ ...CRON, cron: "* * * * *" }]);
  bench.clock.jump(5 * HOUR); // As the timers of a stopped process find it.
  bench.scheduler.tick();
  await settle();
  assert.deepEqual(bench.runner.started.map(({ order }) => new Date(order.slotAt).toISOString()), [
    "2026-01-05T15:00:00.000Z",
  ]);
});

Deno.test("a clock set forward: cron slots are missed once, an interval keeps its pace", async () => {
  const interval = jobSpec({ name: "pace", every: 30 * MINUTE });
  const bench = await new Bench().begin([CRON, interval]);
  bench.clock.jump(365 * 24 * HOUR);
  bench.scheduler.tick();
  await settle();
  assert.deepEqual(bench.runner.started.map(({ order }) => order.job.name), ["tick"]);
  await bench.pass(29 * MINUTE);
  assert.equal(bench.runner.started.length, 1);
  await bench.pass(MINUTE);
  assert.deepEqual(bench.runner.started.map(({ order }) => order.job.name), ["tick", "pace"]);
  assert.equal(bench.events.some(({ kind }) => kind === "clock_set"), true);
});

Deno.test("a clock set back by a day: nothing runs a second time", async () => {
  const bench = await new Bench().begin([CRON]);
  bench.runner.onStop = () => {};
  await bench.pass(3 * HOUR);
  for (const run of bench.runner.started) run.end();
  await settle();
  const before = (await bench.lines()).length;
  bench.clock.jump(-24 * HOUR);
  await bench.pass(23 * HOUR);
  assert.equal((await bench.lines()).length, before);
  await bench.pass(2 * HOUR);
  assert.equal((await bench.lines()).length, before + 1);
});

Deno.test("a clock that was wrong by years and is set right: what it says now counts", async () => {
  const clock = new FakeClock(Date.UTC(2030, 0, 1, 10, 30));
  const bench = await new Bench({ clock }).begin([CRON]);
  await bench.pass(HOUR);
  bench.runner.started[0]?.end();
  bench.clock.jump(-4 * 365 * 24 * HOUR);
  await bench.pass(HOUR);
  assert.equal(bench.runner.started.length, 2);
});

Deno.test("ten thousand jobs in one hour: each once, in the order of their times", async () => {
  const jobs = Array.from({ length: 10_000 }, (_, i) => jobSpec({ name: `j${i}`, every: HOUR }));
  const bench = await new Bench({ timing: calendar(HOUR) }).begin(jobs, { concurrency: 20_000 });
  await bench.pass(HOUR);
  assert.equal(new Set(bench.runner.started.map(({ order }) => order.job.name)).size, 10_000);
});
