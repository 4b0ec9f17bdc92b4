/** Steps of a program that runs: how it fares, and how it ends by itself. */
import { endingText } from "../base/ending.ts";
import { afterExit, afterStable } from "./restart_policy.ts";
import type { After, History, StateKind } from "./state.ts";
import { type Effect, follow, type Input, type Step, tell } from "./step.ts";

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

export function treat(
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
      { do: "terminate", life, signal, cause: reason },
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
  return follow(decision, { history, moment, reason: endingText(event.exit), first });
}

/** The failures are forgotten; who runs goes on. */
export function forgive(input: Input<StateKind, "reset">): Step {
  const history: History = { ...afterStable(input.history), restarts: 0 };
  return { state: input.state, history, effects: [] };
}
