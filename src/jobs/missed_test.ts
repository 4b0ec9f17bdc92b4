import assert from "node:assert/strict";
import { type MissedPlan, type MissedPolicy, planMissed } from "./missed.ts";
import { intervalTiming } from "./interval.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 0, 1);

const ONCE: MissedPolicy = { missed: "once", missedMax: 100, missedWindow: DAY };
const SKIP: MissedPolicy = { missed: "skip", missedMax: 100, missedWindow: DAY };
const all = (missedMax: number, missedWindow = DAY): MissedPolicy => ({ missed: "all", missedMax, missedWindow });

function planned(every: number, policy: MissedPolicy, [after, until]: readonly [number, number]): MissedPlan {
  return planMissed(intervalTiming(every, START), { after, until, ...policy });
}

/** Slots as hours and minutes after the start. */
function shown(plan: MissedPlan): unknown {
  const text = (slot: number) => new Date(slot).toISOString().slice(11, 16);
  const older = plan.older && [text(plan.older.from), text(plan.older.until), plan.older.count];
  return { run: plan.run.map(text), missed: plan.missed.map(text), ...(older && { older }) };
}

Deno.test("nothing passed", () => {
  for (const policy of [ONCE, SKIP, all(5)]) {
    assert.deepEqual(planned(HOUR, policy, [START, START + HOUR - 1]), { run: [], missed: [] });
    assert.deepEqual(planned(HOUR, policy, [START, START]), { run: [], missed: [] });
    assert.deepEqual(planned(HOUR, policy, [START, START - DAY]), { run: [], missed: [] });
  }
});

Deno.test("the time of the beginning is not in it, that of the end is", () => {
  const plan = planned(HOUR, ONCE, [START, START + 2 * HOUR]);
  assert.deepEqual(shown(plan), { run: ["02:00"], missed: ["01:00"] });
});

Deno.test("once runs the last slot, skip none, all the newest ones", () => {
  const span = [START, START + 4.5 * HOUR] as const;
  assert.deepEqual(shown(planned(HOUR, ONCE, span)), { run: ["04:00"], missed: ["01:00", "02:00", "03:00"] });
  assert.deepEqual(shown(planned(HOUR, SKIP, span)), {
    run: [],
    missed: ["01:00", "02:00", "03:00", "04:00"],
  });
  assert.deepEqual(shown(planned(HOUR, all(2), span)), { run: ["03:00", "04:00"], missed: ["01:00", "02:00"] });
  assert.deepEqual(shown(planned(HOUR, all(100), span)), {
    run: ["01:00", "02:00", "03:00", "04:00"],
    missed: [],
  });
});

Deno.test("all runs no slot that is older than the window; one as old as the window it does", () => {
  const span = [START, START + 4 * HOUR] as const;
  assert.deepEqual(shown(planned(HOUR, all(100, HOUR), span)), {
    run: ["03:00", "04:00"],
    missed: ["01:00", "02:00"],
  });
  assert.deepEqual(shown(planned(HOUR, all(100, 0), span)), {
    run: ["04:00"],
    missed: ["01:00", "02:00", "03:00"],
  });
});

Deno.test("a hundred are named, the older ones are one row", () => {
  const plan = planned(MINUTE, ONCE, [START, START + 10 * HOUR]);
  assert.deepEqual([plan.run.length, plan.missed.length], [1, 100]);
  assert.deepEqual(plan.run, [START + 10 * HOUR]);
  assert.deepEqual(plan.missed[0], START + 500 * MINUTE);
  assert.deepEqual(plan.older, { from: START + MINUTE, until: START + 499 * MINUTE, count: 499 });
  assert.equal(planned(MINUTE, ONCE, [START, START + 101 * MINUTE]).older, undefined);
  assert.equal(planned(MINUTE, ONCE, [START, START + 102 * MINUTE]).older?.count, 1);
});

Deno.test("a year of seconds takes less than 50 ms", () => {
  let took = Infinity;
  for (let round = 0; round < 5 && took >= 50; round++) { // This machine may have other work.
    const start = performance.now();
    const plan = planned(1000, all(1000), [START, START + 365 * DAY]);
    took = Math.min(took, performance.now() - start);
    assert.deepEqual([plan.run.length, plan.missed.length, plan.older?.count], [1000, 100, 365 * 86_400 - 1100]);
  }
  assert.ok(took < 50, `${took} ms`);
});
