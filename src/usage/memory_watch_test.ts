import assert from "node:assert/strict";
import { MemoryWatch } from "./memory_watch.ts";

const MIB = 1024 ** 2;
const LIFE = { pid: 100, startTime: "1" };

function watch() {
  const memory = new MemoryWatch({ bytes: 512 * MIB, window: 30_000 });
  return (seconds: number, mib: number, life = LIFE) => memory.see(life, { rssBytes: mib * MIB, at: seconds * 1000 });
}

Deno.test("memory above the limit for the whole window is told once in a life", () => {
  const see = watch();
  for (const seconds of [0, 10, 20]) assert.equal(see(seconds, 812), undefined);
  assert.equal(see(29.99, 812), "uses 812MiB, more than max_memory 512MiB, for 30s");
  assert.equal(see(40, 900), undefined);
  assert.equal(see(200, 900), undefined);
});

Deno.test("one dip begins the window anew; at the limit is not above it", () => {
  const see = watch();
  for (const seconds of [0, 10, 20]) see(seconds, 812);
  assert.equal(see(30, 512), undefined);
  for (const seconds of [40, 50, 60]) assert.equal(see(seconds, 812), undefined);
  assert.match(see(70, 812) ?? "", /^uses 812MiB/);
});

Deno.test("a restart within the window begins it anew, and the next life is told of again", () => {
  const see = watch();
  for (const seconds of [0, 10, 20]) see(seconds, 812);
  const next = { pid: 100, startTime: "2" }; // The same PID is not the same life.
  for (const seconds of [30, 40, 50]) assert.equal(see(seconds, 812, next), undefined);
  assert.match(see(60, 812, next) ?? "", /^uses/);
  const third = { pid: 101, startTime: "3" };
  for (const seconds of [70, 80, 90]) assert.equal(see(seconds, 600, third), undefined);
  assert.match(see(100, 600, third) ?? "", /^uses 600MiB/);
});
