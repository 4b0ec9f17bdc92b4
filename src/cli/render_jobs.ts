import { humanDuration } from "../base/duration.ts";
import { escapeControls } from "../base/escape.ts";
import { jobState, type JobStatus, type LastRun, type RunState } from "../base/job_reports.ts";
import { lingeringText } from "../base/lingering_text.ts";
import { exitPhrase } from "./render_programs.ts";
import type { Style } from "./style.ts";
import { type Cell, free, spare, table } from "./table.ts";

const HEAD = [
  free("NAME"),
  "STATE",
  spare(free("SCHEDULE")),
  free("LAST"),
  "NEXT",
  spare("TRIGGERS"),
  free("NOTE"),
];

/** How jobs and runs are drawn. */
export interface JobsView {
  readonly style: Style;
  /** Wall time in milliseconds since the epoch. */
  readonly now: number;
}

/** The table of jobs as lines; empty without jobs. */
export function renderJobs(jobs: readonly JobStatus[], view: JobsView): string[] {
  if (jobs.length === 0) return [];
  const rows = jobs.map((job): Cell[] => [
    { text: escapeControls(job.name) },
    { text: jobState(job), paint: paintOf(job, view.style) },
    { text: escapeControls(job.schedule || "by hand") },
    { text: lastText(job.last, view.now), ...(job.last === null ? {} : { paint: statePaint(job.last.outcome, view) }) },
    { text: nextText(job, view.now) },
    { text: String(job.triggers) },
    { text: noteOf(job, view.now) },
  ]);
  return table(HEAD, rows, view.style);
}

function paintOf(job: JobStatus, style: Style): (text: string) => string {
  if (job.lingering !== undefined) return style.bad;
  if (job.running) return style.good;
  if (job.problem !== null || job.overdue_since !== null) return style.bad;
  if (!job.enabled) return style.dim;
  return job.paused || job.retrying || job.queued > 0 ? style.warn : (text) => text;
}

/** The colour of a run's state. */
export function statePaint(state: RunState, { style }: Pick<JobsView, "style">): (text: string) => string {
  switch (state) {
    case "ok":
      return style.good;
    case "failed":
    case "timeout":
    case "interrupted":
      return style.bad;
    case "running":
    case "queued":
    case "retrying":
    case "cancelled":
      return style.warn;
    case "skipped":
      return style.dim;
  }
}

/** `ok 2h ago, took 3s`, `failed (exit 3) 5m ago, took 1s`. */
export function lastText(last: LastRun | null, now: number): string {
  if (last === null) return "never";
  const { outcome, exit, duration_s: duration } = last;
  const how = outcome === "failed" && exit !== null ? `${outcome} (${exitPhrase(exit)})` : outcome;
  const age = humanDuration(Math.max(0, now - Date.parse(last.started_at ?? last.slot)));
  return `${how} ${age} ago${duration === null ? "" : `, took ${humanDuration(duration * 1000)}`}`;
}

function nextText({ next_at: next }: JobStatus, now: number): string {
  if (next === null) return "-";
  const wait = Date.parse(next) - now;
  return wait <= 0 ? "now" : `in ${humanDuration(wait)}`;
}

/** What is wrong with it, what waits, and why its last slot was skipped. */
function noteOf(job: JobStatus, now: number): string {
  const notes = [
    ...(job.problem === null ? [] : [job.problem]),
    ...(job.left_out === undefined ? [] : [job.left_out]),
    ...(job.overdue_since === null ? [] : [`overdue for ${span(now - Date.parse(job.overdue_since))}`]),
    ...(job.in_flight > 1 ? [`${job.in_flight} at once`] : []),
    ...(job.queued > 0 ? [`${job.queued} queued`] : []),
    ...retryNote(job, now),
    ...(job.lingering === undefined ? [] : [lingeringText(job.lingering, now)]),
    ...(job.paused && job.paused_until !== null ? [`for ${span(Date.parse(job.paused_until) - now)}`] : []),
    ...(isFresh(job) ? [`skipped ${span(now - Date.parse(job.last_skip.slot))} ago: ${job.last_skip.reason}`] : []),
    ...(job.last !== null && job.last.outcome !== "ok" && job.last.reason !== null ? [job.last.reason] : []),
  ];
  return notes.map(escapeControls).join(", ") || "-";
}

function retryNote({ retrying, next_retry_at: at = null }: JobStatus, now: number): string[] {
  if (!retrying) return [];
  if (at === null) return ["next attempt waits"];
  const wait = Date.parse(at) - now;
  return [`next attempt ${wait <= 0 ? "now" : `in ${humanDuration(wait)}`}`];
}

/** A skip that came after the last run. */
function isFresh(job: JobStatus): job is JobStatus & { last_skip: NonNullable<JobStatus["last_skip"]> } {
  return job.last_skip !== null && (job.last === null || job.last_skip.slot > job.last.slot);
}

function span(ms: number): string {
  return humanDuration(Math.max(0, ms));
}
