import assert from "node:assert/strict";
import { fieldsOf, levelOf, type News, sentence } from "./events.ts";

const life = { pid: 42, generation: 3 };

/** One piece of news, as it is told of a program and of a service, with the level where they differ. */
const SENTENCES: readonly (readonly [news: News, program: string, service: string])[] = [
  [{ kind: "started", ...life, cause: "a reload" }, "program started (a reload)", "service started (a reload)"],
  [
    { kind: "waiting", for: ["db to be ready"] },
    "program waits for db to be ready",
    "service waits for db to be ready",
  ],
  [
    { kind: "kept_stopped", endedAt: 0, stoppedAt: 0, cause: "a test" },
    "program stays stopped: somebody stopped it under an earlier daemon",
    "service stays stopped: somebody stopped it under an earlier daemon",
  ],
  [{ kind: "ready", pid: 42 }, "program is ready", "service is ready"],
  [
    { kind: "ended", pid: 42, exit: { code: 1, error: "no upstream" }, uptimeMs: 3000, expected: false },
    "program ended after 3s: no upstream",
    "service ended after 3s: no upstream",
  ],
  [
    { kind: "stopping", pid: 42, signal: "SIGTERM", timeoutMs: 5000, cause: "a reload" },
    "stopping program with SIGTERM, it has 5s (a reload)",
    "stopping service, it has 5s (a reload)",
  ],
  [
    { kind: "killing", pid: 42, again: false },
    "program did not stop in time, killing it",
    "program did not stop in time, killing it", // Never said of one.
  ],
  [
    { kind: "lingering", wanted: true },
    "program ignores its signal and goes on: it cannot begin again before it has ended", // Never said of one.
    "service ignores its signal and goes on: it cannot begin again before it has ended",
  ],
  [{ kind: "stopped", forced: true }, "program stopped by force", "service has ended after all"],
  [
    { kind: "failed", reason: "x" },
    "program failed and is not started again: x",
    "service failed and is not started again: x",
  ],
];

for (const [news, program, service] of SENTENCES) {
  Deno.test(`told of a program and of a service: ${news.kind}`, () => {
    assert.deepEqual([sentence(news), sentence({ ...news, service: true })], [program, service]);
  });
}

Deno.test("that a service goes on is an error, to kill a program a warning", () => {
  assert.equal(levelOf({ kind: "killing", pid: 42, again: false }), "warn");
  assert.equal(levelOf({ kind: "lingering", wanted: false, service: true }), "error");
});

Deno.test("a record about a service names no PID", () => {
  const event = { kind: "started", generation: 1, at: 0 } as const;
  assert.deepEqual(fieldsOf({ ...event, pid: 42, program: "web" }), { program: "web", pid: 42, generation: 1 });
  assert.deepEqual(fieldsOf({ ...event, pid: 0, program: "proxy", service: true }), {
    program: "proxy",
    generation: 1,
  });
});
