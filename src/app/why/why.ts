import { humanDuration } from "../../base/duration.ts";
import { escapeControls } from "../../base/escape.ts";
import type { EventReport } from "../../base/event_report.ts";
import type { ProgramStatus } from "../../base/program_reports.ts";
import type { WhyReport } from "../../base/why_reports.ts";
import { isUp } from "../../base/program_names.ts";
import { utcTime } from "../../base/utc_time.ts";
import type { ProgramEvent } from "../../programs/events.ts";
import { chainOf } from "./chain.ts";
import { hintsOf } from "./hints.ts";
import { isRetry, latest, type Subject } from "./subject.ts";
import { troubleOf } from "./trouble.ts";

/** What an answer is made from. */
export interface WhyInput {
  readonly program: ProgramStatus;
  /** All programs, for what it depends on. */
  readonly programs: readonly ProgramStatus[];
  /** What is remembered of a program, oldest first. */
  readonly eventsOf: (program: string) => readonly ProgramEvent[];
  /** What is remembered of the daemon itself, oldest first. */
  readonly daemonEvents: readonly EventReport[];
  /** The last lines of its log. */
  readonly lastOutput: readonly string[];
  /** Wall time in milliseconds. */
  readonly now: number;
  /** False for the command after `--`, of which the configuration knows nothing. */
  readonly configured: boolean;
}

/** Why a program is in the state that it is in. Pure. */
export function whyOf(input: WhyInput): WhyReport {
  const { program } = input;
  const blockers = blockersOf(program, input);
  const sentences = [subjectOf(program, input), ...blockers].map((subject) =>
    `${subject.status.name} ${accountOf(subject)}`
  );
  return {
    program: program.name,
    state: program.state,
    summary: escapeControls(sentences.join("; ")),
    chain: chainOf(subjectOf(program, input), blockers, input.daemonEvents),
    last_output: input.lastOutput.map(escapeControls),
    next_retry_at: program.next_retry_at,
    hints: hintsOf(subjectOf(program, input), { blockers, configured: input.configured }),
  };
}

function subjectOf(status: ProgramStatus, { eventsOf, now }: WhyInput): Subject {
  return { status, events: eventsOf(status.name), now };
}

/** What stands in a program's way, and what in theirs: each once, the nearest first. */
function blockersOf(program: ProgramStatus, input: WhyInput, seen: Set<string> = new Set([program.name])): Subject[] {
  if ((program.waiting_for ?? []).length === 0) return [];
  const missing = Object.entries(program.depends_on ?? {}).flatMap(([name, condition]) =>
    input.programs.filter((one) => (one.family ?? one.name) === name && !holds(condition, one))
  ).filter(({ name }) => !seen.has(name));
  for (const { name } of missing) seen.add(name);
  return missing.flatMap((one) => [subjectOf(one, input), ...blockersOf(one, input, seen)]);
}

function holds(condition: string, program: ProgramStatus): boolean {
  const { state, ready, live, exit } = program;
  switch (condition) {
    case "started":
      return isUp(program) || state === "exited";
    case "ready":
      return ready;
    case "healthy":
      return ready && live !== false;
    default:
      return state === "exited" && exit?.code === 0;
  }
}

/** What follows the program's name. */
function accountOf(subject: Subject): string {
  const { status } = subject;
  if ((status.waiting_for ?? []).length > 0) return `waits for ${status.waiting_for?.join(" and ")}`;
  return ACCOUNTS[status.state](subject);
}

const ACCOUNTS: Readonly<Record<ProgramStatus["state"], (subject: Subject) => string>> = {
  running: runningText,
  starting: startingText,
  backoff: backoffText,
  failed: (subject) => `has failed and is not started again: ${troubleOf(subject)}`,
  exited: (subject) => `has ended, and its restart policy does not start it again: ${troubleOf(subject)}`,
  stopping: stoppingText,
  stopped: stoppedText,
};

function runningText(subject: Subject): string {
  const { status, events } = subject;
  const { restarts, crash_loop, ready, live, note } = status;
  const unready = latest(events, "unready");
  const notReady = `not ready: ${note ?? unready?.reason ?? "its readiness probe says no"}`;
  return [
    `runs${sinceText(subject)}`,
    beginText(subject),
    ready ? "ready" : notReady,
    ...(live === false ? [`its liveness probe fails${ready && note ? `: ${note}` : ""}`] : []),
    ...(crash_loop ? ["out of its crash loop only when it has been stable"] : []),
    `${restarts} ${restarts === 1 ? "restart" : "restarts"}`,
    ...pastText(subject),
  ].join(", ");
}

/** What the restarts were for. */
function pastText(subject: Subject): string[] {
  const { restarts, exit } = subject.status;
  return restarts > 0 && exit !== null ? [`the last time: ${troubleOf(subject)}`] : [];
}

function startingText(subject: Subject): string {
  const { note } = subject.status;
  if (!isUp(subject.status)) return "is being started";
  const waits = note === null || note === undefined ? "not ready yet" : `not ready yet: ${note}`;
  return [`is starting${sinceText(subject)}`, beginText(subject), waits, ...pastText(subject)].join(", ");
}

function backoffText(subject: Subject): string {
  const { status: { crash_loop, next_retry_at }, now } = subject;
  const state = crash_loop ? "is in a crash loop" : `is down after ${failuresText(subject)}`;
  const wait = next_retry_at === null ? undefined : humanDuration(Math.max(0, Date.parse(next_retry_at) - now));
  return `${state}: ${troubleOf(subject)}${wait === undefined ? "" : `; the next start is in ${wait}`}`;
}

/** Failures in a row: those since it was last stable, or was started by somebody. */
function failuresText({ events }: Subject): string {
  const last = events.findLastIndex((event) =>
    event.kind === "stable" || event.kind === "stopped" || (event.kind === "started" && !isRetry(event.cause))
  );
  const count = events.slice(last + 1).filter(({ kind }) => kind === "retrying").length;
  return count <= 1 ? "a failure" : `${count} failures in a row`;
}

function stoppingText({ events, status }: Subject): string {
  const stopping = latest(events, "stopping");
  const killing = latest(events, "killing");
  if (stopping === undefined) return `is being stopped${lingeringText(status)}`;
  const unwell = latest(events, "unwell");
  const isTreatment = unwell !== undefined && unwell.reason === stopping.cause;
  const why = isTreatment ? `, to be started again: ${unwell.reason}` : byText(stopping.cause);
  if (status.lingering) return `is being stopped${why}${lingeringText(status)}`;
  const killed = killing !== undefined && killing.at >= stopping.at;
  const how = killed
    ? "it did not end in time and is being killed"
    : `it has ${humanDuration(stopping.timeoutMs)}${status.kind === "service" ? "" : ` from ${stopping.signal} on`}`;
  return `is being stopped${why}; ${how}`;
}

function lingeringText({ lingering, removed }: ProgramStatus): string {
  if (lingering === undefined) return "";
  const gone = removed ? ", though the configuration has it no more" : "";
  const next = lingering.then === "start"
    ? "cannot begin again before it has ended"
    : `goes on inside the daemon${gone}`;
  return `; it ignores its signal since ${utcTime(Date.parse(lingering.since))}, and ${next}`;
}

function stoppedText({ events, status }: Subject): string {
  const stopped = latest(events, "stopped");
  if (stopped === undefined) return keptText(events);
  const force = stopped.forced ? FORCED[status.kind ?? "program"] : "";
  return `is stopped since ${utcTime(stopped.at)}${byText(stopped.cause)}${force}`;
}

/** Of a stop that an earlier daemon has seen. */
function keptText(events: Subject["events"]): string {
  const kept = latest(events, "kept_stopped");
  if (kept === undefined) return "is stopped, and nothing is remembered of why";
  const at = kept.stoppedAt === 0 ? "" : ` since ${utcTime(kept.stoppedAt)}`; // Earlier versions did not keep it.
  const since = `is stopped${at}${byText(kept.cause)}`;
  const end = kept.endedAt === null ? "" : ` (its last life ended at ${utcTime(kept.endedAt)})`;
  return `${since}, and stays so until somebody starts it: it was stopped by hand under an earlier daemon${end}`;
}

const FORCED = {
  program: ", with force, because not all of it ended by itself in time",
  service: ", though it ignored its signal for a while",
} as const;

function byText(cause: string | undefined): string {
  return cause === undefined ? "" : ` by ${cause}`;
}

function beginText({ events, status }: Subject): string {
  const began = events.findLast(({ kind }) => kind === "started" || kind === "adopted");
  if (began?.kind === "started") return began.cause === undefined ? "started" : `started by ${began.cause}`;
  return status.adopted ? "taken over from an earlier daemon" : "started";
}

function sinceText({ status: { uptime_s: uptime }, now }: Subject): string {
  if (uptime === null) return "";
  return ` since ${utcTime(now - uptime * 1000)} (${humanDuration(uptime * 1000)})`;
}
