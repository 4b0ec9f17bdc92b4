import assert from "node:assert/strict";
import { aborted } from "./aborted.ts";

Deno.test("resolves with the abort, and at once after it, whatever the reason", async () => {
  const controller = new AbortController();
  let done = false;
  const waiting = aborted(controller.signal).then(() => done = true);
  await Promise.resolve();
  assert.equal(done, false);
  controller.abort(new Error("no matter why"));
  await waiting;
  await aborted(controller.signal);
});
