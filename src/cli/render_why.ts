import { humanDuration } from "../base/duration.ts";
import { escapeControls } from "../base/escape.ts";
import type { JobWhyReport } from "../base/job_reports.ts";
import type { CheckWhyReport, DaemonWhyReport, WhyReport } from "../base/why_reports.ts";
import { utcTime } from "../base/utc_time.ts";
import { section } from "./layout.ts";
import type { Style } from "./style.ts";

/** What the answer is drawn with. */
export interface WhyView {
  readonly style: Style;
  /** Wall time in milliseconds. */
  readonly now: number;
}

/** The answer for people, as lines. It comes escaped; what it contains nevertheless is escaped again, to be sure. */
export function renderWhy(report: WhyReport, { style, now }: WhyView): string[] {
  const { summary, chain, last_output, next_retry_at: retry, hints } = report;
  return [
    paintOf(report, style)(escapeControls(summary)),
    ...section("What happened", chainLines(chain, style), style),
    ...section("Last output", last_output.map(escapeControls), style),
    ...(retry === null ? [] : ["", `Next start: ${utcTime(Date.parse(retry))}, ${waitText(Date.parse(retry) - now)}`]),
    ...section("What may help", hints.map(escapeControls), style),
  ];
}

/** The same for a job. */
export function renderJobWhy(report: JobWhyReport, { style, now }: WhyView): string[] {
  const { state, summary, chain, last_output, next_at: next, hints } = report;
  return [
    jobPaint(state, style)(escapeControls(summary)),
    ...section("What happened", chainLines(chain, style), style),
    ...section("Last output", last_output.map(escapeControls), style),
    ...(next === null ? [] : ["", `Next run: ${utcTime(Date.parse(next))}, ${waitText(Date.parse(next) - now)}`]),
    ...section("What may help", hints.map(escapeControls), style),
  ];
}

/** The same for a health check. */
export function renderCheckWhy(report: CheckWhyReport, { style }: WhyView): string[] {
  const { ok, critical, summary, chain, hints } = report;
  const paint = ok ? style.good : critical ? style.bad : style.warn;
  return [
    paint(escapeControls(summary)),
    ...section("What happened", chainLines(chain, style), style),
    ...section("What may help", hints.map(escapeControls), style),
  ];
}

/** The same for the daemon as a whole. */
export function renderDaemonWhy(report: DaemonWhyReport, { style }: WhyView): string[] {
  const { state, summary, checks, programs, jobs, reload, needs_restart: late, set_aside, hints } = report;
  const isWell = checks.length + programs.length + jobs.length === 0 &&
    reload === undefined && late === undefined && set_aside === undefined;
  const paint = state === "degraded" || state === "stopped"
    ? style.bad
    : isWell && state === "ready"
    ? style.good
    : style.warn;
  return [
    paint(escapeControls(summary)),
    ...section("Checks that fail", pairs(checks.map((one) => [one.check, checkText(one)])), style),
    ...section("Programs", pairs(programs.map(({ program, problem }) => [program, problem])), style),
    ...section("Jobs", pairs(jobs.map(({ job, problem }) => [job, problem])), style),
    ...section("Last reload", reloadLines(reload), style),
    ...section("Waits for a restart", late ?? [], style),
    ...section("Set aside, with what was kept in it", (set_aside ?? []).map(escapeControls), style),
    ...section("What may help", hints.map(escapeControls), style),
  ];
}

function reloadLines(reload: DaemonWhyReport["reload"]): string[] {
  if (reload === undefined) return [];
  return [
    `${reload.taken_back ? "taken back" : "refused"} at ${utcTime(Date.parse(reload.at))}: ${
      escapeControls(reload.error)
    }`,
  ];
}

function checkText({ critical, since, failures, error }: DaemonWhyReport["checks"][number]): string {
  const from = since === null ? "" : `, since ${utcTime(Date.parse(since))}, ${failures} in a row`;
  return `${error} (${critical ? "critical" : "not critical"}${from})`;
}

/** Names, and behind them what is to be said of each. */
function pairs(rows: readonly (readonly [name: string, text: string])[]): string[] {
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `${escapeControls(name).padEnd(width)}  ${escapeControls(text)}`);
}

function jobPaint(state: JobWhyReport["state"], style: Style): (text: string) => string {
  if (state === "running") return style.good;
  if (state === "broken") return style.bad;
  return state === "paused" || state === "queued" || state === "retrying" ? style.warn : style.bold;
}

function chainLines(chain: WhyReport["chain"], style: Style): string[] {
  return chain.map(({ at, message }) => `${style.dim(utcTime(Date.parse(at)))}  ${escapeControls(message)}`);
}

function waitText(ms: number): string {
  return ms <= 0 ? "now" : `in ${humanDuration(ms)}`;
}

function paintOf({ state, next_retry_at }: WhyReport, style: Style): (text: string) => string {
  if (state === "failed") return style.bad;
  if (state === "running") return style.good;
  return state === "backoff" || next_retry_at !== null || state === "starting" ? style.warn : style.bold;
}
