import assert from "node:assert/strict";
import { table } from "./layout.ts";

Deno.test("columns are as wide as their widest cell, the last one is not padded", () => {
  const rows = [["a", "long"], ["wide", "b"]].map((row) => row.map((text) => ({ text })));
  assert.deepEqual(table(["K", "V"], rows), ["K     V", "a     long", "wide  b"]);
});

Deno.test("a table may have more rows than a call takes arguments", () => {
  const rows = Array.from({ length: 400_000 }, () => [{ text: "a" }, { text: "b" }]);
  assert.equal(table(["KEY", "VALUE"], rows).at(-1), "a    b");
});
