import { humanDuration } from "../../base/duration.ts";
import { escapeControls } from "../../base/escape.ts";
import type { EventReport } from "../../base/event_report.ts";
import type { CheckReport } from "../../base/health_reports.ts";
import type { StatusReport } from "../../base/status_report.ts";
import type { CheckWhyReport } from "../../base/why_reports.ts";
import { utcTime } from "../../base/utc_time.ts";
import { brokenJobs, downPrograms } from "./not_well.ts";

/** What an answer is made from beside the check's last result. */
export interface CheckWhyInput {
  readonly report: CheckReport;
  readonly status: StatusReport;
  /** What is remembered of all checks, oldest first. */
  readonly events: readonly EventReport[];
  /** Wall time in milliseconds. */
  readonly now: number;
}

/** So many turns are told. */
const TURNS = 10;

/** Why a health check fails, or that it is well. Pure. */
export function explainCheck(name: string, { report, status, events, now }: CheckWhyInput): CheckWhyReport {
  const { ok, critical, since = null, failures = 0, error = null } = report;
  const own = events.filter(({ check }) => check === name);
  return {
    ...{ check: name, ok, critical, since, failures, error: error === null ? null : escapeControls(error) },
    summary: escapeControls(`the check ${name} ${accountOf(report, now)}`),
    chain: own.slice(-TURNS).map(({ at, message }) => ({ at, message: escapeControls(message) })),
    hints: hintsOf(name, { report, status }),
  };
}

function accountOf({ ok, critical, since, failures = 0, error = "failed" }: CheckReport, now: number): string {
  if (ok) return `is well; it is ${critical ? "critical" : "not critical"}`;
  if (since === undefined) return `has given no answer yet; it is ${critical ? "critical" : "not critical"}`;
  const age = humanDuration(Math.max(0, now - Date.parse(since)));
  const times = failures === 1 ? "once" : `${failures} times in a row`;
  const weight = critical ? "critical, so that the daemon is degraded" : "not critical, the daemon serves as usual";
  return `fails since ${utcTime(Date.parse(since))} (${age}), ${times}; it is ${weight}: ${error}`;
}

function hintsOf(name: string, { report, status }: Pick<CheckWhyInput, "report" | "status">): readonly string[] {
  if (report.ok) return [];
  const own = report.hint === undefined ? [] : [report.hint];
  return [...own, ...(builtInHints(name, status) ?? [`appd logs --grep ${name} -n 50`])];
}

/** What helps with a check of the daemon's own; undefined for one of the app's, whose developer knows. */
function builtInHints(name: string, status: StatusReport): readonly string[] | undefined {
  switch (name) {
    case "programs":
      return downPrograms(status.programs).filter(({ critical }) => critical).map((one) => `appd why ${one.name}`);
    case "jobs":
      return brokenJobs(status.jobs).map((one) => `appd why ${one.name}`);
    case "log":
    case "database":
      return ["appd doctor", "appd logs -n 50"];
    case "history":
      return ["appd doctor", "appd restart"];
    case "zombies":
      return ["appd doctor"];
    default:
      return name.startsWith("repository ") ? [`appd git poke ${name.slice("repository ".length)}`] : undefined;
  }
}
