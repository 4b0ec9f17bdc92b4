import assert from "node:assert/strict";
import { FakeClock } from "../system/fake_clock.ts";
import { beginShutdown } from "./shutdown.ts";

/** Lets the promises that are ready run. */
const settle = () => new Promise((resolve) => setTimeout(resolve));

Deno.test("steps run in order, and what remains is visible", async () => {
  const order: string[] = [];
  const step = (name: string) => ({ name, stop: () => void order.push(name) });
  const shutdown = beginShutdown(new FakeClock(), [step("scheduler"), step("programs")], 30_000);
  assert.deepEqual(shutdown.progress().remaining, ["scheduler", "programs"]);
  const report = await shutdown.done;
  assert.deepEqual(order, ["scheduler", "programs"]);
  assert.deepEqual([report.late, report.failed, shutdown.progress().remaining], [[], [], []]);
});

Deno.test("a step that never ends is named, and the next one runs", async () => {
  const clock = new FakeClock();
  let ran = false;
  const steps = [{ name: "mule", stop: () => new Promise<void>(() => {}) }, {
    name: "log",
    stop: () => void (ran = true),
  }];
  const shutdown = beginShutdown(clock, steps, 10_000);
  await settle();
  clock.advance(10_500);
  const report = await shutdown.done;
  assert.deepEqual(report.late, ["mule"]);
  assert.ok(ran);
});

Deno.test("a step that throws is named with its error", async () => {
  const steps = [{ name: "store", stop: () => Promise.reject(new Error("disk")) }, { name: "log", stop() {} }];
  const report = await beginShutdown(new FakeClock(), steps, 1000).done;
  assert.equal(report.failed[0]?.part, "store");
});

Deno.test("a step that has a reserve begins when no more time is left, beside the one before; the next waits for both", async () => {
  const clock = new FakeClock();
  const jobs = Promise.withResolvers<void>();
  const calls: string[] = [];
  const steps = [
    { name: "jobs", stop: (ms: number) => (calls.push(`jobs ${ms}`), jobs.promise) },
    { name: "programs", reserve: 2000, stop: (ms: number) => void calls.push(`programs ${ms}`) },
    { name: "database", stop: (ms: number) => void calls.push(`database ${ms}`) },
  ];
  const shutdown = beginShutdown(clock, steps, 10_000);
  await settle();
  clock.advance(7999);
  await settle();
  assert.deepEqual(calls, ["jobs 10000"]);
  clock.advance(1);
  await settle();
  assert.deepEqual(calls, ["jobs 10000", "programs 2000"]);
  assert.deepEqual(shutdown.progress().remaining, ["jobs", "database"]);
  clock.advance(1500);
  jobs.resolve();
  assert.deepEqual((await shutdown.done).late, []);
  assert.deepEqual(calls.at(-1), "database 500");
});
