import { humanDuration } from "../base/duration.ts";
import type { LogLevel } from "../base/logger.ts";
import { endingText } from "../base/ending.ts";
import type { Run } from "./run.ts";
import { IN_DAEMON } from "./runner.ts";

/** Everything notable that happens to a job; `job` is empty where it concerns all. */
export type JobEvent =
  & { readonly job: string; readonly at: number }
  & (
    | { readonly kind: "job_queued"; readonly run: Run; readonly because: string }
    | { readonly kind: "job_started"; readonly run: Run }
    | { readonly kind: "job_ended"; readonly run: Run }
    | { readonly kind: "job_retrying"; readonly run: Run; readonly inMs: number }
    | { readonly kind: "job_skipped"; readonly run: Run }
    | { readonly kind: "job_overdue"; readonly slotAt: number; readonly deadlineMs: number }
    | { readonly kind: "job_recovered" }
    | { readonly kind: "job_leftovers"; readonly run: Run; readonly processes: readonly Leftover[] }
    /** `pause` null: resumed. */
    | { readonly kind: "job_pause"; readonly pause: { readonly until: number | null } | null }
    | { readonly kind: "clock_set"; readonly ms: number; readonly text: string }
  );

export interface Leftover {
  readonly pid: number;
  readonly command: string;
}

/** How loudly the log says it. */
export function jobLevel(event: JobEvent): LogLevel {
  switch (event.kind) {
    case "job_ended":
      return event.run.state === "ok" || event.run.state === "cancelled" ? "info" : "error";
    case "job_queued":
    case "job_started":
    case "job_recovered":
    case "job_pause":
      return "info";
    case "job_skipped":
      return event.run.reason === "paused" ? "debug" : "info";
    case "job_overdue":
      return "error";
    case "job_retrying":
    case "job_leftovers":
    case "clock_set":
      return "warn";
  }
}

/** What happened, in words for people, without the job's name. */
export function jobSentence(event: JobEvent): string {
  switch (event.kind) {
    case "job_queued":
      return `run ${event.run.id} (trigger #${event.run.number}) waits: ${event.because}`;
    case "job_started":
      return `run ${event.run.id} started: trigger #${event.run.number}, ${causeText(event.run)}${
        attemptText(event.run)
      }`;
    case "job_ended":
      return `run ${event.run.id} ended: ${event.run.state}${tailText(event.run)}`;
    case "job_retrying":
      return `run ${event.run.id}: attempt ${event.run.attempts} did not succeed${
        event.run.reason === null ? "" : ` (${event.run.reason})`
      }, the next begins in ${humanDuration(event.inMs)}`;
    case "job_skipped":
      return event.run.slots === 1
        ? `slot ${iso(event.run.slotAt)} skipped: ${event.run.reason}`
        : `${event.run.slots} slots from ${iso(event.run.slotAt)} on skipped: ${event.run.reason}`;
    case "job_overdue":
      return `no run of the slot ${iso(event.slotAt)} has ended well within ${humanDuration(event.deadlineMs)}`;
    case "job_recovered":
      return "job is not overdue any more";
    case "job_leftovers":
      return leftoverText(event);
    case "job_pause": {
      const who = event.job === "" ? "scheduler" : "job";
      if (event.pause === null) return `${who} resumed`;
      return event.pause.until === null ? `${who} paused` : `${who} paused until ${iso(event.pause.until)}`;
    }
    case "clock_set":
      return event.text;
  }
}

function leftoverText({ run, processes }: { readonly run: Run; readonly processes: readonly Leftover[] }): string {
  if (run.startTime === IN_DAEMON) return `run ${run.id} ignored its signal and was let go: its code goes on`;
  return `processes of run ${run.id} survived: ${processes.map(({ pid, command }) => `${pid} ${command}`).join(", ")}`;
}

function causeText({ cause }: Run): string {
  return cause.detail === null ? cause.kind : `${cause.kind} ${cause.detail}`;
}

function attemptText({ attempts }: Run): string {
  return attempts > 1 ? `, attempt ${attempts}` : "";
}

function tailText({ exit, reason, state, durationMs }: Run): string {
  const why = reason ?? (state === "failed" && exit !== null ? endingText(exit) : null);
  const after = durationMs === null ? "" : ` after ${humanDuration(Math.round(durationMs))}`;
  return `${why === null ? "" : `, ${why}`}${after}`;
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
