import assert from "node:assert/strict";
import { deadlineOf, type Event, type EventType, type History, type Life, NEW_HISTORY, type State } from "./state.ts";
import { type StateKind, wordOf } from "./state.ts";
import type { Effect } from "./steps.ts";
import { PROGRAM_TABLE, step } from "./table.ts";

const LIFE: Life = { generation: 3, pid: 77, startTime: "9", startedAt: 5, startedMono: 0, adopted: false };
const NEW_LIFE: Life = { ...LIFE, generation: 4, pid: 78 };
const HISTORY: History = { ...NEW_HISTORY, generation: 3, restarts: 2, attempts: 1, failures: [100] };
const POLICY = { restart: "always", stopSignal: "SIGTERM", stopTimeout: 8000, stableAfter: 10_000 } as const;
/** Late enough that every deadline has passed, but the program is not stable. */
const MOMENT = { mono: 5000, wall: 1_000_000, random: 0.5 };

const STATES: { readonly [K in StateKind]: Extract<State, { kind: K }> } = {
  stopped: { kind: "stopped" },
  launching: { kind: "launching", generation: 3 },
  starting: { kind: "starting", life: LIFE, readyAt: 1000 },
  running: { kind: "running", life: LIFE, stableAt: 5000, stable: false },
  backoff: { kind: "backoff", retryAt: 4000, retryAtWall: 999_000, reason: "exit code 1" },
  stopping: { kind: "stopping", life: LIFE, killAt: 4000, kills: 0, then: "stopped" },
  sweeping: { kind: "sweeping", generation: 3, forced: false, then: "stopped" },
  exited: { kind: "exited", reason: "exit code 0" },
  failed: { kind: "failed", reason: "exit code 78" },
};

const EVENTS: { readonly [K in EventType]: Extract<Event, { type: K }> } = {
  start: { type: "start" },
  stop: { type: "stop" },
  restart: { type: "restart" },
  spawned: { type: "spawned", generation: 3, life: NEW_LIFE },
  spawn_failed: { type: "spawn_failed", generation: 3, trouble: { message: "EMFILE", shortage: true } },
  adopted: { type: "adopted", life: LIFE, restarts: 7 },
  exited: { type: "exited", generation: 3, exit: { code: 1 } },
  swept: { type: "swept", generation: 3, killed: false },
  deadline: { type: "deadline" },
};

const LAUNCH = "launching: spawn";
const SWEEP = "sweeping: sweep";

/** Next state and effects; a cell that is not here leaves everything as it is. */
const EXPECTED: { readonly [K in StateKind]: { readonly [E in EventType]?: string } } = {
  stopped: { start: LAUNCH, restart: LAUNCH, spawned: "stopped: kill", adopted: "starting-or-running" },
  launching: { spawned: "starting: record started", spawn_failed: "backoff: retrying" },
  starting: {
    stop: "stopping: terminate stopping",
    restart: "stopping: terminate stopping",
    spawned: "starting: kill",
    exited: "backoff: clear ended retrying",
    deadline: "running: ready",
  },
  running: {
    stop: "stopping: terminate stopping",
    restart: "stopping: terminate stopping",
    spawned: "running: kill",
    exited: "launching: clear spawn ended retrying",
    deadline: "running: stable",
  },
  backoff: { start: LAUNCH, stop: SWEEP, restart: LAUNCH, spawned: "backoff: kill", deadline: LAUNCH },
  stopping: {
    start: "stopping:",
    stop: "stopping:",
    restart: "stopping:",
    spawned: "stopping: kill",
    exited: SWEEP,
    deadline: "stopping: kill killing",
  },
  sweeping: {
    start: "sweeping:",
    stop: "sweeping:",
    restart: "sweeping:",
    spawned: "sweeping: kill",
    swept: "stopped: rest stopped",
  },
  exited: { start: LAUNCH, stop: SWEEP, restart: LAUNCH, spawned: "exited: kill" },
  failed: { start: LAUNCH, stop: SWEEP, restart: LAUNCH, spawned: "failed: kill" },
};

function nameOf(effect: Effect): string {
  return effect.do === "tell" ? effect.notice.kind : effect.do;
}

function run(state: State, event: Event, more: { history?: History; policy?: object; moment?: object } = {}) {
  return step({
    state,
    event,
    history: more.history ?? HISTORY,
    policy: { ...POLICY, ...more.policy },
    moment: { ...MOMENT, ...more.moment },
  });
}

for (const kind of Object.keys(STATES) as StateKind[]) {
  Deno.test(`table: ${kind} × every event`, () => {
    for (const type of Object.keys(EVENTS) as EventType[]) {
      const expected = EXPECTED[kind][type];
      const result = run(STATES[kind], EVENTS[type]);
      const found = `${result.state.kind}: ${result.effects.map(nameOf).join(" ")}`.trim();
      if (expected === undefined) {
        assert.equal(PROGRAM_TABLE[kind][type], "ignore", `${kind} × ${type} is not tested`);
        assert.deepEqual(result, { state: STATES[kind], history: HISTORY, effects: [] });
      } else if (expected === "starting-or-running") assert.equal(found, "running: record adopted");
      else assert.equal(found, expected, `${kind} × ${type}`);
    }
  });
}

Deno.test("the word of a former life is ignored", () => {
  for (const kind of ["starting", "running", "stopping", "sweeping", "launching"] as const) {
    for (const type of ["exited", "swept", "spawn_failed"] as const) {
      const result = run(STATES[kind], { ...EVENTS[type], generation: 2 } as Event);
      assert.deepEqual(result, { state: STATES[kind], history: HISTORY, effects: [] }, `${kind} × ${type}`);
    }
  }
});

Deno.test("a timer that goes off before its time is ignored", () => {
  for (const kind of ["starting", "running", "stopping", "backoff"] as const) {
    const early = run(STATES[kind], EVENTS.deadline, { moment: { mono: (deadlineOf(STATES[kind]) ?? 0) - 1 } });
    assert.equal(early.state, STATES[kind], kind);
    assert.deepEqual(early.effects, []);
  }
});

Deno.test("states without a deadline have no timer", () => {
  for (const kind of ["stopped", "launching", "sweeping", "exited", "failed"] as const) {
    assert.equal(deadlineOf(STATES[kind]), undefined);
  }
  assert.equal(deadlineOf({ ...STATES.running, stable: true }), undefined);
});

Deno.test("users see seven words", () => {
  const words = new Set(Object.values(STATES).map(wordOf));
  assert.deepEqual([...words], ["stopped", "starting", "running", "backoff", "stopping", "exited", "failed"]);
});

Deno.test("a life is numbered one higher than the last, and automatic starts are counted", () => {
  const crashed = run(STATES.running, EVENTS.exited);
  assert.deepEqual([crashed.history.generation, crashed.history.restarts], [4, 3]);
  const asked = run(STATES.stopped, EVENTS.start);
  assert.deepEqual([asked.history.generation, asked.history.restarts], [4, 2]);
  assert.equal(run(STATES.backoff, EVENTS.deadline).history.restarts, 3);
});

Deno.test("a restart asked for during a stop starts the program afterwards, and the other way round", () => {
  const both = run(run(STATES.stopping, EVENTS.restart).state, EVENTS.exited);
  assert.equal(run(both.state, EVENTS.swept).state.kind, "launching");
  const taken = run(run(both.state, EVENTS.stop).state, EVENTS.swept);
  assert.equal(taken.state.kind, "stopped");
});

Deno.test("a stop with less time brings the kill nearer, never farther", () => {
  const at = (timeoutMs: number) =>
    deadlineOf(run(STATES.stopping, { type: "stop", timeoutMs }, { moment: { mono: 1000 } }).state);
  assert.equal(at(500), 1500);
  assert.equal(at(60_000), 4000);
  assert.equal(deadlineOf(run(STATES.running, { type: "stop", timeoutMs: 100 }).state), MOMENT.mono + 100);
  assert.equal(
    deadlineOf(run(STATES.running, { type: "stop", timeoutMs: 99_000 }).state),
    MOMENT.mono + POLICY.stopTimeout,
  );
});

Deno.test("KILL is repeated every second and the stop counts as forced", () => {
  const first = run(STATES.stopping, EVENTS.deadline);
  assert.equal(deadlineOf(first.state), MOMENT.mono + 1000);
  const second = run(first.state, EVENTS.deadline, { moment: { mono: MOMENT.mono + 1000 } });
  assert.deepEqual(second.effects.map(nameOf), ["kill", "killing"]);
  const swept = run(run(second.state, EVENTS.exited).state, EVENTS.swept);
  const notice = swept.effects.at(-1);
  assert.deepEqual(notice, { do: "tell", notice: { kind: "stopped", forced: true } });
});

Deno.test("an adopted program is as far as its age says", () => {
  const adopt = (mono: number) => run(STATES.stopped, EVENTS.adopted, { moment: { mono } });
  assert.equal(adopt(999).state.kind, "starting");
  assert.deepEqual(adopt(1000).state, { kind: "running", life: LIFE, stableAt: 11_000, stable: false });
  assert.deepEqual(adopt(11_000).state, { kind: "running", life: LIFE, stableAt: 11_000, stable: true });
  assert.deepEqual([adopt(1).history.generation, adopt(1).history.restarts], [3, 7]);
});

Deno.test("a missing command fails at once, a shortage of the host is retried", () => {
  const fail = (shortage: boolean) =>
    run(STATES.launching, { ...EVENTS.spawn_failed, trouble: { message: "why", shortage } }).state;
  assert.deepEqual(fail(false), { kind: "failed", reason: "why" });
  assert.equal(fail(true).kind, "backoff");
});
