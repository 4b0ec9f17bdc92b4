import assert from "node:assert/strict";
import { type Entry, observe, type Seen } from "./settling.ts";

const FILE: Entry = { path: "a.mkv", size: 10, mtime: "1000", inode: "7" };

/** Looks at the inbox at each of the times. @returns the times at which it held a file at rest */
function looks(settle: number, inbox: readonly (readonly [at: number, entries: readonly Entry[]])[]): number[] {
  let seen: Seen = new Map();
  return inbox.filter(([at, entries]) => {
    const result = observe(seen, { entries, at, settle });
    seen = result.seen;
    return result.settled.length > 0;
  }).map(([at]) => at);
}

Deno.test("a file is at rest when it has not changed for the settle time, and stays so", () => {
  assert.deepEqual(looks(2000, [[0, [FILE]], [1000, [FILE]], [2000, [FILE]], [3000, [FILE]]]), [2000, 3000]);
});

Deno.test("a file that is found at the start has to be watched first, however old it says it is", () => {
  assert.deepEqual(looks(2000, [[50_000, [{ ...FILE, mtime: "0" }]]]), []);
});

for (const [what, change] of Object.entries({ size: { size: 11 }, time: { mtime: "1001" }, inode: { inode: "8" } })) {
  Deno.test(`a file whose ${what} changes begins anew`, () => {
    const changed = { ...FILE, ...change };
    const inbox = [[0, [FILE]], [1500, [changed]], [2000, [changed]], [3499, [changed]], [3500, [changed]]] as const;
    assert.deepEqual(looks(2000, inbox), [3500]);
  });
}

Deno.test("a file that went away and came back begins anew", () => {
  assert.deepEqual(looks(1000, [[0, [FILE]], [500, []], [600, [FILE]], [1200, [FILE]], [1600, [FILE]]]), [1600]);
});

Deno.test("nothing is kept of files that went away", () => {
  const { seen } = observe(new Map(), { entries: [FILE], at: 0, settle: 1 });
  assert.equal(observe(seen, { entries: [], at: 1, settle: 1 }).seen.size, 0);
});

Deno.test("with a settle time of nothing a file is at rest at once", () => {
  assert.deepEqual(looks(0, [[5, [FILE]]]), [5]);
});
