import assert from "node:assert/strict";
import { DAEMON_EVENTS, DAEMON_STATES, DAEMON_TABLE } from "../base/lifecycle.ts";
import { createLifecycle } from "./lifecycle_machine.ts";

Deno.test("the table is total: every state has a step for every event", () => {
  for (const state of DAEMON_STATES) {
    for (const event of DAEMON_EVENTS) assert.ok(DAEMON_TABLE[state][event], `${state} × ${event}`);
  }
});

Deno.test("a reload that comes while starting is done once the daemon is ready", () => {
  const changes: string[] = [];
  const machine = createLifecycle((from, to) => changes.push(`${from}>${to}`));
  machine.dispatch("reload");
  machine.dispatch("reload");
  machine.dispatch("started");
  assert.deepEqual(changes, ["starting>ready", "ready>reloading"]);
});

Deno.test("stopping is entered once and left only by the end", () => {
  const changes: string[] = [];
  const machine = createLifecycle((_, to) => changes.push(to));
  machine.dispatch("started");
  for (let i = 0; i < 3; i++) machine.dispatch("stop");
  for (const event of ["reload", "degrade", "recover", "started"] as const) machine.dispatch(event);
  machine.dispatch("stopped");
  assert.deepEqual(changes, ["ready", "stopping", "stopped"]);
});

Deno.test("a problem found during a reload shows after it", () => {
  const machine = createLifecycle(() => {});
  for (const event of ["started", "reload", "degrade", "reload_done"] as const) machine.dispatch(event);
  assert.equal(machine.state, "degraded");
});
