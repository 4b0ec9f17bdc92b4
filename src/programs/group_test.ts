import assert from "node:assert/strict";
import { FakeHost } from "./fake_host.ts";
import { signalGroup } from "./group.ts";
import type { Life } from "./state.ts";

const lifeOf = (pid: number, startTime: string): Life => (
  { pid, startTime, generation: 1, startedAt: 0, startedMono: 0, adopted: false }
);

Deno.test("who has not made its group yet gets the signal itself, a stranger with its PID does not", () => {
  const host = new FakeHost();
  const child = host.add({ pid: 20, pgid: 7, startTime: "5", obedient: false });
  assert.equal(signalGroup(host.processes, lifeOf(20, "5"), "SIGTERM"), true);
  assert.deepEqual(child.signals, ["SIGTERM"]);
  assert.equal(signalGroup(host.processes, lifeOf(20, "4"), "SIGTERM"), false);
  assert.deepEqual(child.signals, ["SIGTERM"]);
});
