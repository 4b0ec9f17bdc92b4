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
