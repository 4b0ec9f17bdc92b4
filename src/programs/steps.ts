import type { Notice } from "./events.ts";
import { afterExit, afterFailure, afterStable, type Decision } from "./restart_policy.ts";
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
  | { readonly do: "record"; readonly life: Life }
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
export function launch(input: Input): Step {
  return spawnNext({ ...afterStable(input.history) }, []);
}

function spawnNext(history: History, after: readonly Effect[]): Step {
  const generation = history.generation + 1;
  return {
    state: { kind: "launching", generation },
    history: { ...history, generation },
    effects: [{ do: "spawn", generation }, ...after],
  };
}

/** Backoff is over. The failures before it still count. */
export function retry(input: Input<"backoff">): Step {
  return spawnNext({ ...input.history, restarts: input.history.restarts + 1 }, []);
}

export function begin(input: Input<"launching", "spawned">): Step {
  const { life } = input.event;
  return {
    state: { kind: "starting", life, readyAt: life.startedMono + READY_AFTER },
    history: input.history,
    effects: [{ do: "record", life }, tell({ kind: "started", pid: life.pid, generation: life.generation })],
  };
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

export function adopt(input: Input<"stopped", "adopted">): Step {
  const { life, restarts } = input.event;
  const history = { ...input.history, generation: life.generation, restarts };
  const readyAt = life.startedMono + READY_AFTER;
  const effects: Effect[] = [
    { do: "record", life },
    tell({ kind: "adopted", pid: life.pid, generation: life.generation }),
  ];
  if (input.moment.mono < readyAt) return { state: { kind: "starting", life, readyAt }, history, effects };
  const stableAt = readyAt + input.policy.stableAfter;
  const stable = input.moment.mono >= stableAt;
  return { state: { kind: "running", life, stableAt, stable }, history, effects };
}

export function becomeReady(input: Input<"starting", "deadline">): Step {
  const { life, readyAt } = input.state;
  return {
    state: { kind: "running", life, stableAt: readyAt + input.policy.stableAfter, stable: false },
    history: input.history,
    effects: [tell({ kind: "ready", pid: life.pid })],
  };
}

export function becomeStable(input: Input<"running", "deadline">): Step {
  return {
    state: { ...input.state, stable: true },
    history: afterStable(input.history),
    effects: [tell({ kind: "stable", wasCrashLoop: input.history.crashLoop })],
  };
}

/** The program ended by itself. The spawn of the next life comes before anything is written. */
export function end(input: Input<"starting" | "running", "exited">): Step {
  const { state, event, moment } = input;
  const wasStable = state.kind === "running" && moment.mono >= state.stableAt;
  const history: History = { ...input.history, exit: { how: event.exit, at: moment.wall } };
  const decision = afterExit(event.exit, { ...input, history, wasStable });
  const clear: Effect = { do: "clear", life: state.life };
  const ended = tell({
    kind: "ended",
    pid: state.life.pid,
    exit: event.exit,
    uptimeMs: moment.mono - state.life.startedMono,
    expected: decision.next === "exited",
  });
  const reason = exitText(event.exit);
  switch (decision.next) {
    case "exited":
      return { state: { kind: "exited", reason }, history, effects: [clear, ended, { do: "rest" }] };
    case "failed":
      return fail(history, decision.reason, [clear, ended]);
    case "at once": {
      const retrying = tell({ kind: "retrying", inMs: 0, retryAt: moment.wall, reason });
      const next = spawnNext({ ...decision.history, restarts: history.restarts + 1 }, [ended, retrying]);
      return { ...next, effects: [clear, ...next.effects] };
    }
    case "backoff":
      return backOff(decision, { ...input, reason, first: [clear, ended] });
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
  return {
    state: { kind: "stopping", life, killAt: input.moment.mono + timeoutMs, kills: 0, then: afterOf(input.event) },
    history: input.history,
    effects: [{ do: "terminate", life, signal }, tell({ kind: "stopping", pid: life.pid, signal, timeoutMs })],
  };
}

function patience(input: Input<StateKind, "stop" | "restart">): number {
  const asked = input.event.type === "stop" ? input.event.timeoutMs : undefined;
  return Math.max(0, Math.min(input.policy.stopTimeout, asked ?? Infinity));
}

function afterOf(event: Extract<Event, { type: "start" | "stop" | "restart" }>): After {
  return event.type === "stop" ? "stopped" : "start";
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
export function sweepOnly(input: Input<"backoff" | "exited" | "failed", "stop">): Step {
  const { generation } = input.history;
  return {
    state: { kind: "sweeping", generation, forced: false, then: afterOf(input.event) },
    history: afterStable(input.history),
    effects: [{ do: "sweep", generation, until: input.moment.mono }],
  };
}

export function finish(input: Input<"sweeping", "swept">): Step {
  const forced = input.state.forced || input.event.killed;
  const stopped = tell({ kind: "stopped", forced });
  if (input.state.then === "start") return spawnNext(afterStable(input.history), [stopped]);
  return { state: { kind: "stopped" }, history: afterStable(input.history), effects: [{ do: "rest" }, stopped] };
}
