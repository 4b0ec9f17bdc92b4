import type { HealthStatus, ShutdownStatus } from "./health_reports.ts";
import type { JobStatus, RepositoryStatus } from "./job_reports.ts";
import type { DaemonState } from "./lifecycle.ts";
import type { ProgramStatus } from "./program_reports.ts";
import type { ReloadStatus } from "./reload_reports.ts";
import type { SchedulerStatus } from "./scheduler_status.ts";

/**
 * The JSON shapes that users see are this one, of `status --json` and `GET /api/v1/status`, and those of the reports
 * beside it. Keys may be added, never renamed. Times are ISO 8601 in UTC, durations in seconds, sizes in bytes.
 */

/** How a run of the daemon ended. */
export interface LastEndReport {
  readonly how: "clean" | "error" | "crash" | "killed" | "out of memory" | "reboot";
  readonly pid: number;
  /** When it ended; of a death, which nobody saw: the last sign of life, seconds before. Null: not known. */
  readonly at: string | null;
  readonly detail: string | null;
}

/** What `status --json` and `/api/v1/status` answer. */
export interface StatusReport {
  readonly name: string;
  readonly instance: string;
  /** Name of the mode that runs, null where everything does; absent in a program that has no modes. */
  readonly mode?: string | null;
  readonly state: DaemonState;
  readonly pid: number | null;
  readonly version: string;
  readonly uptime_s: number | null;
  readonly started_at: string | null;
  readonly url: string | null;
  readonly health: HealthStatus | null;
  readonly home: string;
  readonly config_file: string;
  readonly log_file: string;
  readonly pid_file: string;
  readonly socket: string;
  readonly programs: readonly ProgramStatus[];
  /** Services that the app has and the daemon does not run; absent when it runs all. */
  readonly left_out?: readonly LeftOut[];
  readonly jobs: readonly JobStatus[];
  readonly repositories: readonly RepositoryStatus[];
  readonly scheduler: SchedulerStatus;
  readonly last_reload: ReloadStatus | null;
  /** Keys of settings that were reloaded and that only a restart takes up; absent when there are none. */
  readonly needs_restart?: readonly string[];
  /** How the run before this one ended; null when there was none. */
  readonly last_end?: LastEndReport | null;
  readonly shutdown: ShutdownStatus | null;
  /** There only for a daemon that has died and is, or was, to be started again. */
  readonly guard?: GuardReport;
  /** False when a daemon holds the lock and does not answer; the rest is then what is known without it. */
  readonly answers?: boolean;
  /** What the failing health checks say. */
  readonly problems: readonly string[];
}

/** A service that does not run, because the mode does not have it or its `enabled` says no. */
export interface LeftOut {
  readonly name: string;
  readonly by: "mode" | "configuration";
}

/** What becomes of a daemon with `daemon.keep_alive` that has died. */
export interface GuardReport {
  /** PID of the guard that starts it again; null when that has given up. */
  readonly pid: number | null;
  /** When it does; null while it does, and when it has given up. ISO 8601. */
  readonly next_at: string | null;
  /** Its last attempt, if it failed; the time to the second. */
  readonly failed: { readonly at: string; readonly error: string } | null;
}
