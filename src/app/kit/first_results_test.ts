import assert from "node:assert/strict";
import { createHealth } from "../../health/health.ts";
import { nextTurn } from "../../system/clock.ts";
import { FakeClock } from "../../system/fake_clock.ts";
import { firstResults } from "./first_results.ts";

const END = 50_000;

/** A wait for checks, of which each takes so many milliseconds; Infinity: it hangs. */
function waiting(
  ...checks: readonly { readonly critical: boolean; readonly ms: number; readonly timeoutMs?: number }[]
) {
  const clock = new FakeClock();
  const health = createHealth({ clock, interval: 1000 });
  for (const [index, { critical, ms, timeoutMs = 5000 }] of checks.entries()) {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (Number.isFinite(ms)) clock.after(ms, resolve);
    health.add(`${index}`, { critical, timeoutMs, check: () => ms === 0 ? undefined : promise });
  }
  const stopping = new AbortController();
  let isOver = false;
  const began = clock.monotonic();
  void firstResults(health, { clock, end: began + END, stopping: stopping.signal }).then(() => isOver = true);
  const pass = async (ms: number) => {
    clock.advance(ms);
    await nextTurn();
    return isOver;
  };
  return { clock, stopping, pass };
}

Deno.test("checks that have a result are waited for by nobody, and leave no timer", async () => {
  const { clock, pass } = waiting({ critical: true, ms: 0 }, { critical: false, ms: 0 });
  assert.equal(await pass(0), true);
  assert.equal(clock.pending, 2, "their next turns");
});

Deno.test("a critical check that is slow is waited for, one that is only shown for a second", async () => {
  const { pass } = waiting({ critical: true, ms: 3000 }, { critical: false, ms: 4000 });
  assert.equal(await pass(2999), false);
  assert.equal(await pass(1), true);
  const { pass: shown } = waiting({ critical: true, ms: 0 }, { critical: false, ms: 4000 });
  assert.deepEqual([await shown(999), await shown(1)], [false, true]);
});

Deno.test("a critical check that hangs is waited for until its own timeout, or until the start has to end", async () => {
  const { pass } = waiting({ critical: true, ms: Infinity, timeoutMs: 2000 });
  assert.deepEqual([await pass(1999), await pass(1)], [false, true]);
  const { pass: long } = waiting({ critical: true, ms: Infinity, timeoutMs: 2 * END });
  assert.deepEqual([await long(END - 1), await long(1)], [false, true]);
});

Deno.test("nobody waits for checks of a daemon that is told to stop", async () => {
  const { stopping, pass } = waiting({ critical: true, ms: Infinity });
  assert.equal(await pass(0), false);
  stopping.abort();
  assert.equal(await pass(0), true);
});
