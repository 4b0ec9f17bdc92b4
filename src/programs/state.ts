import type { ProgramStateName } from "../base/program_reports.ts";
import type { Exit, Restart } from "./program_spec.ts";

/** The PID of a life that has no process: kill(2) knows no process of this number, and we never signal it. */
export const NO_PID = 0;

/** One run of a program, from spawn to exit, or of a task. */
export interface Life {
  /** Counts the lives of a program; what a former life still reports is told apart by it. */
  readonly generation: number;
  /** {@link NO_PID} of a task. */
  readonly pid: number;
  /** With `pid`, names the process for good: see ProcessIdentity. */
  readonly startTime: string;
  /** Wall time in milliseconds. */
  readonly startedAt: number;
  /** Monotonic milliseconds; may be negative for a program older than this daemon. */
  readonly startedMono: number;
  /** Begun by an earlier daemon: not our child, so nobody tells us its exit status. */
  readonly adopted: boolean;
}

/** Why a spawn failed. `shortage`: the host may allow it later; otherwise trying again cannot help. */
export interface SpawnTrouble {
  readonly message: string;
  readonly shortage: boolean;
}

/**
 * What comes after a stop: nothing, a start, or, when the program was unwell, what follows a failure. `remembered`: the next
 * daemon is not to start it either. `cause`: who wants it, of several stops the one that is to be remembered.
 */
export type After =
  | { readonly next: "stopped"; readonly remembered: boolean; readonly cause: string }
  | { readonly next: "start"; readonly cause: string }
  | { readonly next: "retry"; readonly reason: string; readonly wasStable: boolean };

/** The states; each owns its data, so a PID of a program that does not run cannot be written. Times are monotonic ms. */
export type State =
  | { readonly kind: "stopped" }
  /** It is to start as soon as its dependencies allow; `for` says what is missing. */
  | { readonly kind: "waiting"; readonly for: readonly string[]; readonly cause: string }
  /** The spawn is being made. */
  | { readonly kind: "launching"; readonly generation: number; readonly cause: string }
  /** `until`: with a readiness probe, when patience ends; without one, when it counts as ready. */
  | { readonly kind: "starting"; readonly life: Life; readonly until: number; readonly probed: boolean }
  | {
    readonly kind: "running";
    readonly life: Life;
    readonly stableAt: number;
    readonly stable: boolean;
    /** What the readiness probe says now. */
    readonly ready: boolean;
  }
  | { readonly kind: "backoff"; readonly retryAt: number; readonly retryAtWall: number; readonly reason: string }
  | {
    readonly kind: "stopping";
    readonly life: Life;
    readonly killAt: number;
    readonly kills: number;
    readonly then: After;
  }
  /**
   * Of a task that ignores its signal, and that nothing can end but itself: until it has returned, no other life begins.
   * `since`: wall time in milliseconds.
   */
  | { readonly kind: "lingering"; readonly life: Life; readonly since: number; readonly then: After }
  /** The main process is gone; what it left behind is being ended. */
  | { readonly kind: "sweeping"; readonly generation: number; readonly forced: boolean; readonly then: After }
  | { readonly kind: "exited"; readonly reason: string }
  | { readonly kind: "failed"; readonly reason: string };

export type StateKind = State["kind"];

/** What stays when states change. Times are monotonic milliseconds. */
export interface History {
  readonly generation: number;
  /** Automatic starts after an end. */
  readonly restarts: number;
  /** Failures in a row, none of which was stable: the exponent of the backoff. */
  readonly attempts: number;
  /** When the recent failures happened. */
  readonly failures: readonly number[];
  readonly crashLoop: boolean;
  /** How and when (wall) the last life ended. */
  readonly exit: { readonly how: Exit; readonly at: number } | undefined;
}

export const NEW_HISTORY: History = {
  generation: 0,
  restarts: 0,
  attempts: 0,
  failures: [],
  crashLoop: false,
  exit: undefined,
};

/** Everything that can happen to a program. `cause` says who or what wanted it: `a reload`, `the daemon's start`. */
export type Event =
  | { readonly type: "start"; readonly cause: string }
  /**
   * `timeoutMs`: less than the policy's, when a shutdown is short of time. `remember`: whether the next daemon is to know of
   * it, as it is of what a person wants; absent: as the stop before this one wanted, if one is under way.
   */
  | { readonly type: "stop"; readonly timeoutMs?: number; readonly remember?: boolean; readonly cause: string }
  | { readonly type: "restart"; readonly cause: string }
  /** The past is forgiven; what waits to be tried again, or was given up, is tried at once. */
  | { readonly type: "reset"; readonly cause: string }
  /** The dependencies that are not there yet; none: it may start. */
  | { readonly type: "dependencies"; readonly missing: readonly string[] }
  | { readonly type: "spawned"; readonly generation: number; readonly life: Life }
  | { readonly type: "spawn_failed"; readonly generation: number; readonly trouble: SpawnTrouble }
  /** `wasReady`: a daemon before us had seen it ready. */
  | { readonly type: "adopted"; readonly life: Life; readonly restarts: number; readonly wasReady: boolean }
  /** A daemon before us had seen it end as expected. */
  | {
    readonly type: "ended_before";
    readonly reason: string;
    readonly restarts: number;
    readonly exit: History["exit"];
  }
  /** The readiness probe's word. */
  | { readonly type: "ready"; readonly generation: number; readonly ok: boolean; readonly why: string }
  /** A start that takes longer says so: EXTEND_TIMEOUT_USEC of sd_notify(3). It has `ms` from now on. */
  | { readonly type: "extend"; readonly generation: number; readonly ms: number }
  /** Something that a restart may mend: a failed liveness probe, too much memory. */
  | { readonly type: "unwell"; readonly generation: number; readonly reason: string }
  | { readonly type: "exited"; readonly generation: number; readonly exit: Exit }
  | { readonly type: "swept"; readonly generation: number; readonly killed: boolean }
  /** The timer of {@link deadlineOf} went off. */
  | { readonly type: "deadline" };

export type EventType = Event["type"];

/** The part of a program's configuration that decides about its states; durations in milliseconds. */
export interface Policy {
  readonly restart: Restart;
  readonly stopSignal: Deno.Signal;
  readonly stopTimeout: number;
  readonly stableAfter: number;
  readonly startTimeout: number;
  /** Present when there is a readiness probe. */
  readonly ready?: unknown;
  /** It is a task: nothing can end it but itself. */
  readonly endsItself?: boolean;
  /** What the failing probe says, or the program of itself. */
  readonly said?: string | null;
}

/** The one place where a step gets time and chance from. */
export interface Moment {
  /** Monotonic milliseconds. */
  readonly mono: number;
  /** Wall time in milliseconds. */
  readonly wall: number;
  /** At least 0, less than 1. */
  readonly random: number;
}

const WORDS: Readonly<Record<StateKind, ProgramStateName>> = {
  stopped: "stopped",
  waiting: "starting",
  launching: "starting",
  starting: "starting",
  running: "running",
  backoff: "backoff",
  stopping: "stopping",
  lingering: "stopping",
  sweeping: "stopping",
  exited: "exited",
  failed: "failed",
};

/** The word that users see for a state. */
export function wordOf(state: State): ProgramStateName {
  return WORDS[state.kind];
}

/** Nobody wants it to run: it is stopped, or will be once it has ended. */
export function isUnwanted(state: State): boolean {
  return state.kind === "stopped" || ("then" in state && state.then.next === "stopped");
}

/** The life that a state owns. */
export function lifeOf(state: State): Life | undefined {
  return "life" in state ? state.life : undefined;
}

/** The only timer of a state, monotonic milliseconds; undefined when nothing but an event ends it. */
export function deadlineOf(state: State): number | undefined {
  switch (state.kind) {
    case "starting":
      return state.until;
    case "running":
      return state.stable ? undefined : state.stableAt;
    case "backoff":
      return state.retryAt;
    case "stopping":
      return state.killAt;
    default:
      return undefined;
  }
}
