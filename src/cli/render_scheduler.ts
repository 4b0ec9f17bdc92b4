import { humanDuration } from "../base/duration.ts";
import { escapeControls } from "../base/escape.ts";
import type { RepositoryStatus } from "../base/job_reports.ts";
import type { StatusReport } from "../base/status_report.ts";
import { labelled, section } from "./layout.ts";
import { type JobsView, renderJobs } from "./render_jobs.ts";
import { humanTime } from "./time_text.ts";
import { type Cell, free, spare, table } from "./table.ts";

/** The part of the status report about jobs, as lines; empty where there are none and nothing of the kind is set. */
export function schedulerLines({ scheduler, jobs }: StatusReport, view: JobsView): string[] {
  const { work_hours: hours, interval_s: interval = null, lag_ms: lag = null } = scheduler;
  if (jobs.length === 0 && !scheduler.paused && !hours.enabled && scheduler.next_at === null) return [];
  const { style, now } = view;
  const next = scheduler.next_at && waitText(scheduler.next_at, now);
  return [
    ...section("Jobs", renderJobs(jobs, view), style),
    "",
    style.bold("Scheduler:"),
    ...labelled(2, [
      ["Paused", pausedText(scheduler, now)],
      ["Interval", interval === null ? null : humanDuration(interval * 1000)],
      ["Next trigger", next],
      ["Triggers", String(scheduler.triggers)],
      ["Last", scheduler.last_at && humanTime(scheduler.last_at)],
      ["Lag", lag === null || lag < LATE_MS ? null : style.warn(humanDuration(lag))],
    ]),
    "",
    style.bold("Work hours:"),
    ...labelled(2, [
      ["Enabled", String(hours.enabled)],
      ["Hours", hours.hours && `${hours.hours}${hours.timezone === null ? "" : ` ${hours.timezone}`}`],
      ["In hours", inHoursText(hours, now)],
    ]),
  ];
}

/** Milliseconds from which on a late start is worth a line. */
const LATE_MS = 1000;

function pausedText({ paused, paused_until: until = null }: StatusReport["scheduler"], now: number): string {
  return paused && until !== null ? `true, for ${waitText(until, now)}` : String(paused);
}

function inHoursText(hours: StatusReport["scheduler"]["work_hours"], now: number): string {
  const { enabled, in_hours: open, changes_at: change = null } = hours;
  if (!enabled || change === null) return String(open);
  return `${open}, ${open ? "they end" : "they begin"} in ${waitText(change, now)}`;
}

function waitText(iso: string, now: number): string {
  return humanDuration(Math.max(0, Date.parse(iso) - now));
}

const REPOSITORY_HEAD = [
  free("NAME"),
  "STATE",
  free("BRANCH"),
  spare("HEAD"),
  spare("COMMITS"),
  "LAST",
  spare("WATCHED BY"),
  free("NOTE"),
];

/** The table of repositories as lines; empty without any. Texts come from the repositories and are escaped. */
export function renderRepositories(repositories: readonly RepositoryStatus[], { style, now }: JobsView): string[] {
  if (repositories.length === 0) return [];
  const paintOf = ({ ok, enabled }: RepositoryStatus) => !enabled ? style.dim : ok ? style.good : style.bad;
  const rows = repositories.map((one): Cell[] => [
    { text: escapeControls(one.name) },
    { text: !one.enabled ? "disabled" : one.ok ? "ok" : "broken", paint: paintOf(one) },
    { text: escapeControls(one.branch ?? "-") },
    { text: escapeControls(one.head?.slice(0, 10) ?? "-") },
    { text: String(one.commits) },
    { text: one.last_commit_at === null ? "-" : `${ageText(one.last_commit_at, now)} ago` },
    { text: one.watching ?? "-" },
    { text: noteOf(one, now) },
  ]);
  return table(REPOSITORY_HEAD, rows, style);
}

function noteOf({ error, project, next_try_at: next }: RepositoryStatus, now: number): string {
  const wait = error === null || next === undefined ? "" : `; tried again in ${waitText(next, now)}`;
  return escapeControls(error ?? project ?? "-") + wait;
}

function ageText(iso: string, now: number): string {
  return humanDuration(Math.max(0, now - Date.parse(iso)));
}
