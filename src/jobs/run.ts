import type { RunOutcome, RunState } from "../base/job_reports.ts";
import { RUN_OUTCOMES } from "../base/job_reports.ts";
import type { Cause } from "./job_spec.ts";
import type { RunExit } from "./runner.ts";

/** One line of history: a slot of a job and what became of it. Times are wall times in milliseconds. */
export interface Run {
  readonly id: number;
  readonly job: string;
  /** Unique in its job: `cron:2026-11-21T09:00:00.000Z`, `every:17`, `git:myproject:1f3e…`. */
  readonly slot: string;
  /** When it was due; of an event: when that happened. */
  readonly slotAt: number;
  /** Slots that this line stands for, and the last of them. */
  readonly slots: number;
  readonly slotUntil: number | null;
  readonly cause: Cause;
  /** The how-manieth trigger of the job; null when it was skipped. */
  readonly number: number | null;
  readonly state: RunState;
  readonly reason: string | null;
  readonly createdAt: number;
  /** It is to wait until then: work hours. */
  readonly notBefore: number | null;
  readonly attempts: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** Of the last attempt, on the monotonic clock. */
  readonly durationMs: number | null;
  readonly exit: RunExit | null;
  readonly retryAt: number | null;
  /** 0 and empty until it is known. */
  readonly pid: number;
  readonly startTime: string;
  readonly bootId: string;
  /** The last lines that it wrote. */
  readonly output: string;
}

/** What a slot is before anything was decided about it. */
export interface Slot {
  readonly key: string;
  readonly at: number;
  readonly cause: Cause;
}

/** A line for a slot, queued; the rest is told by `more`. */
export function newRun(slot: Slot, more: Pick<Run, "id" | "job" | "createdAt"> & Partial<Run>): Run {
  return {
    slot: slot.key,
    slotAt: slot.at,
    cause: slot.cause,
    slots: 1,
    slotUntil: null,
    number: null,
    state: "queued",
    reason: null,
    notBefore: null,
    attempts: 0,
    startedAt: null,
    endedAt: null,
    durationMs: null,
    exit: null,
    retryAt: null,
    pid: 0,
    startTime: "",
    bootId: "",
    output: "",
    ...more,
  };
}

/** A run that waited, at its first attempt. */
export function firstAttempt(run: Run, now: number): Run {
  return { ...run, state: "running", reason: null, attempts: 1, startedAt: now };
}

/** Whether an outcome stands. */
export function isEnded(run: Run): run is Run & { readonly state: RunOutcome } {
  return (RUN_OUTCOMES as readonly string[]).includes(run.state);
}
