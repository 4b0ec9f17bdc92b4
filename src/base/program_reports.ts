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

/** A program or a service, as `status` shows it. */
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
