import assert from "node:assert/strict";
import { FakeClock } from "../system/fake_clock.ts";
import type { Change } from "./ledger.ts";
import { MemoryLedger } from "./memory_ledger.ts";
import { Bench, clockAt, CRON, HOUR, jobSpec, MINUTE, settle } from "./testing.ts";

const DAY = 24 * HOUR;

Deno.test("a clock set forward is noticed before anything is due by it, whoever looks first", async () => {
  const bench = await new Bench().begin([CRON, jobSpec({ name: "pace", every: 45 * MINUTE })]);
  bench.clock.jump(365 * DAY);
  bench.clock.advance(30 * MINUTE); // The timer of the next slot, and no look in between.
  await settle();
  assert.deepEqual(bench.runner.started.map(({ order }) => order.job.name), ["tick"]);
  bench.clock.advance(15 * MINUTE);
  await settle();
  assert.deepEqual(await bench.lines("pace"), ["01-05T11:15 running"]);
});

Deno.test("slots are whole milliseconds, also after the clock was set: the store takes no others", async () => {
  const bench = await new Bench().begin([jobSpec({ every: HOUR })]);
  bench.clock.advance(MINUTE + 0.4); // The monotonic clock has fractions.
  bench.clock.jump(DAY - 0.4);
  bench.scheduler.tick();
  const due = bench.scheduler.dueOf("tick") ?? 0;
  assert.equal(due, Math.round(due));
});

Deno.test("an interval that was noted by a clock in the future goes on under the next daemon", async () => {
  const ledger = new MemoryLedger();
  const spec = jobSpec({ every: HOUR });
  await (await new Bench({ ledger, clock: new FakeClock(Date.UTC(2030, 0, 1)) }).begin([spec])).pass(90 * MINUTE);
  const next = await new Bench({ ledger, clock: clockAt("10:30") }).begin([spec]);
  await next.pass(HOUR);
  assert.deepEqual((await next.lines()).at(-1), "01-05T11:30 running");
});

Deno.test("a clock that is set brings no slot of a job that was taken out while it runs", async () => {
  const bench = await new Bench().begin([CRON]);
  await bench.pass(30 * MINUTE);
  bench.apply([]);
  bench.clock.jump(3 * DAY);
  bench.scheduler.tick();
  await settle();
  await bench.pass(2 * HOUR);
  assert.deepEqual(await bench.lines(), ["01-05T11:00 running"]);
});

/** Remembers what was to be one change. */
class WatchedLedger extends MemoryLedger {
  readonly changes: Change[] = [];

  override record(change: Change) {
    this.changes.push(change);
    return super.record(change);
  }
}

Deno.test("what was missed, what is run for it and the place behind them are one change of the books", async () => {
  const ledger = new WatchedLedger();
  const spec = { ...CRON, missed: "all", missedMax: 2 } as const;
  await new Bench({ ledger, clock: clockAt("00:30") }).begin([spec]);
  ledger.changes.length = 0;
  await new Bench({ ledger, clock: clockAt("05:10") }).begin([spec]);
  const [change] = ledger.changes;
  assert.deepEqual(change?.insert?.map(({ state }) => state), ["skipped", "skipped", "skipped", "running", "queued"]);
  assert.equal(change?.jobs?.at(-1)?.place?.cursor, Date.parse("2026-01-05T05:00:00Z"));
});

Deno.test("what the end of a run brings about while the daemon stops waits for the next one", async () => {
  const ledger = new MemoryLedger();
  const follower = jobSpec({ name: "report", on: [{ kind: "job", job: "tick", outcome: "ok" }] });
  const bench = await new Bench({ ledger }).begin([CRON, follower]);
  await bench.pass(30 * MINUTE);
  const drained = bench.scheduler.drain(30_000);
  bench.runner.started[0]?.end();
  await drained;
  assert.deepEqual(await bench.lines("report"), ["01-05T11:00 queued: the daemon is stopping"]);
  const next = await new Bench({ ledger, clock: clockAt("11:05") }).begin([CRON, follower]);
  assert.deepEqual(await next.lines("report"), ["01-05T11:00 running"]);
});

Deno.test("a run that is going to be tried again does not hold up the stop, and goes on under the next daemon", async () => {
  const ledger = new MemoryLedger();
  const spec = { ...CRON, retries: 1 };
  const bench = await new Bench({ ledger }).begin([spec]);
  await bench.pass(30 * MINUTE);
  const drained = bench.scheduler.drain(30_000);
  bench.runner.started[0]?.end({ code: 1 });
  await drained; // The clock stands still: nothing else could end it.
  assert.deepEqual(await bench.lines(), ["01-05T11:00 retrying"]);
  const next = await new Bench({ ledger, clock: clockAt("11:05") }).begin([spec]);
  next.clock.advance(0);
  await settle();
  assert.equal(next.runner.started[0]?.order.attempt, 2);
});

const WAYS: readonly [string, (bench: Bench) => void][] = [
  ["was taken out", (bench) => bench.apply([])],
  ["was switched off", (bench) => bench.apply([{ ...CRON, enabled: false }])],
  ["had no times", (bench) => bench.apply([jobSpec()])],
];

for (const [what, change] of WAYS) {
  Deno.test(`a job that ${what} for a while has missed nothing, and goes on with its numbers`, async () => {
    const interval = jobSpec({ name: "pace", every: HOUR });
    const bench = await new Bench().begin([CRON, interval]);
    await bench.pass(HOUR);
    for (const run of bench.runner.started) run.end();
    await settle();
    change(bench);
    await bench.pass(3 * HOUR);
    bench.apply([CRON, interval]);
    await bench.pass(HOUR);
    assert.deepEqual(await bench.lines(), ["01-05T11:00 ok", "01-05T15:00 running"]);
    assert.deepEqual((await bench.lines("pace")).at(-1), "01-05T15:30 running");
    assert.equal(bench.runner.started.at(-2)?.order.number, 2);
  });
}

Deno.test("a job that was taken out while no daemon ran, and came back later, has missed nothing", async () => {
  const ledger = new MemoryLedger();
  await (await new Bench({ ledger }).begin([CRON])).pass(HOUR);
  await new Bench({ ledger, clock: clockAt("12:10") }).begin([]);
  const bench = await new Bench({ ledger, clock: clockAt("15:10") }).begin([CRON]);
  await bench.pass(HOUR);
  assert.deepEqual((await bench.lines()).slice(1), ["01-05T16:00 running"]);
  assert.equal(bench.runner.started[0]?.order.number, 2);
});
