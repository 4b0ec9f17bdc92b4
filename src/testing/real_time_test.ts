import assert from "node:assert/strict";
import { inRealTime } from "./real_time.ts";
import { TestClock } from "./test_clock.ts";

Deno.test("the time goes on while something real is waited for, and only then", async () => {
  const clock = new TestClock();
  const { promise, resolve } = Promise.withResolvers<string>();
  using _end = clock.after(40, () => resolve("it ended"));
  assert.equal(await inRealTime(clock, promise, { what: "it", isReal: () => true }), "it ended");
  const before = clock.monotonic();
  await inRealTime(clock, new Promise((done) => void setTimeout(done, 50)), { what: "it", isReal: () => false });
  assert.equal(clock.monotonic(), before);
});

Deno.test("work that is stuck says what it may wait for, and a failure comes through", async () => {
  const clock = new TestClock();
  const stuck = inRealTime(clock, new Promise(() => {}), { what: "the reload", isReal: () => false, limitMs: 30 });
  await assert.rejects(
    stuck,
    /^Error: the reload is not over after 0\.03 s of real time; .* call clock\.pass\(\) beside/,
  );
  const failing = Promise.reject(new Error("no spade"));
  await assert.rejects(inRealTime(clock, failing, { what: "it", isReal: () => false }), /no spade/);
});
