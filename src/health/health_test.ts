import assert from "node:assert/strict";
import { FakeClock } from "../system/fake_clock.ts";
import { AppdError } from "../base/errors.ts";
import { type CheckTurn, createHealth } from "./health.ts";

/** Lets promise reactions that are due run. */
async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve();
}

function setUp() {
  const clock = new FakeClock();
  return { clock, health: createHealth({ clock, interval: 10_000 }) };
}

Deno.test("a synchronous check has its result when add returns", () => {
  const { health } = setUp();
  health.add("disk", { critical: true, check: () => {}, timeoutMs: 1000 });
  assert.deepEqual(health.report(), { disk: { ok: true, critical: true, latency_ms: 0 } });
  assert.equal(health.worst(), "healthy");
});

Deno.test("a failed critical check degrades, any other failure is only shown", () => {
  const { health } = setUp();
  const fail = () => {
    throw new Error("gone");
  };
  health.add("minor", { critical: false, check: fail, timeoutMs: 1000 });
  assert.equal(health.worst(), "healthy");
  assert.equal(health.report().minor?.error, "gone");
  using _major = health.add("major", { critical: true, check: fail, timeoutMs: 1000 });
  assert.equal(health.worst(), "degraded");
});

Deno.test("report never runs a check and shows the latency of the last run", async () => {
  const { clock, health } = setUp();
  let runs = 0;
  const answer = Promise.withResolvers<void>();
  health.add("db", { critical: true, check: () => (runs++, answer.promise), timeoutMs: 1000 });
  assert.equal(health.report().db?.error, "not checked yet");
  clock.advance(42);
  answer.resolve();
  await settle();
  for (let i = 0; i < 100; i++) health.report();
  assert.deepEqual(health.report().db, { ok: true, critical: true, latency_ms: 42 });
  assert.equal(runs, 1);
  clock.advance(10_000);
  assert.equal(runs, 2);
});

Deno.test("a check can be run now, and has its next turn after that; one that runs is left alone", () => {
  const { clock, health } = setUp();
  let runs = 0;
  health.add("disk", { critical: true, check: () => void runs++, timeoutMs: 1000 });
  clock.advance(9_000);
  health.again("disk");
  assert.equal(runs, 2);
  clock.advance(1_000);
  assert.equal(runs, 2, "its old turn is gone");
  clock.advance(10_000);
  assert.equal(runs, 3);
  let slow = 0;
  health.add("db", { critical: true, check: () => (slow++, new Promise<void>(() => {})), timeoutMs: 1000 });
  health.again("db");
  health.again("nobody");
  assert.equal(slow, 1);
});

Deno.test("a check that hangs times out once, is aborted, and is not started again while it hangs", async () => {
  const { clock, health } = setUp();
  let runs = 0;
  let signal: AbortSignal | undefined;
  const hang = Promise.withResolvers<void>();
  const check = (s: AbortSignal) => {
    runs++;
    signal = s;
    return hang.promise;
  };
  health.add("nfs", { critical: true, check, timeoutMs: 5000 });
  clock.advance(5000);
  assert.deepEqual(health.report().nfs, {
    ok: false,
    critical: true,
    latency_ms: 5000,
    error: "timed out after 5000 ms",
    since: "2025-11-01T10:30:05.000Z",
    failures: 1,
  });
  assert.equal(signal?.aborted, true);
  clock.advance(60_000);
  assert.equal(runs, 1);
  hang.resolve();
  await settle();
  assert.equal(health.worst(), "degraded", "a late answer is no answer");
  clock.advance(10_000);
  assert.equal(runs, 2);
});

Deno.test("listeners hear every change of the worst state, and only changes", async () => {
  const { clock, health } = setUp();
  const heard: string[] = [];
  health.onChange((worst) => heard.push(worst));
  let broken = true;
  const check = () => broken ? Promise.reject(new Error("no")) : Promise.resolve();
  const added = health.add("db", { critical: true, check, timeoutMs: 1000 });
  await health.settled();
  clock.advance(10_000);
  await settle();
  broken = false;
  clock.advance(10_000);
  await settle();
  assert.deepEqual(heard, ["degraded", "healthy"]);
  added[Symbol.dispose]();
  assert.deepEqual(health.report(), {});
});

Deno.test("failures in a row are counted from the first on, with what the check says can be done", async () => {
  const { clock, health } = setUp();
  let broken = false;
  const check = () => {
    if (broken) throw new AppdError("empty", { exit: "generic", hint: "fill it" });
  };
  const turns: CheckTurn[] = [];
  using _told = health.onTurn((turn) => turns.push(turn));
  health.add("basket", { critical: false, check, timeoutMs: 1000 });
  assert.equal(turns.length, 0, "that it is well from the beginning is no news");
  broken = true;
  clock.advance(10_000);
  const since = new Date(clock.now()).toISOString();
  clock.advance(20_000);
  await settle();
  const failing = { ok: false, critical: false, latency_ms: 0, error: "empty", hint: "fill it", since };
  assert.deepEqual(health.report().basket, { ...failing, failures: 3 });
  broken = false;
  clock.advance(10_000);
  assert.deepEqual(health.report().basket, { ok: true, critical: false, latency_ms: 0 });
  assert.deepEqual(turns.map(({ name, now, before }) => [name, now.ok, now.failures, before.failures]), [
    ["basket", false, 1, undefined],
    ["basket", true, undefined, 3],
  ]);
});

Deno.test("disposing leaves no timer and no result behind", async () => {
  const { clock, health } = setUp();
  health.add("db", { critical: true, check: () => new Promise(() => {}), timeoutMs: 1000 });
  health.add("disk", { critical: true, check: () => {}, timeoutMs: 1000 });
  const settled = health.settled();
  health[Symbol.dispose]();
  await settled;
  assert.equal(clock.pending, 0);
  assert.deepEqual(health.report(), {});
});

Deno.test("a name is taken once", () => {
  const { health } = setUp();
  const options = { critical: true, check: () => {}, timeoutMs: 1000 };
  health.add("db", options);
  assert.throws(() => health.add("db", options), /"db" is there already/);
});
