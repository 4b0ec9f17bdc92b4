import type { Lingering } from "./program_reports.ts";

/** How the last reload went, as `status` shows it. */
export interface ReloadStatus {
  readonly at: string;
  readonly ok: boolean;
  readonly error: string | null;
  /** The configuration is on trial: until then it has to be confirmed, or the one of before comes back. */
  readonly confirm_until: string | null;
  /** It held, and was taken back because nobody confirmed it in time. */
  readonly taken_back?: true;
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
