import type { JobStatus, RepositoryStatus } from "./job_reports.ts";
import type { DaemonState } from "./lifecycle.ts";

/**
 * The JSON shapes that users see: `status --json`, `GET /api/v1/status`, `GET /health`. Keys may be added, never renamed.
 * Times are ISO 8601 in UTC, durations in seconds, sizes in bytes.
 */

/** How a program last ended; `code` and `signal` are both null when nobody could know (an adopted program). */
export interface ProgramExit {
  readonly code: number | null;
  readonly signal: string | null;
  /** The kernel killed it for want of memory. */
  readonly out_of_memory?: true;
  /** What a service threw. */
  readonly error?: string;
  /** What the service says can be done about it. */
  readonly hint?: string;
  readonly at: string;
}

/** What a program's process tree uses. Sizes in bytes; null when it cannot be known. */
export interface UsageReport {
  /** Percent of one CPU. */
  readonly cpu_percent: number | null;
  readonly rss_bytes: number | null;
  readonly processes: number | null;
  readonly threads: number | null;
  /** Open file descriptors. */
  readonly fds: number | null;
  /** Bytes that reached the disks since the processes started, proc_pid_io(5). */
  readonly read_bytes: number | null;
  readonly write_bytes: number | null;
}

/** `GET /api/v1/programs/NAME/history`: one sample every `interval_s`, oldest first, of the last hour. */
export interface UsageHistory {
  readonly program: string;
  readonly interval_s: number;
  readonly samples: readonly ({ readonly at: string } & UsageReport)[];
}

/** One thing that happened, as `GET /api/v1/events` sends it. */
export interface EventReport {
  /** Grows by one with each event of this daemon. */
  readonly id: number;
  readonly at: string;
  /** `started`, `ended`, `crash_loop`, …; of the daemon: `daemon`, `reload`. */
  readonly kind: string;
  readonly program: string | null;
  /** The job that it is about; absent when it is about none. */
  readonly job?: string;
  /** The health check that it is about; absent when it is about none. */
  readonly check?: string;
  readonly level: "debug" | "info" | "warn" | "error";
  /** One sentence for people. */
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** `appd why NAME`, `GET /api/v1/programs/NAME/why`. */
export interface WhyReport {
  readonly program: string;
  readonly state: ProgramStateName;
  /** The answer in one sentence. */
  readonly summary: string;
  /** What led to it, oldest first. */
  readonly chain: readonly { readonly at: string; readonly message: string }[];
  /** Last lines that it wrote before it last ended, escaped for a terminal. */
  readonly last_output: readonly string[];
  readonly next_retry_at: string | null;
  /** Commands that may help. */
  readonly hints: readonly string[];
}

/** The states of a program, as users of supervisord know them. */
export const PROGRAM_STATES = ["stopped", "starting", "running", "backoff", "stopping", "exited", "failed"] as const;
export type ProgramStateName = (typeof PROGRAM_STATES)[number];

/**
 * A service ignores its signal since then. Nothing can end it but itself, or the end of the daemon; `then` says what
 * follows.
 */
export interface Lingering {
  readonly since: string;
  readonly then: "start" | "stop";
}

export interface ProgramStatus {
  readonly name: string;
  /** A service is a task inside the daemon: it has no process, and writes into the daemon's log. Default `program`. */
  readonly kind?: "program" | "service";
  readonly state: ProgramStateName;
  readonly ready: boolean;
  readonly pid: number | null;
  readonly restarts: number;
  readonly uptime_s: number | null;
  readonly exit: ProgramExit | null;
  readonly next_retry_at: string | null;
  readonly cpu_percent: number | null;
  readonly rss_bytes: number | null;
  readonly processes?: number | null;
  readonly threads?: number | null;
  readonly fds?: number | null;
  readonly read_bytes?: number | null;
  readonly write_bytes?: number | null;
  readonly log_file: string;
  readonly crash_loop: boolean;
  readonly critical: boolean;
  /** Taken over from an earlier daemon. */
  readonly adopted: boolean;
  /** Why it is in `failed` or `backoff`, with the errno where there is one. */
  readonly error: string | null;
  /** The program of the configuration that this is an instance of; its own name when there is one only. */
  readonly family?: string;
  /** What it waits for before it can start: `db to be ready`. */
  readonly waiting_for?: readonly string[];
  /** By program name: started, ready, healthy or completed. */
  readonly depends_on?: Readonly<Record<string, string>>;
  /** What the liveness probe says; null without one, or before its first answer. */
  readonly live?: boolean | null;
  /** What the failing probe says, or the program itself by STATUS= of sd_notify(3). */
  readonly note?: string | null;
  /** The service was told to end and goes on inside the daemon. Absent when it does not. */
  readonly lingering?: Lingering;
  /** The configuration has it no more, and it is listed until it has ended: a service that ignores its signal. */
  readonly removed?: true;
  /** Processes that outlived its last stop. */
  readonly leftovers?: readonly { readonly pid: number; readonly command: string }[];
}

/** What makes jobs run by themselves, as `status` shows it. */
export interface SchedulerStatus {
  readonly paused: boolean;
  /** When a pause with `--until` ends. */
  readonly paused_until?: string | null;
  /** Seconds between two runs, when all timed jobs share one interval. */
  readonly interval_s?: number | null;
  readonly in_flight?: number;
  readonly queued?: number;
  /** Milliseconds between the last slot and the start of its process. */
  readonly lag_ms?: number | null;
  readonly work_hours: {
    readonly enabled: boolean;
    readonly hours: string | null;
    readonly timezone: string | null;
    readonly in_hours: boolean;
    /** When they begin or end next. */
    readonly changes_at?: string | null;
  };
  readonly triggers: number;
  readonly last_at: string | null;
  readonly next_at: string | null;
}

export interface ReloadStatus {
  readonly at: string;
  readonly ok: boolean;
  readonly error: string | null;
  /** The configuration is on trial: until then it has to be confirmed, or the one of before comes back. */
  readonly confirm_until: string | null;
}

export interface ShutdownStatus {
  readonly began_at: string;
  readonly remaining: readonly string[];
  readonly deadline: string;
}

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

export type HealthStatus = "healthy" | "starting" | "degraded" | "stopping";

/** The last result of a health check. */
export interface CheckReport {
  readonly ok: boolean;
  readonly critical: boolean;
  readonly latency_ms: number;
  readonly error?: string;
  /** What the check itself says can be done. */
  readonly hint?: string;
  /** Since when it fails, without a break; absent while it is well, and before its first result. */
  readonly since?: string;
  /** How often it has failed in a row; there with `since`. */
  readonly failures?: number;
}

/** `appd why NAME` of a health check. */
export interface CheckWhyReport {
  readonly check: string;
  readonly ok: boolean;
  readonly critical: boolean;
  /** The answer in one sentence. */
  readonly summary: string;
  /** Since when it fails; null while it is well. */
  readonly since: string | null;
  /** How often it has failed in a row. */
  readonly failures: number;
  readonly error: string | null;
  /** When it began to fail and was well again, as far as the daemon remembers it, oldest first. */
  readonly chain: WhyReport["chain"];
  /** Commands that may help. */
  readonly hints: readonly string[];
}

/** `appd why`: what is not well. */
export interface DaemonWhyReport {
  readonly state: DaemonState;
  readonly health: HealthStatus | null;
  /** The answer in one sentence. */
  readonly summary: string;
  readonly checks: readonly (Pick<CheckWhyReport, "check" | "critical" | "since" | "failures" | "error">)[];
  /** Programs, services and jobs, each with what is wrong. */
  readonly programs: readonly { readonly program: string; readonly problem: string }[];
  readonly jobs: readonly { readonly job: string; readonly problem: string }[];
  /** As in {@link StatusReport}. */
  readonly guard?: GuardReport;
  /** The last reload, when it was refused: the file is not what runs. */
  readonly reload?: { readonly at: string; readonly error: string };
  /** Commands that may help. */
  readonly hints: readonly string[];
}

/** What `/health` answers. */
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

/** What a reload does, or would do, to the programs, by name. */
export interface ProgramPlan {
  readonly start: readonly string[];
  readonly stop: readonly string[];
  readonly restart: readonly string[];
  /** Changed in what needs no new process: its log, its timeouts. */
  readonly update: readonly string[];
  readonly keep: readonly string[];
}

/** How a reload went, and what it changed. */
export interface ReloadResult {
  readonly ok: boolean;
  readonly changes: readonly ReloadChange[];
  readonly error: string | null;
  readonly programs?: ProgramPlan;
  /** Only looked at: nothing was changed. */
  readonly planned?: boolean;
  /** Until then it has to be confirmed, or it is taken back. */
  readonly confirm_until?: string;
  /** Services that were to end and ignore their signal: their old life goes on, as the old configuration has it. */
  readonly lingering?: readonly LingeringService[];
}

/** A service that ignores its signal. */
export interface LingeringService extends Lingering {
  readonly name: string;
}
