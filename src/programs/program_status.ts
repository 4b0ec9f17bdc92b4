import type { ProgramStatus } from "../base/reports.ts";
import { exitReport } from "./program_spec.ts";
import { type History, lifeOf, type State, wordOf } from "./state.ts";
import type { Usage } from "./usage.ts";

/** What {@link statusOf} shows. */
export interface StatusInput {
  readonly name: string;
  readonly state: State;
  readonly history: History;
  readonly usage: Usage;
  readonly logFile: string;
  readonly critical: boolean;
  /** Monotonic milliseconds. */
  readonly now: number;
}

/** One program in the shape of `status --json`: times in ISO 8601, durations in seconds. */
export function statusOf({ name, state, history, usage, logFile, critical, now }: StatusInput): ProgramStatus {
  const life = lifeOf(state);
  const { restarts, exit, crashLoop } = history;
  return {
    name,
    state: wordOf(state),
    ready: state.kind === "running",
    pid: life?.pid ?? null,
    restarts,
    uptime_s: life === undefined ? null : Math.round(now - life.startedMono) / 1000,
    exit: exit === undefined ? null : exitReport(exit.how, exit.at),
    next_retry_at: state.kind === "backoff" ? new Date(state.retryAtWall).toISOString() : null,
    cpu_percent: usage.cpuPercent,
    rss_bytes: usage.rssBytes,
    log_file: logFile,
    crash_loop: crashLoop,
    critical,
    adopted: life?.adopted ?? false,
    error: state.kind === "failed" || state.kind === "backoff" ? state.reason : null,
  };
}
