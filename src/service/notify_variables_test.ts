import assert from "node:assert/strict";
import { notifyVariables } from "./notify_variables.ts";

const read = (env: Record<string, string>) => notifyVariables({ NOTIFY_SOCKET: "/run/n", ...env }, 500);

Deno.test("nobody listens without an address", () => {
  assert.equal(notifyVariables({}, 500), undefined);
  assert.equal(read({ NOTIFY_SOCKET: "", WATCHDOG_USEC: "1000000" }), undefined);
  assert.deepEqual(read({ NOTIFY_SOCKET: "@a" }), { address: "@a", watchdogMs: undefined });
});

Deno.test("the watchdog waits for the process that it names, or for anyone", () => {
  assert.equal(read({ WATCHDOG_USEC: "30000000" })?.watchdogMs, 30_000);
  assert.equal(read({ WATCHDOG_USEC: "30000000", WATCHDOG_PID: "500" })?.watchdogMs, 30_000);
  assert.equal(read({ WATCHDOG_USEC: "30000000", WATCHDOG_PID: "50" })?.watchdogMs, undefined);
});

Deno.test("a watchdog's time that is none means no watchdog", () => {
  for (const bad of ["", "0", "-1", "1e6", "30s", "1".repeat(30)]) {
    assert.equal(read({ WATCHDOG_USEC: bad })?.watchdogMs, undefined, bad);
  }
});
