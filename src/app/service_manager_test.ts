import assert from "node:assert/strict";
import { serviceManager } from "./service_manager.ts";

const host = (env: Record<string, string>) => ({ env, pid: 500, ppid: 1 });
const noTerminal = { parentCommand: ["/sbin/init"], terminal: false };

Deno.test("systemd is our parent when it names our PID", () => {
  assert.equal(serviceManager(host({ INVOCATION_ID: "x", SYSTEMD_EXEC_PID: "500" }), noTerminal), "systemd");
});

Deno.test("a shell in a user's unit only inherits the variables", () => {
  const env = { INVOCATION_ID: "x", SYSTEMD_EXEC_PID: "77" };
  assert.equal(serviceManager(host(env), { parentCommand: ["bash"], terminal: true }), undefined);
});

Deno.test("an older systemd counts without a terminal only", () => {
  assert.equal(serviceManager(host({ INVOCATION_ID: "x" }), noTerminal), "systemd");
  assert.equal(serviceManager(host({ INVOCATION_ID: "x" }), { ...noTerminal, terminal: true }), undefined);
});

Deno.test("supervise-daemon and launchd are known by their traces", () => {
  assert.equal(serviceManager(host({}), { ...noTerminal, parentCommand: ["/sbin/supervise-daemon", "x"] }), "openrc");
  assert.equal(serviceManager(host({ XPC_SERVICE_NAME: "com.appd" }), noTerminal), "launchd");
  assert.equal(serviceManager(host({}), noTerminal), undefined);
});
