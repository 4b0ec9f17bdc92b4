import assert from "node:assert/strict";
import { guardCommand, isGuardOf } from "./guard.ts";

Deno.test("who died often waits longer, up to a minute", () => {
  const delays = [0, 1, 3, 6, 50].map((deaths) =>
    guardCommand({ program: "appd", home: "/home" }, { deaths, words: ["start"] })[5]
  );
  assert.deepEqual(delays, ["1", "2", "8", "60", "60"]);
});

Deno.test("a guard is known by its program and its home", () => {
  const words = guardCommand({ program: "pear", home: "/home" }, { deaths: 0, words: ["start"] });
  assert.equal(words[3], "pear-guard");
  assert.equal(isGuardOf({ program: "pear", home: "/home" }, words), true);
  assert.equal(isGuardOf({ program: "appd", home: "/home" }, words), false);
  assert.equal(isGuardOf({ program: "pear", home: "/other" }, words), false);
});
