import type { DaemonState } from "./lifecycle.ts";

/**
 * The JSON shapes that users see: `status --json`, `GET /api/v1/status`, `GET /health`. Keys may be added, never renamed.
 * Times are ISO 8601 in UTC, durations in seconds, sizes in bytes.
 */

/** How a program last ended; `code` and `signal` are both null when nobody could know (an adopted program). */
export interface ProgramExit {
  readonly code: number | null;
  readonly signal: string | null;
  readonly at: string;
}

/** The states of a program, as users of supervisord know them. */
export const PROGRAM_STATES = ["stopped", "starting", "running", "backoff", "stopping", "exited", "failed"] as const;
export type ProgramStateName = (typeof PROGRAM_STATES)[number];

export interface ProgramStatus {
  readonly name: string;
  readonly state: ProgramStateName;
  readonly ready: boolean;
  readonly pid: number | null;
  readonly restarts: number;
  readonly uptime_s: number | null;
  readonly exit: ProgramExit | null;
  readonly next_retry_at: string | null;
  readonly cpu_percent: number | null;
  readonly rss_bytes: number | null;
  readonly log_file: string;
  readonly crash_loop: boolean;
  readonly critical: boolean;
  /** Taken over from an earlier daemon. */
  readonly adopted: boolean;
  /** Why it is in `failed` or `backoff`, with the errno where there is one. */
  readonly error: string | null;
}

export interface SchedulerStatus {
  readonly paused: boolean;
  readonly work_hours: {
    readonly enabled: boolean;
    readonly hours: string | null;
    readonly timezone: string | null;
    readonly in_hours: boolean;
  };
  readonly triggers: number;
  readonly last_at: string | null;
  readonly next_at: string | null;
}

export interface ReloadStatus {
  readonly at: string;
  readonly ok: boolean;
  readonly error: string | null;
}

export interface ShutdownStatus {
  readonly began_at: string;
  readonly remaining: readonly string[];
  readonly deadline: string;
}

export interface StatusReport {
  readonly name: string;
  readonly instance: string;
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
  /** Jobs come with the scheduler; the list is empty until then. */
  readonly jobs: readonly never[];
  readonly scheduler: SchedulerStatus;
  readonly last_reload: ReloadStatus | null;
  readonly shutdown: ShutdownStatus | null;
  /** False when a daemon holds the lock and does not answer; the rest is then what is known without it. */
  readonly answers?: boolean;
  /** What the failing health checks say. */
  readonly problems: readonly string[];
}

export type HealthStatus = "healthy" | "starting" | "degraded" | "stopping";

export interface CheckReport {
  readonly ok: boolean;
  readonly critical: boolean;
  readonly latency_ms: number;
  readonly error?: string;
}

export interface HealthReport {
  readonly status: HealthStatus;
  readonly version: string;
  readonly uptime_s: number;
  readonly pid: number;
  readonly checks: Readonly<Record<string, CheckReport>>;
  readonly database: { readonly ok: boolean; readonly path: string | null };
  readonly migrations: { readonly current: number; readonly latest: number; readonly pending: number };
  readonly shutdown: ShutdownStatus | null;
}

/** What a reload did to one key. */
export interface ReloadChange {
  readonly key: string;
  readonly effect: "applied" | "needs restart" | "unchanged";
}

export interface ReloadResult {
  readonly ok: boolean;
  readonly changes: readonly ReloadChange[];
  readonly error: string | null;
}
