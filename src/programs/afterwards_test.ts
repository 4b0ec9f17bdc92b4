import assert from "node:assert/strict";
import { Afterwards } from "./afterwards.ts";

Deno.test("what is put off follows the work in its order, with what it brings up itself", () => {
  const afterwards = new Afterwards();
  const done: string[] = [];
  afterwards.following(() => {
    afterwards.do(() => {
      done.push("one");
      afterwards.do(() => void done.push("three"));
    });
    afterwards.following(() => afterwards.do(() => void done.push("two")));
    done.push("work");
  });
  assert.deepEqual(done, ["work", "one", "two", "three"]);
  afterwards.do(() => void done.push("at once"));
  assert.equal(done.at(-1), "at once");
});

Deno.test("work that fails takes nothing with it that was put off", () => {
  const afterwards = new Afterwards();
  const done: string[] = [];
  const fails = () =>
    afterwards.following(() => {
      afterwards.do(() => void done.push("one"));
      throw new Error("no");
    });
  assert.throws(fails, /no/);
  assert.deepEqual(done, ["one"]);
  afterwards.do(() => void done.push("at once"));
  assert.equal(done.at(-1), "at once");
});
