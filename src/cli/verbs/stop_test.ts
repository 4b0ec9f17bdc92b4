import assert from "node:assert/strict";
import { createContext } from "../../app/context.ts";
import { stopDaemon } from "../../app/stop.ts";
import { realSystem } from "../../system/system.ts";
import { fakeInstance } from "../fake_instance.ts";
import { stopText } from "./stop.ts";

const contextOf = (home: string) => createContext({ home, flags: {}, system: realSystem() });

Deno.test("a daemon that is asked to keep its programs leaves, and nobody is signalled", async () => {
  await using test = fakeInstance([], (self) => ({
    leave: () => void self.end(),
    stop: () => assert.fail("it must not stop its programs"),
  }));
  const context = contextOf(test.home);
  const kill = (pid: number) => assert.fail(`nobody is to be signalled: ${pid}`);
  const system = { ...context.system, processes: { ...context.system.processes, kill } };
  const result = await stopDaemon({ ...context, system }, { keepPrograms: true });
  assert.deepEqual([result.was, result.how, result.late, result.orphans, result.kept], [
    "running",
    "graceful",
    [],
    [],
    [],
  ]);
});

Deno.test("the text of a stop names who was killed and who runs on", () => {
  const base = { was: "running", pid: 7, how: "graceful", ms: 260, late: [], orphans: [] } as const;
  assert.equal(stopText(base), "stopped PID 7, graceful, 0.3 s");
  assert.equal(stopText({ ...base, late: ["web"] }), "stopped PID 7, graceful, 0.3 s; had to be killed: web");
  assert.equal(stopText({ ...base, kept: ["web", "db"] }), "stopped PID 7, graceful, 0.3 s; kept running: web, db");
  const none = { ...base, was: "not running" } as const;
  assert.equal(stopText({ ...none, kept: ["web"] }), "not running; runs without a daemon: web");
  assert.equal(stopText({ ...none, orphans: ["web"] }), "not running; ended what it had left: web");
});
