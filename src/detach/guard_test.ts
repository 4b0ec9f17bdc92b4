import assert from "node:assert/strict";
import { guardCommand, isGuardOf, lastFailure, waitOf } from "./guard.ts";

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

Deno.test("what a guard's last start said is known by the line below it", () => {
  const guarded = { program: "pear", home: "/home" };
  const told = (...lines: string[]) => lastFailure(guarded, lines.join("\n"));
  const mark = (code: number, at: string) => `pear-guard: the start failed with exit code ${code} at ${at}`;
  const said = ["pear: cannot load", "1 | x", "hint: look"];
  assert.deepEqual(told(...said, mark(69, "2025-11-01T12:00:00Z"), ""), {
    at: "2025-11-01T12:00:00Z",
    error: "cannot load",
  });
  assert.deepEqual(told(...said, mark(69, "A"), mark(70, "B")), { at: "B", error: "exit code 70" });
  assert.equal(told("pear: cannot load", "fatal"), undefined);
  assert.equal(lastFailure({ ...guarded, program: "appd" }, mark(1, "A")), undefined);
  assert.deepEqual([["sleep", "8"], ["appd", "start"], []].map(waitOf), [8, undefined, undefined]);
});
