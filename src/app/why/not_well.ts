import { humanDuration } from "../../base/duration.ts";
import type { JobStatus } from "../../base/job_reports.ts";
import { lingeringText } from "../../base/lingering_text.ts";
import type { ProgramStatus } from "../../base/program_reports.ts";

/**
 * Programs and services that are not as they should be. One that somebody stopped is, unless it is critical; one that the
 * configuration has no more is.
 */
export function downPrograms(programs: readonly ProgramStatus[]): readonly ProgramStatus[] {
  return programs.filter((one) => !one.removed && ((one.critical && !one.ready) || isDown(one)));
}

function isDown({ state, ready, live, crash_loop, exit, lingering }: ProgramStatus): boolean {
  switch (state) {
    case "backoff":
    case "failed":
      return true;
    case "starting":
    case "running":
      return !ready || live === false || crash_loop;
    case "exited":
      return exit !== null && exit.code !== 0;
    case "stopping":
      return lingering?.then === "start";
    case "stopped":
      return false;
  }
}

/** What is wrong with such a program, as a phrase. */
export function programProblem(program: ProgramStatus): string {
  const { state, ready, live, crash_loop, error, note, lingering, waiting_for: missing = [] } = program;
  if (missing.length > 0) return `waits for ${missing.join(" and ")}`;
  if (lingering !== undefined) return LINGERING[lingering.then];
  const what = crash_loop ? "in a crash loop" : live === false ? "its liveness probe fails" : WORDS[state];
  const detail = error ?? (ready ? null : note ?? null);
  return detail === null ? what : `${what}: ${detail}`;
}

const WORDS: Readonly<Record<ProgramStatus["state"], string>> = {
  starting: "not ready yet",
  running: "not ready",
  backoff: "down, and started again soon",
  failed: "failed, and not started again",
  exited: "ended badly",
  stopping: "being stopped",
  stopped: "stopped",
};

/** What becomes of it once it has ended. */
const LINGERING = {
  start: "ignores its signal, and cannot begin again before it has ended",
  stop: "ignores its signal, and goes on though it is to be stopped",
} as const;

const BAD: ReadonlySet<string> = new Set(["failed", "timeout", "interrupted"]);

/** Jobs that cannot run, are overdue, or whose last run ended badly, unless they are disabled, or whose code goes on. */
export function brokenJobs(jobs: readonly JobStatus[]): readonly JobStatus[] {
  return jobs.filter(({ enabled, problem, overdue_since: overdue, last, lingering }) =>
    lingering !== undefined ||
    enabled && (problem !== null || overdue !== null || (last !== null && BAD.has(last.outcome)))
  );
}

/** What is wrong with such a job, as a phrase. @param now wall time in milliseconds */
export function jobProblem({ problem, overdue_since: overdue, last, lingering }: JobStatus, now: number): string {
  if (lingering !== undefined) return lingeringText(lingering, now);
  if (problem !== null) return `cannot run: ${problem}`;
  if (overdue !== null) return `overdue for ${humanDuration(Math.max(0, now - Date.parse(overdue)))}`;
  const age = humanDuration(Math.max(0, now - Date.parse(last?.started_at ?? last?.slot ?? "")));
  const reason = last?.reason ? `: ${last.reason}` : "";
  return `its last run, ${age} ago, ended with ${last?.outcome}${reason}`;
}
