import type { Notice } from "./events.ts";
import { humanDuration } from "../base/duration.ts";
import { afterExit, afterFailure, afterStable, afterUnwell, type Decision } from "./restart_policy.ts";
import { exitText } from "./program_spec.ts";
import {
  type After,
  type Event,
  type EventType,
  type History,
  type Life,
  type Moment,
  type Policy,
  type State,
  type StateKind,
} from "./state.ts";

/** What a step asks its surroundings to do, in this order. */
export type Effect =
  | { readonly do: "spawn"; readonly generation: number }
  /** The stop signal, then CONT, to the process group. */
  | { readonly do: "terminate"; readonly life: Life; readonly signal: Deno.Signal }
  /** KILL to the process group. */
  | { readonly do: "kill"; readonly life: Life }
  /** KILL to what is left of a group whose leader has died. */
  | { readonly do: "clear"; readonly life: Life }
  /** End everything that the program left behind; answered by `swept`. The group has until `until` (monotonic ms). */
  | { readonly do: "sweep"; readonly generation: number; readonly life?: Life; readonly until: number }
  /** A sweep under way has less time. */
  | { readonly do: "hasten"; readonly until: number }
  /** Remember the life for the next daemon. */
  | { readonly do: "record"; readonly life: Life; readonly ready: boolean }
  /** Look for the dependencies; answered by `dependencies` before anything else. */
  | { readonly do: "ask" }
  /** Begin to probe for readiness, then for liveness too; end both. */
  | { readonly do: "probe"; readonly life: Life }
  | { readonly do: "watch" }
  | { readonly do: "unprobe" }
  /** Nothing runs: close the FIFO, forget the record. */
  | { readonly do: "rest" }
  | { readonly do: "tell"; readonly notice: Notice };

export interface Step {
  readonly state: State;
  readonly history: History;
  readonly effects: readonly Effect[];
}

/** What a step is computed from. */
interface Narrowed<S extends State, E extends Event> {
  readonly state: S;
  readonly event: E;
  readonly history: History;
  readonly policy: Policy;
  readonly moment: Moment;
}

/** What a step is computed from; `S` and `E` narrow it to some cells of the table. */
export type Input<S extends StateKind = StateKind, E extends EventType = EventType> = Narrowed<
  Extract<State, { kind: S }>,
  Extract<Event, { type: E }>
>;

/** Without a probe a program is ready when it has been alive for so many milliseconds. */
export const READY_AFTER = 1000;
/** A process that KILL did not end yet (uninterruptible sleep) gets another one after so many milliseconds. */
const KILL_AGAIN = 1000;

const tell = (notice: Notice): Effect => ({ do: "tell", notice });

/** A start that somebody asked for: past failures are forgiven. */
export function launch(input: Input<StateKind, "start" | "restart" | "reset">): Step {
  return prepare({ history: afterStable(input.history), cause: input.event.cause, first: [] });
}

/** What the next life begins with: the look at its dependencies. */
function prepare(next: { history: History; cause: string; first: readonly Effect[] }): Step {
  const { history, cause, first } = next;
  return { state: { kind: "waiting", for: [], cause }, history, effects: [...first, { do: "ask" }] };
}

/** The word of the dependencies. */
export function heed(input: Input<"waiting", "dependencies">): Step {
  const { state, event, history } = input;
  const { missing } = event;
  if (missing.length > 0) {
    if (missing.join() === state.for.join()) return { state, history, effects: [] };
    const news = state.for.length > 0 ? [] : [tell({ kind: "waiting", for: missing })]; // Told once; status has the rest.
    return { state: { ...state, for: missing }, history, effects: news };
  }
  const generation = history.generation + 1;
  return {
    state: { kind: "launching", generation, cause: state.cause },
    history: { ...history, generation },
    effects: [{ do: "spawn", generation }],
  };
}

/** Backoff is over. The failures before it still count. */
export function retry(input: Input<"backoff">): Step {
  const history = { ...input.history, restarts: input.history.restarts + 1 };
  return prepare({ history, cause: `the retry after: ${input.state.reason}`, first: [] });
}

export function begin(input: Input<"launching", "spawned">): Step {
  const { life } = input.event;
  const { pid, generation } = life;
  return {
    state: starting(life, input),
    history: input.history,
    effects: [
      { do: "record", life, ready: false },
      tell({ kind: "started", pid, generation, cause: input.state.cause }),
      { do: "probe", life },
    ],
  };
}

function starting(
  life: Life,
  { policy, moment }: Pick<Input, "policy" | "moment">,
): Extract<State, { kind: "starting" }> {
  const probed = policy.ready !== undefined;
  const until = probed ? moment.mono + policy.startTimeout : life.startedMono + READY_AFTER;
  return { kind: "starting", life, until, probed };
}

/** A process that nobody wants any more. */
export function discard(input: Input<StateKind, "spawned">): Step {
  return { state: input.state, history: input.history, effects: [{ do: "kill", life: input.event.life }] };
}

export function spawnFailed(input: Input<"launching", "spawn_failed">): Step {
  const { trouble } = input.event;
  if (!trouble.shortage) return fail(input.history, trouble.message, []);
  return backOff(afterFailure(input.history, input.moment), { ...input, reason: trouble.message, first: [] });
}

/** Ready is who was seen ready, and without a probe who is old enough. The probes begin anew. */
export function adopt(input: Input<"stopped", "adopted">): Step {
  const { life, restarts, wasReady } = input.event;
  const { moment, policy } = input;
  const history = { ...input.history, generation: life.generation, restarts };
  const first = starting(life, input);
  const ready = wasReady || (!first.probed && moment.mono >= first.until);
  const effects: Effect[] = [
    { do: "record", life, ready },
    tell({ kind: "adopted", pid: life.pid, generation: life.generation }),
    { do: "probe", life },
  ];
  if (!ready) return { state: first, history, effects };
  const stableAt = life.startedMono + READY_AFTER + policy.stableAfter;
  const stable = moment.mono >= stableAt;
  return {
    state: { kind: "running", life, stableAt, stable, ready: true },
    history,
    effects: [...effects, { do: "watch" }],
  };
}

/** The first second is over, or with a probe the patience. */
export function deadlineOfStart(input: Input<"starting", "deadline">): Step {
  const { state, history, policy, moment } = input;
  if (!state.probed) return becomeReady(input, state.until);
  const reason = `not ready within ${humanDuration(policy.startTimeout)}`;
  return treat({ state, history, policy, moment, reason, wasStable: false });
}

/** The readiness probe speaks for the first time. */
export function firstReady(input: Input<"starting", "ready">): Step {
  const { state, event, history, moment } = input;
  return event.ok ? becomeReady(input, moment.mono) : { state, history, effects: [] };
}

function becomeReady(input: Pick<Input<"starting">, "state" | "history" | "policy">, since: number): Step {
  const { life } = input.state;
  return {
    state: { kind: "running", life, stableAt: since + input.policy.stableAfter, stable: false, ready: true },
    history: input.history,
    effects: [
      tell({ kind: "ready", pid: life.pid }),
      ...(input.state.probed ? [{ do: "record", life, ready: true } as const] : []), // Without a probe its age tells.
      { do: "watch" },
    ],
  };
}

/** Readiness comes and goes; it only informs those who ask. */
export function changeReady(input: Input<"running", "ready">): Step {
  const { state, event, history } = input;
  if (event.ok === state.ready) return { state, history, effects: [] };
  const { pid } = state.life;
  const news = tell(event.ok ? { kind: "ready", pid } : { kind: "unready", reason: event.why });
  return { state: { ...state, ready: event.ok }, history, effects: [news] };
}

export function becomeStable(input: Input<"running", "deadline">): Step {
  return {
    state: { ...input.state, stable: true },
    history: afterStable(input.history),
    effects: [tell({ kind: "stable", wasCrashLoop: input.history.crashLoop })],
  };
}

/** A restart may mend it: it is stopped politely, and what follows is what follows a failure. */
export function unwell(input: Input<"starting" | "running", "unwell">): Step {
  return treat({ ...input, reason: input.event.reason, wasStable: isStable(input) });
}

function isStable({ state, moment }: Pick<Input<"starting" | "running">, "state" | "moment">): boolean {
  return state.kind === "running" && moment.mono >= state.stableAt;
}

function treat(
  patient: Pick<Input<"starting" | "running">, "state" | "history" | "policy" | "moment"> & {
    readonly reason: string;
    readonly wasStable: boolean;
  },
): Step {
  const { state: { life }, history, policy, moment, reason, wasStable } = patient;
  const { stopTimeout: timeoutMs, stopSignal: signal } = policy;
  const then: After = { next: "retry", reason, wasStable };
  return {
    state: { kind: "stopping", life, killAt: moment.mono + timeoutMs, kills: 0, then },
    history,
    effects: [
      { do: "unprobe" },
      tell({ kind: "unwell", reason }),
      { do: "terminate", life, signal },
      tell({ kind: "stopping", pid: life.pid, signal, timeoutMs, cause: reason }),
    ],
  };
}

/** The program ended by itself. */
export function end(input: Input<"starting" | "running", "exited">): Step {
  const { state, event, moment } = input;
  const wasStable = isStable(input);
  const history: History = { ...input.history, exit: { how: event.exit, at: moment.wall } };
  const decision = afterExit(event.exit, { ...input, history, wasStable });
  const ended = tell({
    kind: "ended",
    pid: state.life.pid,
    exit: event.exit,
    uptimeMs: moment.mono - state.life.startedMono,
    expected: decision.next === "exited",
  });
  const first: Effect[] = [{ do: "unprobe" }, { do: "clear", life: state.life }, ended];
  return follow(decision, { history, moment, reason: exitText(event.exit), first });
}

/** What a decision about a life that has ended leads to. */
function follow(
  decision: Decision,
  past: { history: History; moment: Moment; reason: string; first: readonly Effect[] },
): Step {
  const { history, moment, reason, first } = past;
  switch (decision.next) {
    case "exited":
      return { state: { kind: "exited", reason }, history, effects: [...first, { do: "rest" }] };
    case "failed":
      return fail(history, decision.reason, first);
    case "at once": {
      const retrying = tell({ kind: "retrying", inMs: 0, retryAt: moment.wall, reason });
      const next = { ...decision.history, restarts: history.restarts + 1 };
      return prepare({ history: next, cause: `the restart after: ${reason}`, first: [...first, retrying] });
    }
    case "backoff":
      return backOff(decision, { moment, reason, first });
  }
}

function fail(history: History, reason: string, first: readonly Effect[]): Step {
  return {
    state: { kind: "failed", reason },
    history,
    effects: [...first, { do: "rest" }, tell({ kind: "failed", reason })],
  };
}

function backOff(decision: Decision, more: { moment: Moment; reason: string; first: readonly Effect[] }): Step {
  if (decision.next !== "backoff") throw new Error(`backoff was expected, not ${decision.next}`);
  const { delayMs: inMs, history, loopBegan } = decision;
  const retryAtWall = more.moment.wall + inMs;
  const alarm: Effect[] = loopBegan ? [tell({ kind: "crash_loop", failures: history.failures.length, inMs })] : [];
  return {
    state: { kind: "backoff", retryAt: more.moment.mono + inMs, retryAtWall, reason: more.reason },
    history,
    effects: [...more.first, tell({ kind: "retrying", inMs, retryAt: retryAtWall, reason: more.reason }), ...alarm],
  };
}

/** A stop or restart of a program that runs. */
export function terminate(input: Input<"starting" | "running", "stop" | "restart">): Step {
  const { life } = input.state;
  const timeoutMs = patience(input);
  const { stopSignal: signal } = input.policy;
  const { cause } = input.event;
  return {
    state: { kind: "stopping", life, killAt: input.moment.mono + timeoutMs, kills: 0, then: afterOf(input.event) },
    history: input.history,
    effects: [
      { do: "unprobe" },
      { do: "terminate", life, signal },
      tell({ kind: "stopping", pid: life.pid, signal, timeoutMs, cause }),
    ],
  };
}

function patience(input: Input<StateKind, "stop" | "restart">): number {
  const asked = input.event.type === "stop" ? input.event.timeoutMs : undefined;
  return Math.max(0, Math.min(input.policy.stopTimeout, asked ?? Infinity));
}

function afterOf(event: Extract<Event, { type: "start" | "stop" | "restart" }>): After {
  return event.type === "stop" ? { next: "stopped" } : { next: "start", cause: event.cause };
}

/** Asked again while stopping: the last word counts, and the deadline only ever comes nearer. */
export function changeStop(input: Input<"stopping", "start" | "stop" | "restart">): Step {
  const { state, event, moment } = input;
  const sooner = event.type === "stop" && event.timeoutMs !== undefined && state.kills === 0
    ? Math.min(state.killAt, moment.mono + event.timeoutMs)
    : state.killAt;
  return { state: { ...state, killAt: sooner, then: afterOf(event) }, history: input.history, effects: [] };
}

export function changeSweep(input: Input<"sweeping", "start" | "stop" | "restart">): Step {
  const { state, event, moment } = input;
  const hasten: Effect[] = event.type === "stop" && event.timeoutMs !== undefined
    ? [{ do: "hasten", until: moment.mono + event.timeoutMs }]
    : [];
  return { state: { ...state, then: afterOf(event) }, history: input.history, effects: hasten };
}

/** The time to stop is over. */
export function kill(input: Input<"stopping", "deadline">): Step {
  const { state, moment } = input;
  const again = state.kills > 0;
  return {
    state: { ...state, kills: state.kills + 1, killAt: moment.mono + KILL_AGAIN },
    history: input.history,
    effects: [{ do: "kill", life: state.life }, tell({ kind: "killing", pid: state.life.pid, again })],
  };
}

/** The main process ended as it was told; its group has what is left of the time. */
export function sweep(input: Input<"stopping", "exited">): Step {
  const { state, event, moment } = input;
  const { generation } = state.life;
  const forced = state.kills > 0;
  return {
    state: { kind: "sweeping", generation, forced, then: state.then },
    history: { ...input.history, exit: { how: event.exit, at: moment.wall } },
    effects: [{ do: "sweep", generation, life: state.life, until: forced ? moment.mono : state.killAt }],
  };
}

/** A stop of a program whose main process is not there: what it may have left behind still has to go. */
export function sweepOnly(input: Input<"waiting" | "backoff" | "exited" | "failed", "stop">): Step {
  const { generation } = input.history;
  return {
    state: { kind: "sweeping", generation, forced: false, then: afterOf(input.event) },
    history: afterStable(input.history),
    effects: [{ do: "sweep", generation, until: input.moment.mono }],
  };
}

export function finish(input: Input<"sweeping", "swept">): Step {
  const { then } = input.state;
  const forced = input.state.forced || input.event.killed;
  const stopped = tell({ kind: "stopped", forced });
  switch (then.next) {
    case "start":
      return prepare({ history: afterStable(input.history), cause: then.cause, first: [stopped] });
    case "stopped":
      return { state: { kind: "stopped" }, history: afterStable(input.history), effects: [{ do: "rest" }, stopped] };
    case "retry":
      return follow(afterUnwell(then, input), { ...input, reason: then.reason, first: [stopped] });
  }
}

/** The failures are forgotten; who runs goes on. */
export function forgive(input: Input<StateKind, "reset">): Step {
  const history: History = { ...afterStable(input.history), restarts: 0 };
  return { state: input.state, history, effects: [] };
}
