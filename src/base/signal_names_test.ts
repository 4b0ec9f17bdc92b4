import assert from "node:assert/strict";
import { nearestSignal, signalNamed } from "./signal_names.ts";

Deno.test("a signal is named as kill(1) takes it, never by number", () => {
  for (const text of ["TERM", "SIGTERM", "term", "SigTerm"]) assert.equal(signalNamed(text), "SIGTERM", text);
  for (const text of ["", "15", "SIG", "SIGSIGTERM", "TERMINATE", "SIG15", "-9"]) {
    assert.equal(signalNamed(text), undefined, text);
  }
});

Deno.test("a mistyped signal has a nearest one, a number has none", () => {
  assert.equal(nearestSignal("TREM"), "TERM");
  assert.equal(nearestSignal("sighupp"), "HUP");
  assert.equal(nearestSignal("9"), undefined);
  assert.equal(nearestSignal("something else"), undefined);
  for (const text of ["till", "kil", "SIGKIL"]) assert.equal(nearestSignal(text), undefined, text);
});
