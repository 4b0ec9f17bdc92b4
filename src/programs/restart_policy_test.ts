import assert from "node:assert/strict";
import type { Exit } from "./program_spec.ts";
import { afterExit, afterFailure, HOPELESS_CODES } from "./restart_policy.ts";
import { type History, NEW_HISTORY } from "./state.ts";

const POLICY = {
  restart: "always",
  stopSignal: "SIGTERM",
  stopTimeout: 1000,
  stableAfter: 10_000,
  startTimeout: 60_000,
} as const;
const MOMENT = { mono: 1_000_000, wall: 0, random: 0.5 };

function after(exit: Exit, more: { restart?: "always" | "on-failure" | "never"; wasStable?: boolean } = {}) {
  const policy = { ...POLICY, restart: more.restart ?? "always" };
  return afterExit(exit, { history: NEW_HISTORY, policy, moment: MOMENT, wasStable: more.wasStable ?? false }).next;
}

Deno.test("what follows an exit, by policy", () => {
  assert.equal(after({ code: 1 }), "backoff");
  assert.equal(after({ code: 0 }), "backoff");
  assert.equal(after({ signal: "SIGKILL" }, { wasStable: true }), "at once");
  assert.equal(after({ code: 0 }, { restart: "on-failure" }), "exited");
  assert.equal(after({ code: 1 }, { restart: "on-failure" }), "backoff");
  assert.equal(after({ signal: "SIGSEGV" }, { restart: "on-failure" }), "backoff");
  assert.equal(after({ code: 1 }, { restart: "never" }), "exited");
  assert.equal(after({ signal: "SIGSEGV" }, { restart: "never" }), "exited");
});

Deno.test("an exit that nobody could see counts as a failure", () => {
  assert.equal(after("unknown", { restart: "on-failure" }), "backoff");
  assert.equal(after("unknown", { restart: "on-failure", wasStable: true }), "at once");
  assert.equal(after("unknown", { restart: "never" }), "exited");
});

Deno.test("codes that another start cannot mend fail at once, under any policy", () => {
  for (const code of HOPELESS_CODES) {
    for (const restart of ["always", "on-failure", "never"] as const) {
      assert.equal(after({ code }, { restart, wasStable: true }), "failed", `${code} ${restart}`);
    }
  }
});

/** Delays of failures in a row, each of them `apartMs` after the last, without jitter. */
function delays(count: number, apartMs: number): number[] {
  let history: History = NEW_HISTORY;
  return Array.from({ length: count }, (_, i) => {
    const decision = afterFailure(history, { ...MOMENT, mono: i * apartMs });
    assert.equal(decision.next, "backoff");
    history = decision.history;
    return decision.delayMs;
  });
}

Deno.test("the delay doubles from 1 s to 60 s", () => {
  assert.deepEqual(delays(9, 100_000), [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
});

Deno.test("five failures in five minutes are a crash loop, tried every 60 s", () => {
  assert.deepEqual(delays(6, 20_000), [1000, 2000, 4000, 8000, 60_000, 60_000]);
});

Deno.test("the crash loop is announced once", () => {
  let history: History = NEW_HISTORY;
  const began = Array.from({ length: 8 }, (_, i) => {
    const decision = afterFailure(history, { ...MOMENT, mono: i * 1000 });
    assert.equal(decision.next, "backoff");
    history = decision.history;
    return decision.loopBegan;
  });
  assert.deepEqual(began, [false, false, false, false, true, false, false, false]);
});

Deno.test("jitter moves the delay by a fifth at the most", () => {
  const at = (random: number) => afterFailure(NEW_HISTORY, { ...MOMENT, random });
  assert.deepEqual([0, 0.5, 0.999999].map((r) => (at(r) as { delayMs: number }).delayMs), [800, 1000, 1200]);
});

Deno.test("a stable life wipes the past out", () => {
  const history = { ...NEW_HISTORY, attempts: 7, failures: [1, 2, 3], crashLoop: true, restarts: 9, generation: 4 };
  const decision = afterExit({ code: 1 }, { history, policy: POLICY, moment: MOMENT, wasStable: true });
  assert.deepEqual(decision, {
    next: "at once",
    history: { ...NEW_HISTORY, restarts: 9, generation: 4 },
  });
});
