import type { RunOutcome } from "../base/job_reports.ts";
import type { RunExit } from "./runner.ts";

/** Why a process is being ended, and with which outcome. */
export interface StopCause {
  readonly outcome: "timeout" | "cancelled";
  readonly reason: string;
}

/** Where a run is once it was let in. Each state owns what only it knows. */
export type Phase =
  /** Its row says `running` and is on its way to the disk; no process yet. */
  | { readonly name: "committing"; readonly attempt: number; readonly cancelled?: StopCause }
  | { readonly name: "running"; readonly attempt: number }
  | { readonly name: "stopping"; readonly attempt: number; readonly cause: StopCause }
  /** `reason`: why the attempt before did not succeed, where its exit does not say it. */
  | { readonly name: "retrying"; readonly attempt: number; readonly delayMs: number; readonly reason: string | null }
  | { readonly name: "ended"; readonly outcome: RunOutcome; readonly reason: string | null };

export type PhaseEvent =
  | { readonly type: "committed" }
  | { readonly type: "refused"; readonly reason: string; readonly mayPass: boolean }
  | { readonly type: "exited"; readonly exit: RunExit | null; readonly reason?: string }
  | { readonly type: "timed_out"; readonly reason: string }
  | { readonly type: "cancel"; readonly reason: string }
  | { readonly type: "retry_due" };

/** What is to be done, in this order. */
export type Effect =
  /** Write the row of the new phase down; `committed` comes back when it is on disk and a start follows. */
  | "commit"
  | "spawn"
  | "stop"
  | "arm_timeout"
  | "arm_retry"
  | "finish";

/** How failures are met. Milliseconds. */
export interface RetryPolicy {
  readonly retries: number;
  readonly retryDelay: number;
  readonly retryMaxDelay: number;
}

export interface PhaseStep {
  readonly phase: Phase;
  readonly effects: readonly Effect[];
}

type Handler<P extends Phase, E extends PhaseEvent> = (phase: P, event: E, policy: RetryPolicy) => PhaseStep;

type Table = {
  readonly [P in Phase["name"]]: {
    readonly [E in PhaseEvent["type"]]:
      | "ignore"
      | Handler<Extract<Phase, { name: P }>, Extract<PhaseEvent, { type: E }>>;
  };
};

/** Times that the want of processes or descriptors is waited for, also without `retries`, and how long: it passes. */
const SHORTAGE = { tries: 30, delayMs: 2000 };

const IGNORED = {
  committed: "ignore",
  refused: "ignore",
  exited: "ignore",
  timed_out: "ignore",
  cancel: "ignore",
  retry_due: "ignore",
} as const;

/** Every state with every event; a late event changes nothing. */
const TABLE: Table = {
  committing: {
    ...IGNORED,
    committed: ({ attempt, cancelled }) =>
      cancelled === undefined
        ? { phase: { name: "running", attempt }, effects: ["spawn", "arm_timeout"] }
        : ended(cancelled.outcome, cancelled.reason),
    cancel: (phase, { reason }) => ({
      phase: { ...phase, cancelled: { outcome: "cancelled", reason } },
      effects: [],
    }),
  },
  running: {
    ...IGNORED,
    refused({ attempt }, { reason, mayPass }, policy) {
      if (mayPass && attempt <= SHORTAGE.tries) return retrying(attempt, SHORTAGE.delayMs, reason);
      return mayPass ? afterFailure(attempt, { outcome: "failed", reason }, policy) : ended("failed", reason);
    },
    exited: ({ attempt }, { exit, reason = null }, policy) =>
      // A process's bad exit says enough by itself.
      exit !== null && "code" in exit && exit.code === 0
        ? ended("ok", null)
        : afterFailure(attempt, { outcome: "failed", reason }, policy),
    timed_out: ({ attempt }, { reason }) => ({
      phase: { name: "stopping", attempt, cause: { outcome: "timeout", reason } },
      effects: ["stop"],
    }),
    cancel: ({ attempt }, { reason }) => ({
      phase: { name: "stopping", attempt, cause: { outcome: "cancelled", reason } },
      effects: ["stop"],
    }),
  },
  stopping: {
    ...IGNORED,
    exited: ({ attempt, cause }, _event, policy) =>
      cause.outcome === "timeout" ? afterFailure(attempt, cause, policy) : ended(cause.outcome, cause.reason),
    cancel: (phase, { reason }) => ({
      phase: { ...phase, cause: { outcome: "cancelled", reason } },
      effects: [],
    }),
  },
  retrying: {
    ...IGNORED,
    retry_due: ({ attempt }) => ({ phase: { name: "committing", attempt: attempt + 1 }, effects: ["commit"] }),
    cancel: (_phase, { reason }) => ended("cancelled", reason),
  },
  ended: IGNORED,
};

/** What a run does next. Pure. */
export function stepPhase(phase: Phase, event: PhaseEvent, policy: RetryPolicy): PhaseStep {
  const handler = TABLE[phase.name][event.type];
  if (handler === "ignore") return { phase, effects: [] };
  // The table is total: the handler under these names takes this very pair.
  return (handler as Handler<Phase, PhaseEvent>)(phase, event, policy);
}

function afterFailure(
  attempt: number,
  failure: { readonly outcome: RunOutcome; readonly reason: string | null },
  { retries, retryDelay, retryMaxDelay }: RetryPolicy,
): PhaseStep {
  if (attempt > retries) return ended(failure.outcome, failure.reason);
  const delayMs = Math.min(retryDelay * 2 ** (attempt - 1), Math.max(retryDelay, retryMaxDelay));
  return retrying(attempt, delayMs, failure.reason);
}

function retrying(attempt: number, delayMs: number, reason: string | null): PhaseStep {
  return { phase: { name: "retrying", attempt, delayMs, reason }, effects: ["commit", "arm_retry"] };
}

function ended(outcome: RunOutcome, reason: string | null): PhaseStep {
  return { phase: { name: "ended", outcome, reason }, effects: ["finish"] };
}
