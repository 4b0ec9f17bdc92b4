import assert from "node:assert/strict";
import { Pace } from "./pace.ts";

Deno.test("a silent stream is looked at ever more seldom, down to once a second", () => {
  const pace = new Pace();
  const waits = Array.from({ length: 8 }, (_, i) => Math.round(pace.next(0, i * 100) as number));
  assert.deepEqual(waits, [75, 113, 169, 253, 380, 500, 500, 500]);
  assert.ok(pace.isIdle);
  for (let i = 0; i < 22; i++) assert.equal(pace.next(0, 1000 + i * 500), 500);
  assert.equal(pace.next(0, 20_000), 1000);
  assert.ok(pace.isIdle);
  pace.restart();
  assert.deepEqual([pace.isIdle, pace.next(0, 900)], [false, 75]);
});

Deno.test("a trickle is looked at every 250 ms", () => {
  const pace = new Pace();
  for (let i = 0; i < 5; i++) pace.next(0, i * 100);
  assert.equal(pace.next(100, 600), 250);
  assert.equal(pace.next(100, 650), 250);
});

Deno.test("a busy stream is looked at when its FIFO is about a quarter full", () => {
  const pace = new Pace();
  pace.next(1, 0);
  assert.equal(pace.next(32_768, 250), 125);
  assert.equal(pace.next(16_384, 375), 125);
});

Deno.test("a torrent is followed without a pause, and left when it is over", () => {
  const pace = new Pace();
  assert.equal(pace.next(65_536, 0), "now");
  for (let ms = 1; ms <= 30; ms++) assert.equal(pace.next(65_536, ms), "now");
  let now = 31;
  while (pace.next(0, now) === "now") assert.ok(++now < 60, "still in a hurry 30 ms after the end");
});
