import type { EventReport } from "../../base/event_report.ts";
import { fieldsOf, levelOf, type ProgramEvent, sentence } from "../../programs/events.ts";
import type { Exit } from "../../programs/program_spec.ts";
import { exitMeaning } from "../why/exit_meaning.ts";

/** An event before the journal has given it its number. */
export type EventDraft = Omit<EventReport, "id">;

/** A program's event in the form that users see; durations in seconds. */
export function draftOf(event: ProgramEvent): EventDraft {
  const { program: _, ...fields } = fieldsOf(event);
  return {
    at: new Date(event.at).toISOString(),
    kind: event.kind,
    program: event.program,
    level: levelOf(event),
    message: messageOf(event),
    fields: { ...fields, ...detailsOf(event) },
  };
}

/** The sentence, and of an end that is bad what it usually means. */
function messageOf(event: ProgramEvent): string {
  const meaning = event.kind === "ended" && !event.expected && !saysEnough(event.exit)
    ? exitMeaning(event.exit)
    : undefined;
  return `${sentence(event)}${meaning === undefined ? "" : ` (${meaning})`}`;
}

/** The words for want of memory explain themselves. */
function saysEnough(exit: Exit): boolean {
  return exit !== "unknown" && "signal" in exit && exit.outOfMemory === true;
}

/** What the log says in its sentence, and a machine wants as values. */
function detailsOf(event: ProgramEvent): Readonly<Record<string, unknown>> {
  switch (event.kind) {
    case "started":
      return event.cause === undefined ? {} : { cause: event.cause };
    case "waiting":
      return { for: event.for };
    case "unready":
    case "unwell":
    case "failed":
      return { reason: event.reason };
    case "stable":
      return { was_crash_loop: event.wasCrashLoop };
    case "ended":
      return { exit: exitFields(event.exit), uptime_s: seconds(event.uptimeMs), expected: event.expected };
    case "retrying":
      return { in_s: seconds(event.inMs) };
    case "crash_loop":
      return { failures: event.failures, in_s: seconds(event.inMs) };
    case "stopping":
      return {
        ...(event.service ? {} : { signal: event.signal }),
        timeout_s: seconds(event.timeoutMs),
        ...(event.cause === undefined ? {} : { cause: event.cause }),
      };
    case "signalled":
      return { signal: event.signal };
    case "lingering":
      return { wanted: event.wanted };
    case "stopped":
      return { forced: event.forced, ...(event.cause === undefined ? {} : { cause: event.cause }) };
    case "swept":
    case "survivors":
      return { processes: event.processes };
    case "trouble":
      return { what: event.what, error: event.error };
    case "kept_stopped":
      return {
        ended_at: event.endedAt === null ? null : new Date(event.endedAt).toISOString(),
        stopped_at: new Date(event.stoppedAt).toISOString(),
        cause: event.cause,
      };
    case "adopted":
    case "ready":
    case "killing":
      return {};
  }
}

/** As in the status, without the time: null twice when nobody could know. */
function exitFields(exit: Exit): Readonly<Record<string, unknown>> {
  if (exit === "unknown") return { code: null, signal: null };
  if ("code" in exit) return { code: exit.code, signal: null, ...(exit.error ? { error: exit.error } : {}) };
  return { code: null, signal: exit.signal, ...(exit.outOfMemory ? { out_of_memory: true } : {}) };
}

function seconds(ms: number): number {
  return Math.round(ms) / 1000;
}
