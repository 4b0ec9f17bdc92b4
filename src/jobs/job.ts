import type { Execution } from "./execution.ts";
import type { JobSpec } from "./job_spec.ts";
import type { JobMemory, Pause } from "./ledger.ts";
import type { LingeringCode } from "./lingering.ts";
import type { Run } from "./run.ts";
import type { Place, TimedJob } from "./timetable.ts";

/** A run that takes up its job: one that is worked on, or what an earlier daemon left and is being ended. */
export type ActiveRun =
  | { readonly kind: "execution"; readonly execution: Execution }
  | { readonly kind: "clearing"; readonly run: Run };

/** One job and everything that is known of it now. Changed by the scheduler only. */
export interface Job {
  spec: JobSpec;
  timed: TimedJob | undefined;
  /** See {@link JobMemory}. */
  mark: string;
  place: Place | null;
  number: number;
  pause: Pause | null;
  lastRun: Run | null;
  lastSkip: Run | null;
  readonly active: Map<number, ActiveRun>;
  /** Ids of its runs that wait. */
  readonly waiting: Set<number>;
  readonly lingering: Set<LingeringCode>;
  /** The slot for which a run has to end well, and until when. */
  expected: { readonly slotAt: number; readonly by: number } | undefined;
  overdueSince: number | null;
  /** Lines of history since it was last pruned. */
  lines: number;
  /** Taken out of the configuration; forgotten when its last run, and the code of it, has ended. */
  removed: boolean;
}

/** A job as it is first met. @param memory what an earlier daemon knew of it */
export function createJob(spec: JobSpec, memory: JobMemory | undefined): Job {
  return {
    spec,
    timed: undefined,
    mark: memory?.mark ?? "",
    place: memory?.place ?? null,
    number: memory?.number ?? 0,
    pause: memory?.pause ?? null,
    lastRun: memory?.lastRun ?? null,
    lastSkip: memory?.lastSkip ?? null,
    active: new Map(),
    waiting: new Set(),
    lingering: new Set(),
    expected: undefined,
    overdueSince: null,
    lines: 0,
    removed: false,
  };
}

/** What the books are to keep of it. */
export function memoryOf(job: Job): JobMemory {
  const { spec, mark, place, number, pause, lastRun, lastSkip } = job;
  return { name: spec.name, mark, place, number, pause, lastRun, lastSkip };
}

/** The run of an active entry as it is now. */
export function runOf(active: ActiveRun): Run {
  return active.kind === "execution" ? active.execution.run : active.run;
}

/** What of the times of a job its place belongs to; one that was switched off has missed nothing. */
export function markOf({ enabled, every, cron, timezone }: JobSpec): string {
  if (!enabled) return "";
  return cron !== undefined ? `cron ${cron} ${timezone}` : every !== undefined ? `every ${every}` : "";
}
