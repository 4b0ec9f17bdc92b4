/**
 * The jobs room owns what runs at its time or on an event: which slots there are, what becomes of each, and that exactly
 * one outcome stands at the end of it. It starts no process itself (a {@link Runner} does), reads no cron expression (a
 * {@link Timing} does), and watches nothing: events are told to it.
 */
import type { EventTrigger } from "../base/event_trigger.ts";
import type { TriggerKind } from "../base/job_reports.ts";

/** What happens to a slot that comes while the job runs. */
export type Overlap = "skip" | "queue" | "replace" | "allow";

/** What happens to slots that passed while nobody could run them: the daemon was down, or its clock jumped. */
export type Missed = "once" | "skip" | "all";

/** What the configuration says of one job: durations in milliseconds, paths absolute. */
export interface JobSpec {
  /** Also the name of its directory. */
  readonly name: string;
  /** The program brings it along: the configuration has no section of this name. */
  readonly builtIn?: true;
  readonly enabled: boolean;
  /** Why it is not enabled, where the configuration does not say so. What waits of it stays as it is. */
  readonly leftOut?: string;
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
  /** Doubled with each attempt, up to `retryMaxDelay`. */
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
  /** Housekeeping: it is no part of what the scheduler as a whole says of its triggers. */
  readonly background?: boolean;
  /** A run has to have ended well so long after its slot, or somebody is alerted. */
  readonly deadline?: number;
  readonly stopTimeout: number;
  /** Lines of history that are kept, and for how long. */
  readonly keepRuns: number;
  readonly keepFor: number;
}

/** What a job does; only the runner knows more of it. */
export interface JobWork {
  /** Changes when the work does; for comparing, not for showing. */
  readonly mark: string;
  /** Why it cannot be done, as far as that is known beforehand; its runs fail with it. */
  readonly problem?: string;
}

/** Days and hours in which there is work. */
export interface OpenHours {
  isOpen(time: number): boolean;
  /** The first instant at or after `time` that is inside; undefined when there is none. */
  nextOpening(time: number): number | undefined;
  /** `mon-fri 9:00 - 18:00`. */
  readonly text: string;
}

/** What holds for all jobs. */
export interface SchedulerSpec {
  readonly hours?: OpenHours;
  /** Most runs at once. */
  readonly concurrency: number;
  /** Places of each pool. */
  readonly pools: Readonly<Record<string, number>>;
}

/** The instants of a timed job, in milliseconds since the epoch. */
export interface Timing {
  /** The first after `time`; undefined when there is none. */
  next(time: number): number | undefined;
  /** How many are after `after` and not after `until`. */
  count(after: number, until: number): number;
}

/** What made a run come about. */
export interface Cause {
  readonly kind: TriggerKind;
  /** For people: `myproject main 1f3e9c2`. */
  readonly detail: string | null;
  /** Variables that the process gets beside those of every run, such as APPD_GIT_NEW. Kept with the run. */
  readonly variables: Readonly<Record<string, string>>;
}
