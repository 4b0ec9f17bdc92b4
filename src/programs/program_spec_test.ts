import assert from "node:assert/strict";
import { endingText } from "../base/ending.ts";
import { exitReport } from "./program_spec.ts";

Deno.test("an exit is told as users know it, and a kill for want of memory is told from another", () => {
  const at = Date.UTC(2026, 0, 1);
  const when = "2026-01-01T00:00:00.000Z";
  assert.deepEqual(exitReport({ code: 3 }, at), { code: 3, signal: null, at: when });
  assert.deepEqual(exitReport({ signal: "SIGKILL" }, at), { code: null, signal: "SIGKILL", at: when });
  assert.deepEqual(exitReport("unknown", at), { code: null, signal: null, at: when });
  const starved = { signal: "SIGKILL", outOfMemory: true } as const;
  assert.deepEqual(exitReport(starved, at), { code: null, signal: "SIGKILL", out_of_memory: true, at: when });
  assert.equal(endingText(starved), "killed by SIGKILL (out of memory)");
});
