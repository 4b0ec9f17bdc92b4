import assert from "node:assert/strict";
import { reasonOf } from "./health.ts";

Deno.test("what a check says stays on its line, whatever it is", () => {
  const check = { ok: false, critical: true, error: "no answer\nat all\x1b[2J" };
  const checks = { till: check } as unknown as Parameters<typeof reasonOf>[0]["checks"];
  assert.equal(reasonOf({ status: "degraded", checks }), "degraded (till: no answer\\nat all\\x1b[2J)");
});
