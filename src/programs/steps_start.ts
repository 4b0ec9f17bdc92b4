/** Steps on the way up: from the wish to readiness. */
import { humanDuration } from "../base/duration.ts";
import { afterFailure, afterStable } from "./restart_policy.ts";
import type { Life, State, StateKind } from "./state.ts";
import { backOff, type Effect, fail, type Input, prepare, type Step, tell } from "./step.ts";
import { treat } from "./steps_run.ts";

/** Without a probe a program is ready when it has been alive for so many milliseconds. */
export const READY_AFTER = 1000;

/** A start that somebody asked for: past failures are forgiven. */
export function launch(input: Input<StateKind, "start" | "restart" | "reset">): Step {
  return prepare({ history: afterStable(input.history), cause: input.event.cause, first: [{ do: "wake" }] });
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

/** It has done what it had to do, under an earlier daemon; it is not for this one to have it done again. */
export function recall(input: Input<"stopped", "ended_before">): Step {
  const { reason, restarts, exit } = input.event;
  return { state: { kind: "exited", reason }, history: { ...input.history, restarts, exit }, effects: [] };
}

/** The first second is over, or with a probe the patience. */
export function deadlineOfStart(input: Input<"starting", "deadline">): Step {
  const { state, history, policy, moment } = input;
  if (!state.probed) return becomeReady(input, state.until);
  const said = policy.said ? `: ${policy.said}` : "";
  const reason = `not ready within ${humanDuration(policy.startTimeout)}${said}`;
  return treat({ state, history, policy, moment, reason, wasStable: false });
}

/** A program that is probed, and says that it needs more time. */
export function extend(input: Input<"starting", "extend">): Step {
  const { state, event, history, moment } = input;
  const until = state.probed ? Math.max(state.until, moment.mono + event.ms) : state.until;
  return { state: { ...state, until }, history, effects: [] };
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
