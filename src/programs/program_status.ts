import type { ProgramStatus } from "../base/program_reports.ts";
import { familyOf } from "./dependencies.ts";
import type { Survivor } from "./events.ts";
import { exitReport } from "./program_spec.ts";
import { type History, lifeOf, type State, wordOf } from "./state.ts";
import { isTask, type UnitSpec } from "./task_spec.ts";

/** What {@link statusOf} shows. */
export interface StatusInput {
  readonly name: string;
  readonly state: State;
  readonly history: History;
  readonly logFile: string;
  readonly spec: UnitSpec;
  readonly probes: { readonly live: boolean | null; readonly note: string | null };
  readonly leftovers: readonly Survivor[];
  /** Monotonic milliseconds. */
  readonly now: number;
}

/** One program in the shape of `status --json`: times in ISO 8601, durations in seconds. What it uses, others measure. */
export function statusOf(input: StatusInput): ProgramStatus {
  const { name, state, history, logFile, spec, probes, leftovers, now } = input;
  const life = lifeOf(state);
  const { restarts, exit, crashLoop } = history;
  return {
    name,
    kind: isTask(spec) ? "service" : "program",
    state: wordOf(state),
    ready: state.kind === "running" && state.ready,
    pid: life?.pid || null,
    restarts,
    uptime_s: life === undefined ? null : Math.round(now - life.startedMono) / 1000,
    exit: exit === undefined ? null : exitReport(exit.how, exit.at),
    next_retry_at: state.kind === "backoff" ? new Date(state.retryAtWall).toISOString() : null,
    cpu_percent: null,
    rss_bytes: null,
    log_file: logFile,
    crash_loop: crashLoop,
    critical: spec.critical,
    adopted: life?.adopted ?? false,
    error: state.kind === "failed" || state.kind === "backoff" ? state.reason : null,
    family: familyOf(spec),
    waiting_for: state.kind === "waiting" ? state.for : [],
    depends_on: spec.dependsOn ?? {},
    live: probes.live,
    note: probes.note,
    leftovers,
    ...(state.kind === "lingering" ? { lingering: lingeringOf(state) } : {}),
  };
}

function lingeringOf({ since, then }: Extract<State, { kind: "lingering" }>): NonNullable<ProgramStatus["lingering"]> {
  return { since: new Date(since).toISOString(), then: then.next === "stopped" ? "stop" : "start" };
}
