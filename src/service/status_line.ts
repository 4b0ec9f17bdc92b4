import { escapeControls } from "../base/escape.ts";
import type { JobStatus } from "../base/job_reports.ts";
import type { ProgramStatus } from "../base/program_reports.ts";
import type { StatusReport } from "../base/status_report.ts";

/** What the line is made from: a part of the status report. */
export type StatusFacts = Pick<
  StatusReport,
  "state" | "programs" | "jobs" | "scheduler" | "problems" | "last_reload" | "shutdown"
>;

/** When and where it is read. */
export interface Moment {
  /** Wall time in milliseconds. */
  readonly now: number;
  /** IANA name. */
  readonly timezone: string;
}

/** Characters that a line has at most: a service manager shows it among other things. */
const LONGEST = 160;

/** How the daemon is, in a line: `ready: 3 programs, 2 jobs; next backup 02:30`. One line, whatever names contain. */
export function statusLine(facts: StatusFacts, moment: Moment): string {
  const line = escapeControls(sentence(facts, moment));
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 1)}…`;
}

function sentence(facts: StatusFacts, moment: Moment): string {
  switch (facts.state) {
    case "ready":
      return `ready: ${
        [work(facts), next(facts, moment), reloadTrouble(facts)].filter((part) => part !== "").join("; ")
      }`;
    case "degraded":
      return `degraded: ${several(facts.problems, 1) || "a critical check fails"}`;
    case "stopping":
      return stopping(facts);
    default:
      return facts.state;
  }
}

function work({ programs, jobs, scheduler }: StatusFacts): string {
  const known = jobs.filter(({ enabled }) => enabled);
  const running = known.filter((job) => job.running).length;
  const parts = [
    ...(programs.length > 0 ? [countPrograms(programs)] : []),
    ...(known.length > 0 ? [count(known.length, "job") + (running > 0 ? ` (${running} running)` : "")] : []),
  ];
  return (parts.join(", ") || "nothing to run") + (scheduler.paused ? ", scheduler paused" : "");
}

/** Those that do their work: an exited one is counted and not among them. */
function countPrograms(programs: readonly ProgramStatus[]): string {
  const well = programs.filter(({ state, ready }) => state === "running" && ready).length;
  return well === programs.length ? count(well, "program") : `${well} of ${count(programs.length, "program")} ready`;
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}

function next({ jobs, scheduler }: StatusFacts, moment: Moment): string {
  if (scheduler.paused) return "";
  const [first] = jobs.filter(isTimed).sort((a, b) => Date.parse(a.next_at) - Date.parse(b.next_at));
  return first === undefined ? "" : `next ${first.name} ${timeText(first.next_at, moment)}`;
}

function isTimed(job: JobStatus): job is JobStatus & { readonly next_at: string } {
  return job.enabled && !job.paused && job.next_at !== null;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** `02:30` within a day, else with its date; a day's own time zone, as people say it. */
function timeText(iso: string, { now, timezone }: Moment): string {
  const at = Temporal.Instant.from(iso).toZonedDateTimeISO(timezone);
  const time = at.toPlainTime().toString({ smallestUnit: "minute" });
  return at.epochMilliseconds - now < DAY_MS ? time : `${at.toPlainDate().toString()} ${time}`;
}

function reloadTrouble({ last_reload }: StatusFacts): string {
  return last_reload === null || last_reload.ok ? "" : `last reload failed: ${last_reload.error ?? "unknown"}`;
}

/** Waits for one part at a time; names who is still there of it. */
function stopping({ shutdown, programs, jobs }: StatusFacts): string {
  const part = shutdown?.remaining[0];
  if (part === undefined) return "stopping";
  const names = part === "jobs"
    ? jobs.filter(({ running }) => running).map(({ name }) => name)
    : part === "programs"
    ? programs.filter(({ pid }) => pid !== null).map(({ name }) => name)
    : [];
  return `stopping: waiting for ${several(names, 3) || part}`;
}

/** The first `most` of them, and how many more there are. */
function several(names: readonly string[], most: number): string {
  const more = names.length - most;
  return names.slice(0, most).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
