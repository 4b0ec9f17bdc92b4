import { humanDuration } from "../base/duration.ts";
import { escapeControls } from "../base/escape.ts";
import { jobState, type JobStatus, type RunReport, type UpcomingSlot } from "../base/job_reports.ts";
import { lingeringText } from "../base/lingering_text.ts";
import { homePath, labelled, section } from "./layout.ts";
import { type JobsView, lastText, statePaint } from "./render_jobs.ts";
import { exitPhrase } from "./render_programs.ts";
import { humanTime, tableTime } from "./time_text.ts";
import { type Cell, free, pagedTable, spare, table } from "./table.ts";

/** How a table of runs is drawn. */
export interface RunsView extends JobsView {
  /** Without the column of the job: all are of one. */
  readonly oneJob?: boolean;
  /** Least width of the column of the job, so that the pages of a long table fit together. */
  readonly nameWidth?: number;
}

/** Widest kind of trigger, and widest state, so that pages fit together. */
const TRIGGER_WIDTH = "webhook".length;
const STATE_WIDTH = "interrupted".length;

/** Runs as lines of a table; empty without runs. */
export function renderRuns(runs: readonly RunReport[], view: RunsView): string[] {
  return runs.length === 0 ? [] : pagesOfRuns(view)(runs);
}

/** Runs page by page, as lines of one table. */
export function pagesOfRuns(view: RunsView): (runs: readonly RunReport[]) => string[] {
  const job = (name: string): Cell[] => view.oneJob ? [] : [{ text: escapeControls(name).padEnd(view.nameWidth ?? 0) }];
  const rowOf = (run: RunReport): Cell[] => [
    { text: String(run.id).padEnd("12345".length) },
    ...job(run.job),
    { text: tableTime(run.slot) },
    { text: run.trigger.padEnd(TRIGGER_WIDTH) },
    { text: run.state.padEnd(STATE_WIDTH), paint: statePaint(run.state, view) },
    { text: tookText(run, view.now).padEnd("59m 59s".length) },
    { text: runNote(run, view.now) },
  ];
  const head = [
    "RUN",
    ...(view.oneJob ? [] : [free("JOB")]),
    "SLOT",
    spare("TRIGGER"),
    "STATE",
    spare("TOOK"),
    free("NOTE"),
  ];
  const page = pagedTable(head, view.style);
  return (runs) => page(runs.map(rowOf));
}

function tookText({ state, started_at: started, duration_s: duration }: RunReport, now: number): string {
  if (duration !== null) return humanDuration(duration * 1000);
  return state === "running" && started !== null ? humanDuration(Math.max(0, now - Date.parse(started))) : "-";
}

/** What came of it beyond its state: exit, reason, attempts, and what made it run. */
function runNote(run: RunReport, now: number): string {
  const { exit, reason, attempts, next_retry_at: retry, slots, slot_until: until } = run;
  const notes = [
    ...(exit !== null && exit.code !== 0 ? [exitPhrase(exit)] : []),
    ...(reason === null ? [] : [reason]),
    ...(slots > 1 ? [`${slots} slots${until === null ? "" : ` until ${tableTime(until)}`}`] : []),
    ...(attempts > 1 ? [`${attempts} attempts`] : []),
    ...(retry === null ? [] : [`retry in ${humanDuration(Math.max(0, Date.parse(retry) - now))}`]),
    ...(run.detail === null ? [] : [`by ${run.detail}`]),
  ];
  return notes.map(escapeControls).join(", ") || "-";
}

/** What `jobs show` draws with. */
export interface JobView extends JobsView {
  readonly userHome: string;
}

/** Everything that is known about a job, with its last runs and what the last one wrote, as lines. */
export function renderJob(job: JobStatus, runs: readonly RunReport[], view: JobView & { output?: string }): string[] {
  const { style, now, output } = view;
  return [
    style.bold(`${escapeControls(job.name)} is ${jobState(job)}`),
    "",
    ...labelled(0, [
      ["Problem", job.problem && style.bad(escapeControls(job.problem))],
      ["Schedule", escapeControls(job.schedule || "by hand")],
      ["Interval", job.interval_s === null ? null : humanDuration(job.interval_s * 1000)],
      ["Next", job.next_at && whenText(job.next_at, now)],
      ["Next try", job.next_retry_at && whenText(job.next_retry_at, now)],
      ["Paused", job.paused ? (job.paused_until === null ? "true" : `until ${whenText(job.paused_until, now)}`) : null],
      ["Running", job.in_flight > 0 || job.queued > 0 ? `${job.in_flight}, ${job.queued} queued` : null],
      ["Left", job.lingering === undefined ? null : style.bad(lingeringText(job.lingering, now))],
      ["Triggers", String(job.triggers)],
      ["Last", lastText(job.last, now)],
      ["Last skip", job.last_skip && `${humanTime(job.last_skip.slot)}: ${escapeControls(job.last_skip.reason)}`],
      ["Overdue", job.overdue_since && style.bad(`since ${humanTime(job.overdue_since)}`)],
      ["Critical", job.critical ? "true" : null],
      ["Work hours", job.work_hours_only ? "only inside them" : null],
      ["Output", homePath(job.log_file, view)],
    ]),
    ...section("Last runs", renderRuns(runs, { style, now, oneJob: true }), style),
    ...section("Last output", outputLines(output), style),
  ];
}

/** One run with the end of its output, as lines. */
export function renderRun(run: RunReport, view: JobsView): string[] {
  const { style, now } = view;
  const number = run.number === null ? "" : `, trigger ${run.number}`;
  return [
    style.bold(`run ${run.id} of ${escapeControls(run.job)}${number}`),
    "",
    ...labelled(0, [
      ["State", statePaint(run.state, view)(run.state)],
      ["Reason", run.reason && escapeControls(run.reason)],
      ["Trigger", `${run.trigger}${run.detail === null ? "" : `, ${escapeControls(run.detail)}`}`],
      ["Slot", humanTime(run.slot)],
      ["Slots", run.slots > 1 ? `${run.slots}${run.slot_until ? ` until ${humanTime(run.slot_until)}` : ""}` : null],
      ["Started", run.started_at && humanTime(run.started_at)],
      ["Ended", run.ended_at && humanTime(run.ended_at)],
      ["Took", run.duration_s === null ? null : humanDuration(run.duration_s * 1000)],
      ["Exit", run.exit && exitPhrase(run.exit)],
      ["Attempts", run.attempts > 1 ? String(run.attempts) : null],
      ["Next try", run.next_retry_at && whenText(run.next_retry_at, now)],
      ["PID", run.pid === null ? null : String(run.pid)],
    ]),
    ...section("Last output", outputLines(run.output), style),
  ];
}

/** The next times as a table. */
export function renderUpcoming(slots: readonly UpcomingSlot[], { style, now }: JobsView): string[] {
  const rows = slots.map(({ job, at, trigger, note }): Cell[] => [
    { text: tableTime(at) },
    { text: `in ${humanDuration(Math.max(0, Date.parse(at) - now))}` },
    { text: escapeControls(job) },
    { text: trigger },
    { text: escapeControls(note ?? "-"), ...(note === null ? {} : { paint: style.dim }) },
  ]);
  return rows.length === 0 ? [] : table(["AT", spare("IN"), free("JOB"), spare("TRIGGER"), free("NOTE")], rows, style);
}

function whenText(iso: string, now: number): string {
  const wait = Date.parse(iso) - now;
  return `${humanTime(iso)}, ${wait <= 0 ? "now" : `in ${humanDuration(wait)}`}`;
}

/** Output of a job on a terminal: a tab is a tab, every other control character is shown. */
function outputLines(output = ""): string[] {
  const lines = output.replace(/\r?\n$/, "").split(/\r?\n/);
  if (lines.length === 1 && lines[0] === "") return [];
  return lines.map((line) => line.split("\t").map(escapeControls).join("\t"));
}
