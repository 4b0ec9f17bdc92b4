import assert from "node:assert/strict";
import { type Phase, type PhaseEvent, type RetryPolicy, stepPhase } from "./attempt_table.ts";

const PLAIN: RetryPolicy = { retries: 0, retryDelay: 10, retryMaxDelay: 25 };
const TWICE: RetryPolicy = { ...PLAIN, retries: 2 };

const running: Phase = { name: "running", attempt: 1 };
const cancel: PhaseEvent = { type: "cancel", reason: "asked" };
const exited = (code: number): PhaseEvent => ({ type: "exited", exit: { code } });

const CASES: readonly [name: string, Phase, PhaseEvent, RetryPolicy, expected: unknown][] = [
  ["a commit is followed by the start", { name: "committing", attempt: 1 }, { type: "committed" }, PLAIN, {
    phase: running,
    effects: ["spawn", "arm_timeout"],
  }],
  [
    "a cancel before the commit starts nothing",
    {
      name: "committing",
      attempt: 1,
      cancelled: { outcome: "cancelled", reason: "asked" },
    },
    { type: "committed" },
    PLAIN,
    {
      phase: { name: "ended", outcome: "cancelled", reason: "asked" },
      effects: ["finish"],
    },
  ],
  ["code 0 is ok", running, exited(0), PLAIN, {
    phase: { name: "ended", outcome: "ok", reason: null },
    effects: ["finish"],
  }],
  ["another code is a failure", running, exited(3), PLAIN, {
    phase: { name: "ended", outcome: "failed", reason: null },
    effects: ["finish"],
  }],
  [
    "a function that threw is a failure with its message",
    running,
    { type: "exited", exit: null, reason: "no" },
    PLAIN,
    {
      phase: { name: "ended", outcome: "failed", reason: "no" },
      effects: ["finish"],
    },
  ],
  ["a failure with retries left waits", running, exited(3), TWICE, {
    phase: { name: "retrying", attempt: 1, delayMs: 10, reason: null },
    effects: ["commit", "arm_retry"],
  }],
  ["delays double", { name: "running", attempt: 2 }, exited(3), TWICE, {
    phase: { name: "retrying", attempt: 2, delayMs: 20, reason: null },
    effects: ["commit", "arm_retry"],
  }],
  ["delays are bounded", { name: "running", attempt: 3 }, exited(3), { ...PLAIN, retries: 9 }, {
    phase: { name: "retrying", attempt: 3, delayMs: 25, reason: null },
    effects: ["commit", "arm_retry"],
  }],
  ["retries are used up", { name: "running", attempt: 3 }, exited(3), TWICE, {
    phase: { name: "ended", outcome: "failed", reason: null },
    effects: ["finish"],
  }],
  ["a timeout stops it", running, { type: "timed_out", reason: "late" }, PLAIN, {
    phase: { name: "stopping", attempt: 1, cause: { outcome: "timeout", reason: "late" } },
    effects: ["stop"],
  }],
  [
    "what ends after a timeout has timed out, whatever its code",
    { name: "stopping", attempt: 1, cause: { outcome: "timeout", reason: "late" } },
    exited(0),
    PLAIN,
    { phase: { name: "ended", outcome: "timeout", reason: "late" }, effects: ["finish"] },
  ],
  [
    "a timeout is retried",
    { name: "stopping", attempt: 1, cause: { outcome: "timeout", reason: "late" } },
    exited(1),
    TWICE,
    { phase: { name: "retrying", attempt: 1, delayMs: 10, reason: "late" }, effects: ["commit", "arm_retry"] },
  ],
  [
    "a cancel is not retried",
    { name: "stopping", attempt: 1, cause: { outcome: "cancelled", reason: "asked" } },
    exited(1),
    TWICE,
    { phase: { name: "ended", outcome: "cancelled", reason: "asked" }, effects: ["finish"] },
  ],
  ["a cancel while it waits ends it", { name: "retrying", attempt: 1, delayMs: 10, reason: null }, cancel, TWICE, {
    phase: { name: "ended", outcome: "cancelled", reason: "asked" },
    effects: ["finish"],
  }],
  [
    "a command that cannot be run is not retried",
    running,
    { type: "refused", reason: "no file", mayPass: false },
    TWICE,
    {
      phase: { name: "ended", outcome: "failed", reason: "no file" },
      effects: ["finish"],
    },
  ],
  [
    "a shortage is waited for, also without retries",
    running,
    { type: "refused", reason: "full", mayPass: true },
    PLAIN,
    {
      phase: { name: "retrying", attempt: 1, delayMs: 2000, reason: "full" },
      effects: ["commit", "arm_retry"],
    },
  ],
  [
    "a late timeout changes nothing",
    { name: "retrying", attempt: 1, delayMs: 10, reason: null },
    {
      type: "timed_out",
      reason: "late",
    },
    TWICE,
    { phase: { name: "retrying", attempt: 1, delayMs: 10, reason: null }, effects: [] },
  ],
];

for (const [name, phase, event, policy, expected] of CASES) {
  Deno.test(`attempts: ${name}`, () => assert.deepEqual(stepPhase(phase, event, policy), expected));
}

Deno.test("attempts: an ended run hears nothing any more", () => {
  const ended: Phase = { name: "ended", outcome: "ok", reason: null };
  for (const event of [cancel, exited(1), { type: "committed" }, { type: "retry_due" }] as const) {
    assert.deepEqual(stepPhase(ended, event, TWICE), { phase: ended, effects: [] });
  }
});
