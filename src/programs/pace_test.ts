import assert from "node:assert/strict";
import { Pace } from "./pace.ts";

Deno.test("a silent stream is looked at ever more seldom, down to five times a second", () => {
  const pace = new Pace();
  const waits = Array.from({ length: 6 }, (_, i) => pace.next(0, i * 100));
  assert.deepEqual(waits, [75, 112.5, 168.75, 200, 200, 200]);
});

Deno.test("a trickle is looked at every 50 ms", () => {
  const pace = new Pace();
  for (let i = 0; i < 5; i++) pace.next(0, i * 100);
  assert.equal(pace.next(100, 600), 50);
  assert.equal(pace.next(100, 650), 50);
});

Deno.test("a busy stream is looked at when its FIFO is about a quarter full", () => {
  const pace = new Pace();
  pace.next(1, 0);
  assert.equal(pace.next(32_768, 50), 25);
  assert.equal(pace.next(16_384, 75), 25);
});

Deno.test("a torrent is followed without a pause, and left when it is over", () => {
  const pace = new Pace();
  assert.equal(pace.next(65_536, 0), "now");
  for (let ms = 1; ms <= 30; ms++) assert.equal(pace.next(65_536, ms), "now");
  let now = 31;
  while (pace.next(0, now) === "now") assert.ok(++now < 60, "still in a hurry 30 ms after the end");
});
