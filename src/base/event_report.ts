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
