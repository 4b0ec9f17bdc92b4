import type { ProgramExit } from "./program_reports.ts";

/** How a run ended. Exactly one of these stands at the end of every slot of a job. */
export const RUN_OUTCOMES = ["ok", "failed", "timeout", "cancelled", "interrupted", "skipped"] as const;
export type RunOutcome = (typeof RUN_OUTCOMES)[number];

/** Where a run is: `queued` before its process starts, `retrying` while it waits for its next attempt. */
export const RUN_STATES = ["queued", "running", "retrying", ...RUN_OUTCOMES] as const;
/**
 * How far a run has come, or how it ended: `queued`, `running`, `retrying`; `ok`, `failed`, `timeout`, `cancelled`,
 * `interrupted`, `skipped`.
 */
export type RunState = (typeof RUN_STATES)[number];

/** What a run does or did, after `the run`: `the run ended well`. */
export const RUN_WORDS: Readonly<Record<RunState, string>> = {
  queued: "is queued",
  running: "runs",
  retrying: "is tried again",
  ok: "ended well",
  failed: "failed",
  timeout: "ran into its timeout",
  cancelled: "was cancelled",
  interrupted: "was interrupted",
  skipped: "was skipped",
};

/** What can make a job run. */
export const TRIGGER_KINDS = ["every", "cron", "start", "git", "program", "job", "webhook", "app", "manual"] as const;
/** One of {@link TRIGGER_KINDS}. */
export type TriggerKind = (typeof TRIGGER_KINDS)[number];

/** One line of a job's history. */
export interface RunReport {
  /** Grows with every line of the instance's history. */
  readonly id: number;
  readonly job: string;
  /** The how-manieth trigger of this job it was, from 1 on; null for a slot that was skipped. */
  readonly number: number | null;
  /** When it was due; of a trigger that is no time: when that happened. ISO 8601. */
  readonly slot: string;
  /** Slots that this line stands for: 1, or more for a long row of missed ones, which ended with `slot_until`. */
  readonly slots: number;
  readonly slot_until: string | null;
  readonly trigger: TriggerKind;
  /** `myproject main 1f3e9c2`, `web failed`; null when the kind says all. */
  readonly detail: string | null;
  readonly state: RunState;
  /** Why it was skipped, cancelled, interrupted, or could not start; null when there is nothing to say. */
  readonly reason: string | null;
  /** Starts of the process so far: 1 without retries. */
  readonly attempts: number;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly ended_at: string | null;
  /** Of the last attempt. */
  readonly duration_s: number | null;
  readonly exit: ProgramExit | null;
  readonly pid: number | null;
  readonly next_retry_at: string | null;
  /** The last lines that it wrote, as text; only where one run is asked for. */
  readonly output?: string;
}

/** The last run that has ended, as `status` tells it. */
export interface LastRun {
  readonly slot: string;
  readonly outcome: RunOutcome;
  readonly reason: string | null;
  readonly started_at: string | null;
  readonly duration_s: number | null;
  readonly exit: ProgramExit | null;
}

/** The code of a run that ignored its signal and was let go at `since`: nothing can end it but the end of the daemon. */
export interface LingeringRun {
  readonly run: number;
  readonly since: string;
}

/** A job as `status` and `jobs` show it. */
export interface JobStatus {
  readonly name: string;
  /** The app brings it along: the configuration has no `[[job]]` of this name. */
  readonly built_in?: true;
  readonly enabled: boolean;
  /** Why it is not enabled, where the configuration does not say so: `the mode "night" leaves jobs out`. */
  readonly left_out?: string;
  /** By itself, or because the whole scheduler is: then `scheduler.paused` says so too. */
  readonly paused: boolean;
  /** When a pause with `--until` ends. */
  readonly paused_until: string | null;
  readonly running: boolean;
  readonly in_flight: number;
  readonly queued: number;
  /** One of its runs waits for its next attempt; such a run neither runs nor waits for its turn. */
  readonly retrying?: boolean;
  /** When the first of them is tried again; null also while all of them wait for something else than that time. */
  readonly next_retry_at?: string | null;
  /** Code of its runs that goes on though they have ended; absent without any. */
  readonly lingering?: readonly LingeringRun[];
  /** Runs so far, over all restarts. */
  readonly triggers: number;
  /** The last run that was not skipped. */
  readonly last: LastRun | null;
  /** The last slot that was skipped, and why. */
  readonly last_skip: { readonly slot: string; readonly reason: string } | null;
  readonly next_at: string | null;
  /** `every 3h`, `cron 0 9 * * 1-5 (Europe/Berlin)`, `on git:myproject`, or several. */
  readonly schedule: string;
  readonly interval_s: number | null;
  readonly critical: boolean;
  readonly work_hours_only: boolean;
  /** The dead-man alert: a run should have finished by this time and has not. */
  readonly overdue_since: string | null;
  readonly log_file: string;
  /** Why it cannot be scheduled or run now; null when nothing is known against it. */
  readonly problem: string | null;
}

/** One time at which a job is going to run. */
export interface UpcomingSlot {
  readonly job: string;
  readonly at: string;
  /** Before jitter; the same as `at` without. */
  readonly slot: string;
  readonly trigger: TriggerKind;
  /** What will happen instead of a run, for example `skipped: outside work hours`; null: it runs. */
  readonly note: string | null;
}

/** One page of history, newest first. */
export interface RunPage {
  readonly runs: readonly RunReport[];
  /** Give this as `before` for the next page; null on the last one. */
  readonly next_before: number | null;
}

export interface RepositoryStatus {
  readonly name: string;
  readonly path: string;
  readonly project: string | null;
  readonly enabled: boolean;
  readonly ok: boolean;
  readonly error: string | null;
  readonly branch: string | null;
  readonly head: string | null;
  readonly commits: number;
  readonly last_commit_at: string | null;
  /** Whether changes are told by the kernel, or found by looking. */
  readonly watching: "events" | "polling" | null;
  /** When one that cannot be looked at is tried again. */
  readonly next_try_at?: string;
}

/** `appd why NAME` of a job. */
export interface JobWhyReport {
  readonly job: string;
  /** `running`, `retrying`, `queued`, `disabled`, `paused`, `broken`, `waiting` for an event, or `scheduled`. */
  readonly state: JobStateName;
  /** The answer in one sentence. */
  readonly summary: string;
  /** What came of its last slots, oldest first. */
  readonly chain: readonly { readonly at: string; readonly message: string }[];
  /** Last lines of its last run, escaped for a terminal. */
  readonly last_output: readonly string[];
  readonly next_at: string | null;
  /** Commands that may help. */
  readonly hints: readonly string[];
}

/** The state of a job in a word. */
export type JobStateName =
  | "running"
  | "retrying"
  | "queued"
  | "disabled"
  | "paused"
  | "broken"
  | "waiting"
  | "scheduled";

/** What a job is doing, or what keeps it from running. */
export function jobState(job: JobStatus): JobStateName {
  if (job.running) return "running";
  if (job.retrying) return "retrying";
  if (job.queued > 0) return "queued";
  if (!job.enabled) return "disabled";
  if (job.paused) return "paused";
  return job.problem !== null ? "broken" : job.next_at === null ? "waiting" : "scheduled";
}

/** Whether nothing more comes of a run. */
export function isOver({ state }: Pick<RunReport, "state">): boolean {
  return state !== "queued" && state !== "running" && state !== "retrying";
}

/** Which lines of history. */
export interface RunQuery {
  readonly job?: string;
  readonly states?: readonly RunState[];
  readonly trigger?: TriggerKind;
  /** Wall time in milliseconds, of the slot. */
  readonly since?: number;
  readonly until?: number;
  /** Only lines with a smaller id: the page after that one. */
  readonly before?: number;
  /** 1 to 1000. */
  readonly limit: number;
}
