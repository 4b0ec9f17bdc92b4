import assert from "node:assert/strict";
import { FakeClock } from "../system/fake_clock.ts";
import type { Hearer } from "./notify.ts";
import type { NotifyMessage } from "./notify_message.ts";
import { watchdog } from "./watchdog.ts";

function bench(given: { initialDelay: number; period: number; failureThreshold?: number }) {
  const times = { failureThreshold: 1, ...given };
  const clock = new FakeClock();
  const hearers = new Set<Hearer>();
  const told: string[] = [];
  const hear = (hearer: Hearer) => {
    hearers.add(hearer);
    return { [Symbol.dispose]: () => void hearers.delete(hearer) };
  };
  const running = watchdog(times, { clock, inbox: { hear } })(({ ok, why, decisive }) =>
    told.push(`${clock.monotonic()} ${ok ? "good" : "bad"}${decisive ? "!" : ""}: ${why}`)
  );
  const send = (message: NotifyMessage) => hearers.forEach((hearer) => hearer(message));
  return { clock, hearers, told, running, send };
}

const GOOD = "good: it sends WATCHDOG=1";

Deno.test("watchdog: each period without a sign is bad, a sign begins a new period", () => {
  const t = bench({ initialDelay: 500, period: 1000 });
  t.clock.advance(1400);
  t.send({ watchdog: "alive" });
  t.clock.advance(999);
  t.send({ watchdog: "alive" });
  t.clock.advance(2000);
  const bad = "bad!: no WATCHDOG=1 within 1s";
  assert.deepEqual(t.told, [`1400 ${GOOD}`, `2399 ${GOOD}`, `3399 ${bad}`, `4399 ${bad}`]);
});

Deno.test("watchdog: the first period begins after the initial delay", () => {
  const t = bench({ initialDelay: 500, period: 1000 });
  t.clock.advance(1499);
  assert.deepEqual(t.told, []);
  t.clock.advance(1);
  assert.equal(t.told.length, 1);
});

Deno.test("watchdog: WATCHDOG=trigger is bad at once, WATCHDOG_USEC changes the period", () => {
  const t = bench({ initialDelay: 0, period: 1000 });
  t.send({ watchdogPeriod: 5000 });
  t.clock.advance(4999);
  assert.deepEqual(t.told, []);
  t.clock.advance(1);
  t.send({ watchdog: "trigger" });
  assert.deepEqual(t.told, ["5000 bad!: no WATCHDOG=1 within 5s", "5000 bad!: it sent WATCHDOG=trigger"]);
});

Deno.test("watchdog: silence is bad after as many periods as failures are allowed, and not before", () => {
  const t = bench({ initialDelay: 0, period: 2000, failureThreshold: 3 });
  t.clock.advance(5999);
  assert.deepEqual(t.told, []);
  t.clock.advance(1);
  assert.deepEqual(t.told, ["6000 bad!: no WATCHDOG=1 within 6s"]);
});

Deno.test("watchdog: other messages are no sign of life, and disposing ends it", () => {
  const t = bench({ initialDelay: 0, period: 1000 });
  t.clock.advance(900);
  t.send({ status: "busy", ready: true });
  t.clock.advance(100);
  assert.equal(t.told.length, 1);
  t.running[Symbol.dispose]();
  t.clock.advance(10_000);
  assert.deepEqual([t.told.length, t.hearers.size, t.clock.pending], [1, 0, 0]);
});
