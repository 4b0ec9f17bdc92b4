import type { Notice } from "./events.ts";
import type { Decision } from "./restart_policy.ts";
import type { Event, EventType, History, Life, Moment, Policy, State, StateKind } from "./state.ts";

/** What a step asks its surroundings to do, in this order. */
export type Effect =
  | { readonly do: "spawn"; readonly generation: number }
  /** The stop signal, then CONT, to the process group; a task is asked to end, and told why. */
  | { readonly do: "terminate"; readonly life: Life; readonly signal: Deno.Signal; readonly cause: string }
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
  /** Nothing runs: close the FIFO, forget the life. */
  | { readonly do: "rest" }
  /** It does not run, or would not without this daemon, and the next one is to leave it so. */
  | { readonly do: "remember"; readonly as: "stopped" | "exited"; readonly reason: string }
  /** The next daemon is to start it: that it rested counts no more, though it may have to wait. */
  | { readonly do: "wake" }
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

export const tell = (notice: Notice): Effect => ({ do: "tell", notice });

/** What the next life begins with: the look at its dependencies. */
export function prepare(next: { history: History; cause: string; first: readonly Effect[] }): Step {
  const { history, cause, first } = next;
  return { state: { kind: "waiting", for: [], cause }, history, effects: [...first, { do: "ask" }] };
}

/** What a decision about a life that has ended leads to. */
export function follow(
  decision: Decision,
  past: { history: History; moment: Moment; reason: string; first: readonly Effect[] },
): Step {
  const { history, moment, reason, first } = past;
  switch (decision.next) {
    case "exited":
      return {
        state: { kind: "exited", reason },
        history,
        effects: [...first, { do: "rest" }, { do: "remember", as: "exited", reason }],
      };
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

export function fail(history: History, reason: string, first: readonly Effect[]): Step {
  return {
    state: { kind: "failed", reason },
    history,
    effects: [...first, { do: "rest" }, tell({ kind: "failed", reason })],
  };
}

export function backOff(decision: Decision, more: { moment: Moment; reason: string; first: readonly Effect[] }): Step {
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
