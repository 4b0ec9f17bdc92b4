import assert from "node:assert/strict";
import { parseCron } from "../../base/cron_pattern.ts";
import { type MissedPolicy, planMissed } from "../../jobs/missed.ts";
import { cronSchedule } from "../../schedule/cron.ts";
import { createZones } from "../../schedule/zone.ts";
import { jobSpec } from "../../jobs/testing.ts";
import { createTimes } from "./times.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ONCE: MissedPolicy = { missed: "once", missedMax: 100, missedWindow: DAY };
const POLICIES: readonly MissedPolicy[] = [
  ONCE,
  { ...ONCE, missed: "skip" },
  { missed: "all", missedMax: 40, missedWindow: HOUR },
];

Deno.test("every slot is in one part: random spans of expressions, walked one by one", () => {
  let seed = 11;
  const random = (limit: number) => (seed = (Math.imul(seed, 48271) >>> 0) & 0x7fffffff) % limit;
  const texts = ["*/7 * * * *", "30 2 * * *", "0 9 * * mon-fri", "*/20 * * * * *", "0 0 1 * *"];
  const zone = createZones().zone("Europe/Berlin");
  for (let round = 0; round < 200; round++) {
    const schedule = cronSchedule(parseCron(texts[round % texts.length] ?? ""), zone);
    const after = Date.UTC(2026, 2, 20) + random(20 * DAY);
    const at = { after, until: after + random(3 * DAY), ...POLICIES[round % 3] ?? ONCE };
    const slots: number[] = [];
    for (let slot = schedule.next(after); slot !== undefined && slot <= at.until; slot = schedule.next(slot)) {
      slots.push(slot);
    }
    const plan = planMissed(schedule, at);
    const named = [...plan.missed, ...plan.run];
    const older = slots.slice(0, slots.length - named.length);
    assert.deepEqual(named, slots.slice(older.length), JSON.stringify(at));
    assert.deepEqual(
      plan.older,
      older.length === 0 ? undefined : { from: older[0], until: older.at(-1), count: older.length },
    );
  }
});

Deno.test("jobs share an expression in a zone, not across zones", () => {
  const times = createTimes();
  const timing = (timezone: string, cron = "0 9 * * *") => times.timingOf(jobSpec({ cron, timezone }));
  assert.equal(timing("Europe/Berlin"), timing("Europe/Berlin"));
  assert.notEqual(timing("Europe/Berlin"), timing("Europe/Berlin", "1 9 * * *"));
  const at = Date.UTC(2026, 0, 1);
  assert.equal(timing("Asia/Kolkata").next(at), Date.UTC(2026, 0, 1, 3, 30));
  assert.equal(timing("Europe/Berlin").next(at), Date.UTC(2026, 0, 1, 8));
});
