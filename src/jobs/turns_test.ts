import assert from "node:assert/strict";
import type { Timer } from "../system/clock.ts";
import { Turns } from "./turns.ts";

/** Pieces of work of 8 ms each; the names of those that were done. */
function scene() {
  let now = 0;
  const timers: (() => void)[] = [];
  const after = (_: number, fn: () => void): Timer => {
    timers.push(fn);
    return { [Symbol.dispose]() {} };
  };
  const turns = new Turns({ monotonic: () => now, after });
  const done: string[] = [];
  return {
    done: () => done.join(""),
    take: (names: string) => {
      for (const name of names) turns.take(() => void (now += 8, done.push(name)));
    },
    pass: (ms: number) => void (now += ms),
    /** Everything else has its turn. @returns whether there is more to do */
    turn: () => timers.splice(0).map((fn) => fn()).length > 0 && timers.length > 0,
  };
}

Deno.test("what there is time for is done at once, the rest in its order after everything else had its turn", () => {
  const { done, take, turn } = scene();
  take("abcdefgh");
  assert.equal(done(), "abc");
  assert.equal(turn(), true);
  assert.equal(done(), "abcdef");
  take("i");
  assert.equal(done(), "abcdef", "nobody overtakes those that wait");
  assert.equal(turn(), false);
  assert.equal(done(), "abcdefghi");
});

Deno.test("work after a pause has its whole time again", () => {
  const { done, take, pass, turn } = scene();
  take("abc");
  pass(10);
  take("defg");
  assert.equal(done(), "abcdef");
  assert.equal(turn(), false);
  assert.equal(done(), "abcdefg");
});
