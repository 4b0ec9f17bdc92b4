import assert from "node:assert/strict";
import { Bench, clockAt, CRON, HOUR, MINUTE, OFFICE, settle } from "./testing.ts";

const OVERLAPS = [
  ["skip", ["01-05T11:00 ok", "01-05T12:00 skipped: run 1 is still running"], 1],
  ["queue", ["01-05T11:00 ok", "01-05T12:00 running"], 2],
  ["replace", ["01-05T11:00 cancelled: replaced by run 2", "01-05T12:00 running"], 2],
  ["allow", ["01-05T11:00 ok", "01-05T12:00 running"], 2],
] as const;

for (const [overlap, lines, started] of OVERLAPS) {
  Deno.test(`overlap ${overlap}`, async () => {
    const bench = await new Bench().begin([{ ...CRON, overlap }]);
    await bench.pass(90 * MINUTE);
    assert.equal(bench.runner.started.length, overlap === "allow" || overlap === "replace" ? 2 : 1);
    bench.runner.started[0]?.end();
    await settle();
    assert.deepEqual(await bench.lines(), lines);
    assert.equal(bench.runner.started.length, started);
  });
}

Deno.test("retries: each after its delay, in one line, and only the last counts", async () => {
  const bench = await new Bench().begin([{ ...CRON, retries: 2 }]);
  await bench.pass(30 * MINUTE);
  bench.runner.started[0]?.end({ code: 1 });
  await settle();
  assert.deepEqual(await bench.lines(), ["01-05T11:00 retrying"]);
  bench.clock.advance(10_000);
  await settle();
  bench.runner.started[1]?.end({ code: 1 });
  await settle();
  bench.clock.advance(20_000);
  await settle();
  bench.runner.started[2]?.end();
  await settle();
  assert.deepEqual(await bench.lines(), ["01-05T11:00 ok"]);
  assert.deepEqual(bench.runner.started.map(({ order }) => order.attempt), [1, 2, 3]);
});

Deno.test("timeout: stopped, and its outcome says so", async () => {
  const bench = await new Bench().begin([{ ...CRON, timeout: 5000 }]);
  await bench.pass(30 * MINUTE);
  bench.clock.advance(5000);
  await settle();
  assert.deepEqual(await bench.lines(), ["01-05T11:00 timeout: did not end within 5s"]);
});

Deno.test("a command that cannot be run is a failed run with the reason", async () => {
  const bench = new Bench();
  bench.runner.refusal = { reason: 'cannot run "./nope": no such file or directory (ENOENT)' };
  await bench.begin([{ ...CRON, retries: 3 }]);
  await bench.pass(30 * MINUTE);
  assert.deepEqual(await bench.lines(), [
    '01-05T11:00 failed: cannot run "./nope": no such file or directory (ENOENT)',
  ]);
});

Deno.test("work hours: skipped outside", async () => {
  const bench = await new Bench({ clock: clockAt("16:30") }).begin([{ ...CRON, outsideHours: "skip" }], {
    hours: OFFICE,
  });
  await bench.pass(HOUR);
  assert.deepEqual(await bench.lines(), ["01-05T17:00 skipped: outside work hours (9:00 - 17:00)"]);
});

Deno.test("work hours: deferred to the next opening, once", async () => {
  const bench = await new Bench({ clock: clockAt("16:30") }).begin([{ ...CRON, outsideHours: "defer" }], {
    hours: OFFICE,
  });
  await bench.pass(2 * HOUR);
  assert.deepEqual(await bench.lines(), [
    "01-05T17:00 queued: outside work hours (9:00 - 17:00)",
    "01-05T18:00 skipped: outside work hours (9:00 - 17:00), a run waits for them already",
  ]);
  await bench.pass(14 * HOUR);
  await bench.pass(31 * MINUTE);
  assert.equal(bench.runner.started.length, 1);
  assert.equal(bench.runner.started[0]?.order.number, 1);
});

Deno.test("concurrency and pools: what has no place waits for one, in order", async () => {
  const specs = ["a", "b", "c"].map((name) => ({ ...CRON, name, pool: "db" }));
  const bench = await new Bench().begin(specs, { pools: { db: 1 } });
  await bench.pass(30 * MINUTE);
  assert.deepEqual(bench.runner.started.map(({ order }) => order.job.name), ["a"]);
  bench.runner.started[0]?.end();
  await settle();
  bench.runner.started[1]?.end();
  await settle();
  assert.deepEqual(bench.runner.started.map(({ order }) => order.job.name), ["a", "b", "c"]);
  assert.deepEqual(bench.scheduler.desk.load, { inFlight: 1, queued: 0 });
});

Deno.test("the dead man: alerted when nothing has ended well in time, and again when it has", async () => {
  const bench = await new Bench().begin([{ ...CRON, deadline: 10 * MINUTE }]);
  await bench.pass(30 * MINUTE);
  bench.runner.started[0]?.end({ code: 1 });
  await bench.pass(9 * MINUTE);
  assert.equal(bench.scheduler.job("tick", "see").overdueSince, null);
  await bench.pass(2 * MINUTE);
  assert.notEqual(bench.scheduler.job("tick", "see").overdueSince, null);
  await bench.pass(HOUR);
  bench.runner.started[1]?.end();
  await settle();
  assert.equal(bench.scheduler.job("tick", "see").overdueSince, null);
  assert.deepEqual(bench.events.map(({ kind }) => kind).filter((kind) => /overdue|recovered/.test(kind)), [
    "job_overdue",
    "job_recovered",
  ]);
});

Deno.test("cancel: one that runs is stopped, one that waits is taken out", async () => {
  const bench = await new Bench().begin([{ ...CRON, overlap: "queue" }]);
  await bench.pass(90 * MINUTE);
  bench.scheduler.desk.cancel(2, "cancelled by hand");
  bench.scheduler.desk.cancel(1, "cancelled by hand");
  await settle();
  assert.deepEqual(await bench.lines(), [
    "01-05T11:00 cancelled: cancelled by hand",
    "01-05T12:00 cancelled: cancelled by hand",
  ]);
  assert.equal(bench.runner.started.length, 1);
});
