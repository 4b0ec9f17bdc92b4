import assert from "node:assert/strict";
import { levelsOf } from "./levels.ts";

const graph = (edges: Readonly<Record<string, readonly string[]>>) =>
  levelsOf(Object.entries(edges).map(([name, dependsOn]) => ({ name, dependsOn })));

Deno.test("each waits for the levels before it, and no longer than it must", () => {
  assert.deepEqual(graph({ web: ["api", "cache"], api: ["db"], db: [], cache: [], cron: ["unknown"] }), {
    levels: [["db", "cache", "cron"], ["api"], ["web"]],
    circle: [],
  });
  assert.deepEqual(graph({}), { levels: [], circle: [] });
});

Deno.test("a circle ends the levels and is named with what waits for it", () => {
  assert.deepEqual(graph({ a: ["b"], b: ["a"], c: [], d: ["a"] }), { levels: [["c"]], circle: ["a", "b", "d"] });
  assert.deepEqual(graph({ a: ["a"] }), { levels: [], circle: ["a"] });
});
