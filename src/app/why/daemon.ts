import { humanDuration } from "../../base/duration.ts";
import { escapeControls } from "../../base/escape.ts";
import type { CheckReport } from "../../base/health_reports.ts";
import type { StatusReport } from "../../base/status_report.ts";
import type { DaemonWhyReport } from "../../base/why_reports.ts";
import { utcTime } from "../../base/utc_time.ts";
import { brokenJobs, downPrograms, jobProblem, programProblem } from "./not_well.ts";

/** What an answer is made from. */
export interface DaemonWhyInput {
  readonly status: StatusReport;
  /** The last results of all checks, by name. */
  readonly checks: Readonly<Record<string, CheckReport>>;
  /** Paths of damaged databases in which the app had kept something. Default none. */
  readonly setAside?: readonly string[];
  /** Wall time in milliseconds. */
  readonly now: number;
}

/** Most names that are hinted at. */
const HINTS = 6;

/** What is not well with the daemon, and what it has to do with its state. Pure. */
export function explainDaemon({ status, checks, setAside = [], now }: DaemonWhyInput): DaemonWhyReport {
  const failing = Object.entries(checks).filter(([, { ok }]) => !ok)
    .map(([check, { critical, since = null, failures = 0, error = "failed" }]) => ({
      ...{ check, critical, since, failures, error: escapeControls(error) },
    })).sort((one, other) => Number(other.critical) - Number(one.critical));
  const programs = downPrograms(status.programs)
    .map((one) => ({ program: one.name, problem: escapeControls(programProblem(one)) }));
  const jobs = brokenJobs(status.jobs).map((one) => ({ job: one.name, problem: escapeControls(jobProblem(one, now)) }));
  const reload = badReload(status);
  const { needs_restart } = status;
  const wrong = {
    ...{ checks: failing, programs, jobs },
    ...(reload === undefined ? {} : { reload }),
    ...(needs_restart === undefined ? {} : { needs_restart }),
    ...(setAside.length === 0 ? {} : { set_aside: setAside }),
  };
  return {
    state: status.state,
    health: status.health,
    summary: summaryOf(status, wrong, now),
    ...wrong,
    hints: hintsOf(wrong),
  };
}

/** The last reload when it was refused, or did not stay: what the file says now is not what runs. */
function badReload({ last_reload: last }: StatusReport): DaemonWhyReport["reload"] {
  if (last === null || last.ok) return undefined;
  const { at, error, taken_back } = last;
  return { at, error: escapeControls(error ?? "unknown reason"), ...(taken_back ? { taken_back } : {}) };
}

type Wrong = Pick<DaemonWhyReport, "checks" | "programs" | "jobs" | "reload" | "needs_restart" | "set_aside">;

function summaryOf(status: StatusReport, wrong: Wrong, now: number): string {
  const { checks, programs, jobs, reload, set_aside } = wrong;
  const { name, state, mode } = status;
  const critical = checks.filter((one) => one.critical);
  const head = `${name} is ${state}${sinceText(critical, now)}${mode ? ` in mode ${mode}` : ""}`;
  const causes = critical.map(({ check, error }) => `the check ${check} fails: ${error}`);
  const named = new Set(critical.some(({ check }) => check === "programs") ? criticalOf(status) : []);
  const others = [
    ...checks.filter((one) => !one.critical).map(({ check }) => `the check ${check}`),
    ...programs.map(({ program }) => program).filter((name) => !named.has(name)),
    ...jobs.map(({ job }) => `the job ${job}`),
    ...(set_aside === undefined ? [] : ["a damaged database, which was set aside"]),
    ...(reload === undefined ? [] : [`the last reload, which was ${reload.taken_back ? UNCONFIRMED : "refused"}`]),
  ];
  const rest = others.length === 0 ? [] : [`${causes.length === 0 ? "" : "also "}not well: ${others.join(", ")}`];
  const late = lateText(wrong);
  if (causes.length === 0 && rest.length === 0) return `${head}, and ${late ?? "nothing is wrong"}`;
  const text = causes.length === 0 ? `${head}; ${rest[0]}` : `${head}: ${[...causes, ...rest].join("; ")}`;
  return late === undefined ? text : `${text}; ${late}`;
}

const UNCONFIRMED = "taken back, because nobody confirmed it";

/** What the file says already, and the daemon does not yet. */
function lateText({ needs_restart: keys = [] }: Wrong): string | undefined {
  return keys.length === 0 ? undefined : `the new ${keys.join(", ")} wait${keys.length === 1 ? "s" : ""} for a restart`;
}

/** Whom the check of programs names when it fails. */
function criticalOf({ programs }: StatusReport): string[] {
  return programs.filter(({ critical, ready, removed }) => critical && !ready && !removed).map(({ name }) => name);
}

/** Since the first of the checks that degrade it has failed. */
function sinceText(critical: Wrong["checks"], now: number): string {
  const [first] = critical.flatMap(({ since }) => since === null ? [] : [Date.parse(since)]).sort((a, b) => a - b);
  return first === undefined ? "" : ` since ${utcTime(first)} (${humanDuration(Math.max(0, now - first))})`;
}

function hintsOf({ checks, programs, jobs, reload, needs_restart, set_aside }: Wrong): readonly string[] {
  const names = [
    ...checks.map(({ check }) => check.includes(" ") ? `"${check}"` : check),
    ...programs.map(({ program }) => program),
    ...jobs.map(({ job }) => job),
  ];
  const looks = [...new Set(names)].slice(0, HINTS).map((name) => `appd why ${name}`);
  return [
    ...looks,
    ...(set_aside === undefined ? [] : ["appd doctor"]),
    ...(reload === undefined ? [] : reload.taken_back ? ["appd reload --plan", "appd reload"] : ["appd config check"]),
    ...(needs_restart === undefined ? [] : ["appd restart"]),
  ];
}
