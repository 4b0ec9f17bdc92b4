import assert from "node:assert/strict";
import { compare, inTurn, median, ratioOf } from "./measure.ts";

Deno.test("the median of an even number of values lies between the middle two", () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 3, 2]), 2.5);
});

Deno.test("ratios are taken pair by pair", () => {
  assert.deepEqual(ratioOf([2, 30, 4], [1, 10, 4]), { ratio: 2, ours: 4, base: 4, pairs: 3 });
});

Deno.test("the first pair only warms up", async () => {
  let calls = 0;
  const result = await compare(3, { ours: () => Promise.resolve(++calls), base: () => Promise.resolve(1) });
  assert.deepEqual(result, { ratio: 3, ours: 3, base: 1, pairs: 3 });
});

Deno.test("sides run in turn, in the order given", async () => {
  const order: string[] = [];
  const side = (name: string) => () => Promise.resolve(order.push(name));
  const samples = await inTurn(1, { a: side("a"), b: side("b"), c: side("c") });
  assert.deepEqual(order, ["a", "b", "c", "a", "b", "c"]);
  assert.deepEqual(samples, { a: [4], b: [5], c: [6] });
});
