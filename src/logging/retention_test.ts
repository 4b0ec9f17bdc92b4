import assert from "node:assert/strict";
import type { Archive } from "./archives.ts";
import { expired } from "./retention.ts";
import { type RotationPolicy, sizeLimit } from "./rotation_policy.ts";

const POLICY: RotationPolicy = {
  rotateSize: 10,
  rotateEvery: 0,
  maxFiles: 100,
  maxAge: 0,
  maxTotal: 0,
  compress: true,
};

/** Archives of the given sizes, rotated at 0, 1000, 2000 … ms. */
function archives(...sizes: number[]): Archive[] {
  return sizes.map((size, n) => ({ path: `a${n}`, stamp: n * 1000, serial: 0, size, compressed: false }));
}

function removed(policy: Partial<RotationPolicy>, all: Archive[], now = 0): number {
  return expired({ archives: all, policy: { ...POLICY, ...policy }, now, current: 0 }).length;
}

Deno.test("by number", () => {
  assert.equal(removed({ maxFiles: 2 }, archives(1, 1, 1)), 1);
  assert.equal(removed({ maxFiles: 3 }, archives(1, 1, 1)), 0);
  assert.equal(removed({ maxFiles: 0 }, archives(1, 1, 1)), 3);
});

Deno.test("by age", () => {
  assert.equal(removed({ maxAge: 5000 }, archives(1, 1, 1), 6000), 1);
  assert.equal(removed({ maxAge: 5000 }, archives(1, 1, 1), 60_000), 3);
});

Deno.test("by total: room is kept for the current file at its full size", () => {
  assert.equal(removed({ maxTotal: 40 }, archives(10, 10, 10)), 0);
  assert.equal(removed({ maxTotal: 39 }, archives(10, 10, 10)), 1);
  assert.equal(removed({ maxTotal: 39 }, archives(10, 1, 10)), 0);
});

Deno.test("a budget below two files makes the files smaller", () => {
  assert.equal(sizeLimit({ ...POLICY, rotateSize: 100, maxTotal: 100 }), 50);
  assert.equal(sizeLimit({ ...POLICY, rotateSize: 0, maxTotal: 100 }), 50);
  assert.equal(sizeLimit({ ...POLICY, rotateSize: 0 }), Infinity);
  assert.equal(sizeLimit({ ...POLICY, rotateSize: 100, maxTotal: 1000 }), 100);
});
