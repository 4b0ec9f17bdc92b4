import type { TriggerKind } from "../../base/job_reports.ts";
import type { Kit } from "./kit.ts";

/** When and how a job runs: the words, forms and defaults of a `[[job]]` (docs/config.md). */
export interface JobSettings {
  readonly enabled?: boolean;
  /** Duration such as `15m`; this or `cron`. */
  readonly every?: string;
  readonly cron?: string;
  /** Events, such as `git:myproject`. */
  readonly on?: readonly string[];
  readonly runOnStart?: boolean;
  readonly timezone?: string;
  readonly jitter?: string;
  readonly workHoursOnly?: boolean;
  readonly outsideHours?: "skip" | "defer";
  readonly timeout?: string;
  readonly retries?: number;
  readonly retryDelay?: string;
  readonly retryMaxDelay?: string;
  readonly overlap?: "skip" | "queue" | "replace" | "allow";
  readonly pool?: string;
  readonly missed?: "once" | "skip" | "all";
  readonly critical?: boolean;
  readonly deadline?: string;
  readonly stopTimeout?: string;
  readonly keepRuns?: number;
}

/** One run, as its code sees it. */
export interface JobRun {
  /** Unique in the instance; `job_id` in records. */
  readonly id: number;
  /** The how-manieth trigger of the job. */
  readonly number: number;
  /** From 1 on. */
  readonly attempt: number;
  /** The time that the run is for. */
  readonly slot: Date;
  readonly trigger: TriggerKind;
  /** For people, such as the commit. */
  readonly detail: string | null;
  /** What came with {@link KitJobs.trigger} or a webhook. */
  readonly payload: string | null;
  /** What a command would find in its environment, such as APPD_GIT_NEW. */
  readonly variables: Readonly<Record<string, string>>;
}

/** What the code of a job is given for one attempt of a run. */
export interface JobContext<C> extends Kit<C> {
  /** Aborted at the timeout, by `jobs cancel`, and when the drain of a shutdown is over. */
  readonly signal: AbortSignal;
  readonly run: JobRun;
}

/**
 * Work inside the daemon, of the same standing as a `[[job]]`: in status, history, metrics and `jobs`. A run that is under
 * way counts as in-flight work of a shutdown.
 */
export interface Job<C> extends JobSettings {
  /** Unlike that of any other job, service or program. */
  readonly name: string;
  /**
   * Housekeeping, which users do not mean when they ask for the next trigger: `status` has it among the jobs, and not in the
   * scheduler's interval, next and last trigger, and their count. Everything else is as with any job. Default false.
   */
  readonly background?: boolean;
  /**
   * Returns when it is done; a throw is the outcome `failed`. One that ignores its signal is let go after `stopTimeout`, and
   * no other attempt or run of the job begins before its code has ended, unless `overlap` is `allow`.
   */
  run(context: JobContext<C>): Promise<void> | void;
  /** What the configuration says of it; wins over the settings here. Applied anew at each reload. */
  settings?(config: C): JobSettings;
}
