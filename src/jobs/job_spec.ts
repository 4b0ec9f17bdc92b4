import type { TriggerKind } from "../base/job_reports.ts";
import type { WorkHoursSpec } from "../base/work_hours.ts";

/** What happens to a slot that comes while the job runs. */
export type Overlap = "skip" | "queue" | "replace" | "allow";

/** What happens to slots that passed while nobody could run them: the daemon was down, or its clock jumped. */
export type Missed = "once" | "skip" | "all";

/** An event that makes a job run. */
export type EventTrigger =
  | { readonly kind: "start" }
  | { readonly kind: "webhook" }
  | { readonly kind: "git"; readonly repository: string }
  | { readonly kind: "program"; readonly program: string; readonly state: string }
  | { readonly kind: "job"; readonly job: string; readonly outcome: string };

/** What the configuration says of one job: durations in milliseconds, paths absolute. */
export interface JobSpec {
  /** Also the name of its directory. */
  readonly name: string;
  readonly enabled: boolean;
  readonly work: JobWork;
  /** Milliseconds between two runs. At most one of `every` and `cron` is there. */
  readonly every?: number;
  readonly cron?: string;
  readonly on: readonly EventTrigger[];
  readonly runOnStart: boolean;
  /** IANA name, of `cron`. */
  readonly timezone: string;
  /** What happens outside the work hours; absent: it runs at any time. */
  readonly outsideHours?: "skip" | "defer";
  /** Most milliseconds that a timed run is put off, the same for the same slot. */
  readonly jitter: number;
  /** 0: none. Of one attempt. */
  readonly timeout: number;
  readonly retries: number;
  readonly retryDelay: number;
  readonly retryMaxDelay: number;
  readonly overlap: Overlap;
  /** Jobs of one pool share its places, see {@link SchedulerSpec}. */
  readonly pool?: string;
  readonly missed: Missed;
  /** With `all`: most slots that are made up for, the newest ones, and how old they may be. */
  readonly missedMax: number;
  readonly missedWindow: number;
  /** A failed run makes the daemon degraded. */
  readonly critical: boolean;
  /** A run has to have ended well so long after its slot, or somebody is alerted. */
  readonly deadline?: number;
  readonly stopTimeout: number;
  /** Lines of history that are kept, and for how long. */
  readonly keepRuns: number;
  readonly keepFor: number;
}

/** What a job does; the runner knows what is in it. */
export interface JobWork {
  /** Changes when the work does; a mark for comparing, not for showing. */
  readonly mark: string;
}

export interface SchedulerSpec {
  readonly workHours?: WorkHoursSpec;
  /** Most runs at once. */
  readonly concurrency: number;
  /** Places of each pool. */
  readonly pools: Readonly<Record<string, number>>;
}

/** What made a run come about. */
export interface Cause {
  readonly kind: TriggerKind;
  /** For people: `myproject main 1f3e9c2`. */
  readonly detail: string | null;
  /**
   * Variables that the process gets beside those of every run, for example APPD_GIT_COMMIT. Kept in the store.
   */
  readonly variables: Readonly<Record<string, string>>;
}
