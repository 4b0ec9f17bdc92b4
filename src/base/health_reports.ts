/** How far a shutdown has come. */
export interface ShutdownStatus {
  readonly began_at: string;
  readonly remaining: readonly string[];
  readonly deadline: string;
}

/** Whether the daemon does what it is there for. */
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
