import type { HealthStatus } from "./health_reports.ts";
import type { DaemonState } from "./lifecycle.ts";
import type { ProgramStateName } from "./program_reports.ts";
import type { ReloadStatus } from "./reload_reports.ts";
import type { GuardReport } from "./status_report.ts";

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
  /** The last reload, when it was refused, or taken back because nobody confirmed it: the file is not what runs. */
  readonly reload?: Pick<ReloadStatus, "at" | "taken_back"> & { readonly error: string };
  /** As in {@link StatusReport}. */
  readonly needs_restart?: readonly string[];
  /** Paths of damaged databases with what the app had kept in them, which lie beside the one in use; absent without any. */
  readonly set_aside?: readonly string[];
  /** Commands that may help. */
  readonly hints: readonly string[];
}
