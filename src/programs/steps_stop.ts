/** Steps on the way down: from the stop signal to the last process. */
import { afterStable, afterUnwell } from "./restart_policy.ts";
import type { After, Event, StateKind } from "./state.ts";
import { type Effect, follow, type Input, prepare, type Step, tell } from "./step.ts";

/** A process that KILL did not end yet (uninterruptible sleep) gets another one after so many milliseconds. */
const KILL_AGAIN = 1000;

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
      { do: "terminate", life, signal, cause },
      tell({ kind: "stopping", pid: life.pid, signal, timeoutMs, cause }),
    ],
  };
}

function patience(input: Input<StateKind, "stop" | "restart">): number {
  const asked = input.event.type === "stop" ? input.event.timeoutMs : undefined;
  return Math.max(0, Math.min(input.policy.stopTimeout, asked ?? Infinity));
}

/** @param before what was to come until now */
function afterOf(event: Extract<Event, { type: "start" | "stop" | "restart" }>, before?: After): After {
  if (event.type !== "stop") return { next: "start", cause: event.cause };
  if (event.remember === undefined && before?.next === "stopped" && before.remembered) return before;
  return { next: "stopped", remembered: event.remember ?? false, cause: event.cause };
}

/** @param cause who asked for the stop */
function rememberAs(cause: string): Effect {
  return { do: "remember", as: "stopped", reason: cause };
}

/** Nothing wanted it to run; from now on a person does not want it either. */
export function rememberStop({ state, history, event }: Input<"stopped", "stop">): Step {
  return { state, history, effects: event.remember ? [rememberAs(event.cause)] : [] };
}

/** Asked again while stopping: the last word counts, and the deadline only ever comes nearer. */
export function changeStop(input: Input<"stopping", "start" | "stop" | "restart">): Step {
  const { state, event, moment } = input;
  const sooner = event.type === "stop" && event.timeoutMs !== undefined && state.kills === 0
    ? Math.min(state.killAt, moment.mono + event.timeoutMs)
    : state.killAt;
  return { state: { ...state, killAt: sooner, then: afterOf(event, state.then) }, history: input.history, effects: [] };
}

export function changeSweep(input: Input<"sweeping", "start" | "stop" | "restart">): Step {
  const { state, event, moment } = input;
  const hasten: Effect[] = event.type === "stop" && event.timeoutMs !== undefined
    ? [{ do: "hasten", until: moment.mono + event.timeoutMs }]
    : [];
  return { state: { ...state, then: afterOf(event, state.then) }, history: input.history, effects: hasten };
}

/** The time to stop is over. */
export function kill(input: Input<"stopping", "deadline">): Step {
  const { state, moment } = input;
  if (input.policy.endsItself) return linger(input);
  const again = state.kills > 0;
  return {
    state: { ...state, kills: state.kills + 1, killAt: moment.mono + KILL_AGAIN },
    history: input.history,
    effects: [{ do: "kill", life: state.life }, tell({ kind: "killing", pid: state.life.pid, again })],
  };
}

function linger({ state: { life, then }, history, moment }: Input<"stopping", "deadline">): Step {
  return {
    state: { kind: "lingering", life, since: moment.wall, then },
    history,
    effects: [wishOf(then), tell({ kind: "lingering", wanted: then.next !== "stopped" })],
  };
}

/** What is wanted is so from now on, also for a daemon that comes after a kill of this one. */
function wishOf(then: After): Effect {
  return then.next === "stopped" && then.remembered ? rememberAs(then.cause) : { do: "wake" };
}

/** Asked again while it ignores its signal: the last word counts when it has returned. That another life waits is news. */
export function changeLinger(input: Input<"lingering", "start" | "stop" | "restart">): Step {
  const then = afterOf(input.event, input.state.then);
  const isNews = input.state.then.next === "stopped" && then.next !== "stopped";
  const news = isNews ? [tell({ kind: "lingering", wanted: true })] : [];
  return { state: { ...input.state, then }, history: input.history, effects: [wishOf(then), ...news] };
}

/** It has returned after all. */
export function sweepAtLast(input: Input<"lingering", "exited">): Step {
  const { state: { life: { generation }, then }, event, moment } = input;
  return {
    state: { kind: "sweeping", generation, forced: true, then },
    history: { ...input.history, exit: { how: event.exit, at: moment.wall } },
    effects: [{ do: "sweep", generation, until: moment.mono }],
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
  const stopped = tell({ kind: "stopped", forced, ...(then.next === "stopped" ? { cause: then.cause } : {}) });
  switch (then.next) {
    case "start":
      return prepare({ history: afterStable(input.history), cause: then.cause, first: [stopped] });
    case "stopped":
      return {
        state: { kind: "stopped" },
        history: afterStable(input.history),
        effects: [{ do: "rest" }, ...(then.remembered ? [rememberAs(then.cause)] : []), stopped],
      };
    case "retry":
      return follow(afterUnwell(then, input), { ...input, reason: then.reason, first: [stopped] });
  }
}
