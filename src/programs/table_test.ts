import assert from "node:assert/strict";
import { deadlineOf, type Event, type EventType, type History, type Life, NEW_HISTORY, type State } from "./state.ts";
import { type StateKind, wordOf } from "./state.ts";
import type { Effect } from "./step.ts";
import { PROGRAM_TABLE, step } from "./table.ts";

const LIFE: Life = { generation: 3, pid: 77, startTime: "9", startedAt: 5, startedMono: 0, adopted: false };
const NEW_LIFE: Life = { ...LIFE, generation: 4, pid: 78 };
const HISTORY: History = { ...NEW_HISTORY, generation: 3, restarts: 2, attempts: 1, failures: [100] };
const POLICY = {
  restart: "always",
  stopSignal: "SIGTERM",
  stopTimeout: 8000,
  stableAfter: 10_000,
  startTimeout: 4000,
} as const;
/** Late enough that every deadline has passed, but the program is not stable. */
const MOMENT = { mono: 5000, wall: 1_000_000, random: 0.5 };

const STATES: { readonly [K in StateKind]: Extract<State, { kind: K }> } = {
  stopped: { kind: "stopped" },
  waiting: { kind: "waiting", for: ["db to be ready"], cause: "a test" },
  launching: { kind: "launching", generation: 3, cause: "a test" },
  starting: { kind: "starting", life: LIFE, until: 1000, probed: false },
  running: { kind: "running", life: LIFE, stableAt: 5000, stable: false, ready: true },
  backoff: { kind: "backoff", retryAt: 4000, retryAtWall: 999_000, reason: "exit code 1" },
  stopping: {
    kind: "stopping",
    life: LIFE,
    killAt: 4000,
    kills: 0,
    then: { next: "stopped", remembered: true, cause: "a test" },
  },
  lingering: {
    kind: "lingering",
    life: LIFE,
    since: 900_000,
    then: { next: "stopped", remembered: true, cause: "a test" },
  },
  sweeping: {
    kind: "sweeping",
    generation: 3,
    forced: false,
    then: { next: "stopped", remembered: true, cause: "a test" },
  },
  exited: { kind: "exited", reason: "exit code 0" },
  failed: { kind: "failed", reason: "exit code 78" },
};

const EVENTS: { readonly [K in EventType]: Extract<Event, { type: K }> } = {
  start: { type: "start", cause: "a test" },
  stop: { type: "stop", remember: true, cause: "a test" },
  restart: { type: "restart", cause: "a test" },
  reset: { type: "reset", cause: "a test" },
  dependencies: { type: "dependencies", missing: [] },
  spawned: { type: "spawned", generation: 3, life: NEW_LIFE },
  spawn_failed: { type: "spawn_failed", generation: 3, trouble: { message: "EMFILE", shortage: true } },
  adopted: { type: "adopted", life: LIFE, restarts: 7, wasReady: false },
  ended_before: { type: "ended_before", reason: "exit code 0", restarts: 7, exit: undefined },
  ready: { type: "ready", generation: 3, ok: false, why: "503" },
  extend: { type: "extend", generation: 3, ms: 9000 },
  unwell: { type: "unwell", generation: 3, reason: "too much memory" },
  exited: { type: "exited", generation: 3, exit: { code: 1 } },
  swept: { type: "swept", generation: 3, killed: false },
  deadline: { type: "deadline" },
};

const LAUNCH = "waiting: wake ask";
const SWEEP = "sweeping: sweep";
const STOP = "stopping: unprobe terminate stopping";
const UNWELL = "stopping: unprobe unwell terminate stopping";

/** Next state and effects; a cell that is not here leaves everything as it is. */
const EXPECTED: { readonly [K in StateKind]: { readonly [E in EventType]?: string } } = {
  stopped: {
    start: LAUNCH,
    stop: "stopped: remember",
    restart: LAUNCH,
    reset: "stopped:",
    spawned: "stopped: kill",
    adopted: "running: record adopted probe watch",
    ended_before: "exited:",
  },
  waiting: { stop: SWEEP, reset: "waiting:", dependencies: "launching: spawn", spawned: "waiting: kill" },
  launching: { spawned: "starting: record started probe", spawn_failed: "backoff: retrying" },
  starting: {
    stop: STOP,
    restart: STOP,
    reset: "starting:",
    spawned: "starting: kill",
    ready: "starting:",
    extend: "starting:",
    unwell: UNWELL,
    exited: "backoff: unprobe clear ended retrying",
    deadline: "running: ready watch",
  },
  running: {
    stop: STOP,
    restart: STOP,
    reset: "running:",
    spawned: "running: kill",
    ready: "running: unready",
    unwell: UNWELL,
    exited: "waiting: unprobe clear ended retrying ask",
    deadline: "running: stable",
  },
  backoff: {
    start: LAUNCH,
    stop: SWEEP,
    restart: LAUNCH,
    reset: LAUNCH,
    spawned: "backoff: kill",
    deadline: "waiting: ask",
  },
  stopping: {
    start: "stopping:",
    stop: "stopping:",
    restart: "stopping:",
    spawned: "stopping: kill",
    exited: SWEEP,
    deadline: "stopping: kill killing",
  },
  lingering: {
    start: "lingering: wake lingering",
    stop: "lingering: remember",
    restart: "lingering: wake lingering",
    spawned: "lingering: kill",
    exited: SWEEP,
  },
  sweeping: {
    start: "sweeping:",
    stop: "sweeping:",
    restart: "sweeping:",
    spawned: "sweeping: kill",
    swept: "stopped: rest remember stopped",
  },
  exited: { start: LAUNCH, stop: SWEEP, restart: LAUNCH, reset: "exited:", spawned: "exited: kill" },
  failed: { start: LAUNCH, stop: SWEEP, restart: LAUNCH, reset: LAUNCH, spawned: "failed: kill" },
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
      } else assert.equal(found, expected, `${kind} × ${type}`);
    }
  });
}

Deno.test("the word of a former life is ignored", () => {
  for (const kind of ["starting", "running", "stopping", "lingering", "sweeping", "launching"] as const) {
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
  for (const kind of ["stopped", "launching", "lingering", "sweeping", "exited", "failed"] as const) {
    assert.equal(deadlineOf(STATES[kind]), undefined);
  }
  assert.equal(deadlineOf({ ...STATES.running, stable: true }), undefined);
});

Deno.test("users see seven words", () => {
  const words = new Set(Object.values(STATES).map(wordOf));
  assert.deepEqual([...words], ["stopped", "starting", "running", "backoff", "stopping", "exited", "failed"]);
});

Deno.test("a life is numbered one higher than the last, and automatic starts are counted", () => {
  const crashed = run(run(STATES.running, EVENTS.exited).state, EVENTS.dependencies);
  assert.equal(crashed.history.generation, 4);
  assert.equal(run(STATES.running, EVENTS.exited).history.restarts, 3);
  const asked = run(run(STATES.stopped, EVENTS.start).state, EVENTS.dependencies);
  assert.deepEqual([asked.history.generation, asked.history.restarts], [4, 2]);
  assert.equal(run(STATES.backoff, EVENTS.deadline).history.restarts, 3);
});

Deno.test("a restart asked for during a stop starts the program afterwards, and the other way round", () => {
  const both = run(run(STATES.stopping, EVENTS.restart).state, EVENTS.exited);
  assert.equal(run(both.state, EVENTS.swept).state.kind, "waiting");
  const taken = run(run(both.state, EVENTS.stop).state, EVENTS.swept);
  assert.equal(taken.state.kind, "stopped");
});

Deno.test("a stop with less time brings the kill nearer, never farther", () => {
  const at = (timeoutMs: number) =>
    deadlineOf(run(STATES.stopping, { type: "stop", timeoutMs, cause: "a test" }, { moment: { mono: 1000 } }).state);
  assert.equal(at(500), 1500);
  assert.equal(at(60_000), 4000);
  assert.equal(
    deadlineOf(run(STATES.running, { type: "stop", timeoutMs: 100, cause: "a test" }).state),
    MOMENT.mono + 100,
  );
  assert.equal(
    deadlineOf(run(STATES.running, { type: "stop", timeoutMs: 99_000, cause: "a test" }).state),
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
  assert.deepEqual(notice, { do: "tell", notice: { kind: "stopped", forced: true, cause: "a test" } });
});

Deno.test("an adopted program is as far as its age says", () => {
  const adopt = (mono: number) => run(STATES.stopped, EVENTS.adopted, { moment: { mono } });
  assert.equal(adopt(999).state.kind, "starting");
  assert.deepEqual(adopt(1000).state, { kind: "running", life: LIFE, stableAt: 11_000, stable: false, ready: true });
  assert.deepEqual(adopt(11_000).state, { kind: "running", life: LIFE, stableAt: 11_000, stable: true, ready: true });
  assert.deepEqual([adopt(1).history.generation, adopt(1).history.restarts], [3, 7]);
});

Deno.test("a missing command fails at once, a shortage of the host is retried", () => {
  const fail = (shortage: boolean) =>
    run(STATES.launching, { ...EVENTS.spawn_failed, trouble: { message: "why", shortage } }).state;
  assert.deepEqual(fail(false), { kind: "failed", reason: "why" });
  assert.equal(fail(true).kind, "backoff");
});

const PROBED = { ...STATES.starting, until: 4000, probed: true };

Deno.test("a readiness probe gates the start, and its patience ends in a retry", () => {
  assert.equal(run(PROBED, EVENTS.ready).state, PROBED);
  const ready = run(PROBED, { ...EVENTS.ready, ok: true });
  assert.equal(ready.state.kind, "running");
  assert.deepEqual(ready.effects.map(nameOf), ["ready", "record", "watch"]);
  const late = run(PROBED, EVENTS.deadline);
  assert.equal(late.state.kind, "stopping");
  const after = run(run(late.state, EVENTS.exited).state, EVENTS.swept);
  assert.equal(after.state.kind, "backoff");
  assert.match((after.state as { reason: string }).reason, /not ready within 4 ?s/);
});

Deno.test("a start that asks for more time gets it, without a probe there is nothing to extend", () => {
  assert.equal(deadlineOf(run(PROBED, EVENTS.extend).state), MOMENT.mono + 9000);
  assert.equal(deadlineOf(run(PROBED, { ...EVENTS.extend, ms: 1 }).state), MOMENT.mono + 1);
  assert.equal(deadlineOf(run(STATES.starting, EVENTS.extend).state), 1000);
});

Deno.test("a program that was seen ready is adopted as ready, another one is probed again", () => {
  const adopt = (wasReady: boolean) =>
    run(STATES.stopped, { ...EVENTS.adopted, wasReady }, { policy: { ready: {} } }).state;
  assert.equal(adopt(true).kind, "running");
  assert.deepEqual(adopt(false), { ...PROBED, until: MOMENT.mono + POLICY.startTimeout });
});

Deno.test("a program that is unwell fails for good when it is never to be restarted, and starts at once when it was stable", () => {
  const sick = run(STATES.running, EVENTS.unwell, { moment: { mono: 4999 } });
  const end = (policy: object, state = sick.state) =>
    run(run(state, EVENTS.exited).state, EVENTS.swept, { policy }).state;
  assert.equal(end({ restart: "never" }).kind, "failed");
  assert.equal(end({ restart: "on-failure" }).kind, "backoff");
  assert.equal(end({}, run(STATES.running, EVENTS.unwell, { moment: { mono: 5000 } }).state).kind, "waiting");
});

Deno.test("what nothing can end but itself lingers, and what was wanted last follows when it has ended", () => {
  const late = { policy: { endsItself: true }, moment: { mono: 99_000 } };
  const linger = (event: Event) => run(run(STATES.running, event).state, EVENTS.deadline, late);
  const after = (state: State) => run(run(state, EVENTS.exited).state, EVENTS.swept).state.kind;
  const first = linger(EVENTS.restart);
  assert.deepEqual([first.state.kind, first.effects.map(nameOf)], ["lingering", ["wake", "lingering"]]);
  assert.deepEqual(linger(EVENTS.stop).effects.map(nameOf), ["remember", "lingering"]);
  const sick = run(STATES.running, EVENTS.unwell, { moment: { mono: 4999 } }).state;
  assert.equal(after(run(sick, EVENTS.deadline, late).state), "backoff");
  const stopped = run(first.state, EVENTS.stop).state;
  assert.deepEqual([first.state, stopped, run(stopped, EVENTS.start).state].map(after), [
    ...["waiting", "stopped", "waiting"],
  ]);
});

Deno.test("the next daemon is to know of a stop that a person wants, whatever else wants one; not of others", () => {
  const remembers = (...events: Event[]) => {
    const stopping = events.reduce((state: State, event) => run(state, event).state, STATES.running);
    const { effects } = run(run(stopping, EVENTS.exited).state, EVENTS.swept);
    return effects.map(nameOf).includes("remember");
  };
  const halt: Event = { type: "stop", cause: "a policy" };
  const gone: Event = { ...halt, remember: false };
  assert.deepEqual([[EVENTS.stop], [halt], [EVENTS.stop, halt], [halt, EVENTS.stop]].map((all) => remembers(...all)), [
    ...[true, false, true, true],
  ]);
  assert.deepEqual([remembers(EVENTS.stop, gone), remembers(EVENTS.stop, EVENTS.start, halt)], [false, false]);
  assert.deepEqual(run(STATES.stopped, halt).effects, []);
});

Deno.test("a stop says who wants it, also when nothing ran; what a person wants is remembered under that one's name", () => {
  const tell = (first: State, ...events: Event[]) => {
    const last = events.reduce((state: State, event) => run(state, event).state, first);
    const { effects } = run(last.kind === "stopping" ? run(last, EVENTS.exited).state : last, EVENTS.swept);
    const told = effects.filter((one) => one.do === "remember" || one.do === "tell");
    return told.map((one) => one.do === "remember" ? one.reason : one.notice);
  };
  const byPerson: Event = { type: "stop", cause: "a person", remember: true };
  const byPolicy: Event = { type: "stop", cause: "a policy" };
  const stopped = (cause: string) => ({ kind: "stopped", forced: false, cause });
  assert.deepEqual(tell(STATES.backoff, byPolicy), [stopped("a policy")]);
  assert.deepEqual(tell(STATES.backoff, byPerson), ["a person", stopped("a person")]);
  assert.deepEqual(tell(STATES.running, byPerson, byPolicy), ["a person", stopped("a person")]);
  assert.deepEqual(tell(STATES.running, byPolicy, byPerson), ["a person", stopped("a person")]);
  assert.deepEqual(tell(STATES.running, EVENTS.restart), [{ kind: "stopped", forced: false }]);
});

Deno.test("what is missing is told once", () => {
  const blocked = run(STATES.waiting, { ...EVENTS.dependencies, missing: ["db to be ready"] });
  assert.deepEqual(blocked.effects, []);
  const first = run({ ...STATES.waiting, for: [] }, { ...EVENTS.dependencies, missing: ["cache to be ready"] });
  assert.deepEqual(first.effects.map(nameOf), ["waiting"]);
  const other = run(STATES.waiting, { ...EVENTS.dependencies, missing: ["db to be ready (it is in backoff)"] });
  assert.deepEqual([other.effects, "for" in other.state && other.state.for.length], [[], 1]);
});
