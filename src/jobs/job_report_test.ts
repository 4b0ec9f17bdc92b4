import assert from "node:assert/strict";
import { schedulerStatus } from "./job_report.ts";
import { Bench, jobSpec } from "./testing.ts";

const MINUTE = 60_000;

const report = ({ scheduler, clock }: Bench) =>
  schedulerStatus(scheduler, { now: clock.now(), lagMs: null, hours: undefined });

Deno.test("a job in the background has no part in the scheduler's interval, next and last trigger, and their count", async () => {
  const ask = jobSpec({ name: "ask", every: 180 * MINUTE });
  const sync = jobSpec({ name: "sync", every: MINUTE });
  const bench = await new Bench().begin([ask, { ...sync, background: true }]);
  const before = report(bench);
  await bench.pass(5 * MINUTE);
  assert.deepEqual(bench.runner.started.map(({ order }) => order.job.name), ["sync"], "it runs as any other");
  assert.deepEqual(report(bench), { ...before, in_flight: 1 });
  assert.deepEqual([before.interval_s, before.triggers, before.last_at], [10_800, 0, null]);
  assert.equal(before.next_at, "2026-01-05T13:30:00.000Z");
  const mixed = report(await new Bench().begin([ask, sync]));
  assert.deepEqual([mixed.interval_s, mixed.next_at], [null, "2026-01-05T10:31:00.000Z"]);
});
