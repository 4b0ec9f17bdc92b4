import assert from "node:assert/strict";
import { jitter } from "./jitter.ts";

Deno.test("the same job and slot are put off by the same, others by something else", () => {
  const of = (job: string, slot: number | string) => jitter({ job, slot, max: 60_000 });
  assert.equal(of("a", 1_700_000_000_000), of("a", 1_700_000_000_000));
  const some = [of("a", 1), of("a", 2), of("b", 1), of("a1", ""), of("a", "cron:1"), of("a", "cron:2")];
  assert.equal(new Set(some).size, some.length);
});

Deno.test("it stays the same from one version to the next: a restart must not move a slot", () => {
  const some = ["backup", "sync", "é"].map((job) => jitter({ job, slot: 1_767_225_600_000, max: 30_000 }));
  assert.deepEqual(some, [25_789, 18_980, 2153]);
});

Deno.test("no jitter, and limits that are reached and not passed", () => {
  assert.deepEqual([0, -5].map((max) => jitter({ job: "a", slot: 1, max })), [0, 0]);
  const seen = new Set(Array.from({ length: 200 }, (_, slot) => jitter({ job: "a", slot, max: 3 })));
  assert.deepEqual([...seen].sort(), [0, 1, 2, 3]);
});

/** Chi squared over 100 classes: below 149 in 999 of 1000 cases when all are as likely. */
function chiSquared(values: readonly number[], max: number): number {
  const counts = Array.from({ length: 100 }, () => 0);
  for (const value of values) counts[Math.floor(value / (max + 1) * 100)]! += 1;
  const expected = values.length / 100;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

Deno.test("it is spread evenly: over jobs at one slot, and over the slots of one job", () => {
  const max = 299_999;
  const jobs = Array.from({ length: 20_000 }, (_, job) => jitter({ job: `job-${job}`, slot: 1_767_225_600_000, max }));
  const slots = Array.from({ length: 20_000 }, (_, day) => jitter({ job: "backup", slot: day * 86_400_000, max }));
  const keys = Array.from({ length: 20_000 }, (_, run) => jitter({ job: "sync", slot: `every:${run}`, max }));
  for (const values of [jobs, slots, keys]) assert.ok(chiSquared(values, max) < 149, String(chiSquared(values, max)));
});
