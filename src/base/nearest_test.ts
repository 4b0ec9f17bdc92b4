import assert from "node:assert/strict";
import { nearest } from "./nearest.ts";

const VERBS = ["start", "stop", "status", "logs", "config", "restart"];

Deno.test("letters that changed places, are missing, wrong or too many are a slip", () => {
  for (const [word, meant] of [["stauts", "status"], ["strat", "start"], ["lgos", "logs"], ["confg", "config"]]) {
    assert.equal(nearest(word ?? "", VERBS), meant, word);
  }
  assert.equal(nearest("RESTARTT", VERBS), "restart");
  assert.equal(nearest("xog", ["log"]), "log");
});

Deno.test("a word that has little in common with any is no slip", () => {
  assert.equal(nearest("foo", ["root", "IO", "job"]), undefined);
  assert.equal(nearest("tcsh", ["bash", "zsh", "fish"]), undefined);
  assert.equal(nearest("nope", ["home", "name"]), undefined);
  assert.equal(nearest("", VERBS), undefined);
});
