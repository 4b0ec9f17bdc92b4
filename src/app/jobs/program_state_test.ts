import assert from "node:assert/strict";
import type { Notice } from "../../programs/events.ts";
import { programStateIn } from "./program_state.ts";

const CASES: readonly (readonly [Notice, string | undefined])[] = [
  [{ kind: "started", pid: 7, generation: 1 }, "started"],
  [{ kind: "ready", pid: 7 }, "ready"],
  [{ kind: "ended", pid: 7, exit: { code: 1 }, uptimeMs: 1, expected: false }, "exited"],
  [{ kind: "crash_loop", failures: 5, inMs: 1 }, "crash_loop"],
  [{ kind: "failed", reason: "exit code 78" }, "failed"],
  [{ kind: "lingering", wanted: true }, "failed"],
  [{ kind: "lingering", wanted: false }, undefined],
  [{ kind: "stopped", forced: false }, "stopped"],
  [{ kind: "stable", wasCrashLoop: true }, undefined],
];

Deno.test("what a job's `on` calls the states of programs; a service that ignores its signal has failed while it is to begin again", () => {
  const states = CASES.map(([notice]) => programStateIn({ ...notice, program: "web", at: 0 }));
  assert.deepEqual(states, CASES.map(([, state]) => state));
});
