import assert from "node:assert/strict";
import { intervalTiming } from "./interval.ts";
import { simulate, type SimulatedRun } from "./simulation.ts";
import { calendar, jobSpec } from "./testing.ts";

const MINUTE = 60_000;

async function run(jobs: Parameters<typeof jobSpec>[0][], durations: Record<string, number> = {}) {
  const from = Date.UTC(2026, 0, 5, 10);
  const runs: SimulatedRun[] = [];
  const simulation = simulate({
    from,
    to: from + 60 * MINUTE,
    config: { jobs: jobs.map((job) => jobSpec(job)), scheduler: { concurrency: 10, pools: {} } },
    timingOf: () => calendar(20 * MINUTE),
    jitterOf: () => 0,
    durationOf: (job) => durations[job] ?? 0,
  });
  for await (const one of simulation) runs.push(one);
  return runs.map(({ job, slot, outcome, reason }) =>
    `${slot.slice(11, 16)} ${job} ${outcome}${reason ? `: ${reason}` : ""}`
  );
}

Deno.test("a simulation has the first instant and not the last", async () => {
  assert.deepEqual(await run([{ name: "a", cron: "x" }]), ["10:00 a ok", "10:20 a ok", "10:40 a ok"]);
});

Deno.test("a simulation knows of overlaps, retries nothing, and follows what one job triggers", async () => {
  const jobs = [
    { name: "slow", cron: "x" },
    { name: "after", on: [{ kind: "job", job: "slow", outcome: "ok" }] },
  ] as const;
  assert.deepEqual(await run([...jobs], { slow: 25 * MINUTE }), [
    "10:20 slow skipped: run 1 is still running",
    "10:00 slow ok",
    "10:25 after ok",
  ]);
});

Deno.test("an interval is counted from where it stands", () => {
  const timing = intervalTiming(10, 103);
  assert.deepEqual([timing.next(103), timing.next(112), timing.next(113)], [113, 113, 123]);
  assert.equal(timing.count(103, 135), 3);
});
