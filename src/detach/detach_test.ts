import assert from "node:assert/strict";
import { scrubEnvironment } from "./environment.ts";
import { parseReadiness } from "./readiness.ts";

Deno.test("what steers the runtime or the loader does not reach the daemon", () => {
  const env = { PATH: "/bin", DENO_SERVE_ADDRESS: "x", NODE_OPTIONS: "x", LD_PRELOAD: "x", APPD_INTERNAL_READY: "x" };
  const mark = { APPD_PROGRAM: "x", APPD_PROGRAM_ID: "x", APPD_INSTANCE: "1" };
  const more = { APPD_SERVER_PORT: "1" };
  assert.deepEqual(scrubEnvironment({ ...env, ...mark, ...more }), { PATH: "/bin", ...more });
});

Deno.test("only a whole message counts", () => {
  assert.equal(parseReadiness('{"type":"ready","pid":7,"url":nu'), undefined);
  assert.equal(parseReadiness("[]"), undefined);
  assert.deepEqual(parseReadiness('{"type":"ready","pid":7,"url":null}\n'), { type: "ready", pid: 7, url: null });
});
