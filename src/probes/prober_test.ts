import assert from "node:assert/strict";
import { FakeClock } from "../system/fake_clock.ts";
import { afterAwake } from "./patience.ts";
import type { Answer } from "./probe.ts";
import { asking, type ProberTimes } from "./prober.ts";

interface Attempt {
  readonly at: number;
  readonly signal: AbortSignal;
  readonly answer: (ok: boolean, seen: string) => void;
  readonly fail: (error: Error) => void;
}

/** A prober of attempts that the test answers. */
function bench(times: Partial<ProberTimes> = {}) {
  const clock = new FakeClock();
  const attempts: Attempt[] = [];
  const told: Answer[] = [];
  const look = (signal: AbortSignal) => {
    const { promise, resolve, reject } = Promise.withResolvers<{ ok: boolean; seen: string }>();
    const answer = (ok: boolean, seen: string) => resolve({ ok, seen });
    attempts.push({ at: clock.monotonic(), signal, answer, fail: reject });
    return promise;
  };
  const all = { initialDelay: 0, period: 1000, timeout: 300, ...times };
  const running = asking(all, { subject: "ask", look }, clock)((answer) => told.push(answer));
  const last = () => attempts.at(-1) ?? assert.fail("no attempt");
  const beginnings = () => attempts.map(({ at }) => at);
  return { clock, attempts, told, running, last, beginnings };
}

async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve();
}

Deno.test("the first attempt waits for the initial delay, the next ones a period from begin to begin", async () => {
  const t = bench({ initialDelay: 5000 });
  t.clock.advance(4999);
  assert.equal(t.attempts.length, 0);
  for (let i = 0; i < 3; i++) {
    t.clock.advance(i === 0 ? 1 : 800);
    t.clock.advance(200);
    t.last().answer(true, "yes");
    await settle();
  }
  assert.deepEqual(t.beginnings(), [5000, 6000, 7000]);
  assert.deepEqual(t.told.map(({ ok, why }) => [ok, why]), Array(3).fill([true, "ask: yes"]));
});

Deno.test("an attempt that hangs is aborted at its timeout and has failed", async () => {
  const t = bench();
  t.clock.advance(0);
  t.clock.advance(299);
  assert.deepEqual([t.last().signal.aborted, t.told.length], [false, 0]);
  t.clock.advance(1);
  assert.equal(t.last().signal.aborted, true);
  assert.deepEqual(t.told, [{ ok: false, why: "ask: no answer within 300ms" }]);
  t.last().fail(new Error("aborted"));
  await settle();
  assert.equal(t.told.length, 1, "the abort itself is no second answer");
  t.clock.advance(700);
  assert.deepEqual(t.beginnings(), [0, 1000]);
});

Deno.test("never two at once: an attempt that outlasts the period is followed at once", async () => {
  const t = bench({ timeout: 5000 });
  t.clock.advance(0);
  t.clock.advance(2500);
  assert.equal(t.attempts.length, 1);
  t.last().answer(true, "late");
  await settle();
  assert.deepEqual(t.beginnings(), [0, 2500]);
  t.last().answer(true, "quick");
  await settle();
  t.clock.advance(999);
  assert.equal(t.attempts.length, 2);
  t.clock.advance(1);
  assert.deepEqual(t.beginnings(), [0, 2500, 3500]);
});

Deno.test("an attempt that does not even end when aborted fails again and again, and is not joined by another", async () => {
  const t = bench();
  t.clock.advance(3000);
  assert.equal(t.attempts.length, 1);
  const stuck = "ask: the attempt before cannot be ended";
  assert.deepEqual(t.told.map(({ why }) => why), ["ask: no answer within 300ms", stuck, stuck]);
  t.last().answer(true, "at last");
  await settle();
  assert.deepEqual([t.attempts.length, t.told.length], [2, 3]);
});

Deno.test("an aborted attempt has its time to end: what follows at once is no second failure", async () => {
  const t = bench({ period: 50, timeout: 40 });
  t.clock.advance(900);
  assert.equal(t.told.length, 1);
  t.last().fail(new Error("killed"));
  await settle();
  assert.deepEqual([t.attempts.length, t.told.length], [2, 1]);
});

Deno.test("an error is a failure with its reason in plain words", async () => {
  const t = bench();
  t.clock.advance(0);
  t.last().fail(Object.assign(new Error("Connection refused (os error 111)"), { code: "ECONNREFUSED" }));
  await settle();
  t.clock.advance(1000);
  t.last().fail(new Error("the \u001b[31mserver\nspoke"));
  await settle();
  assert.deepEqual(t.told.map(({ why }) => why), ["ask: connection refused", "ask: the \\x1b[31mserver\\nspoke"]);
});

Deno.test("once disposed of it aborts, tells nothing and leaves no timer", async () => {
  const t = bench();
  t.clock.advance(0);
  t.running[Symbol.dispose]();
  assert.equal(t.last().signal.aborted, true);
  t.last().answer(true, "too late");
  await settle();
  t.clock.advance(10_000);
  assert.deepEqual([t.attempts.length, t.told, t.clock.pending], [1, [], 0]);
});

Deno.test("disposed of between two attempts, and before the first", () => {
  const before = bench({ initialDelay: 100 });
  before.running[Symbol.dispose]();
  before.clock.advance(1000);
  assert.deepEqual([before.attempts.length, before.clock.pending], [0, 0]);
});

Deno.test("a timer that fires late, because we slept, gives the other side its time again", () => {
  const clock = new FakeClock();
  let slept = 0;
  const sleepy = { after: clock.after.bind(clock), monotonic: () => clock.monotonic() + slept };
  let fired = 0;
  afterAwake(sleepy, 1000, () => fired++);
  slept = 120_000;
  clock.advance(1000);
  assert.equal(fired, 0);
  clock.advance(1000);
  assert.equal(fired, 1);
  using _stopped = afterAwake(sleepy, 1000, () => fired++);
  _stopped[Symbol.dispose]();
  clock.advance(5000);
  assert.deepEqual([fired, clock.pending], [1, 0]);
});
