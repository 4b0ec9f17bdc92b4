import assert from "node:assert/strict";
import { expectSubset, matchesText } from "./expected.ts";

Deno.test("a text matches literally, but for its wildcards and its end", () => {
  assert.ok(matchesText("a.b\n", "a.b"));
  assert.ok(!matchesText("aXb", "a.b"));
  assert.ok(matchesText("pid 12, up\nmore", "pid [WILDLINE], up[WILDCARD]"));
  assert.ok(!matchesText("pid 1\n2, up", "pid [WILDLINE], up"));
});

Deno.test("JSON is compared by the keys that are named", () => {
  expectSubset("it", { a: 1, b: [{ c: "x1" }] }, { b: [{ c: "x[WILDCARD]" }] });
  assert.throws(() => expectSubset("it", { a: null }, { a: { b: 1 } }), /it\.a is null/);
  assert.throws(() => expectSubset("it", {}, { a: 1 }), /it\.a/);
});
