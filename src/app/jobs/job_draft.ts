import { type JobEvent, jobLevel, jobSentence } from "../../jobs/events.ts";
import type { EventDraft } from "../events/event_report.ts";

/** A job's event in the form that users see; durations in seconds. */
export function jobDraft(event: JobEvent): EventDraft {
  const { job, ...fields } = jobFields(event);
  return {
    at: new Date(event.at).toISOString(),
    kind: event.kind,
    program: null,
    ...(job === undefined ? {} : { job }),
    level: jobLevel(event),
    message: jobSentence(event),
    fields,
  };
}

/** What a record of the log, or a machine, wants as values. */
export function jobFields(event: JobEvent): Readonly<Record<string, unknown>> & { readonly job?: string } {
  const job = event.job === "" ? {} : { job: event.job };
  if (!("run" in event)) return job;
  const { id, number, slotAt, cause, state, attempts, pid, exit, durationMs } = event.run;
  return {
    ...job,
    run_id: id,
    ...(number === null ? {} : { trigger: number }),
    slot: new Date(slotAt).toISOString(),
    cause: cause.kind,
    state,
    ...(attempts > 1 ? { attempt: attempts } : {}),
    ...(event.kind === "job_started" && pid > 0 ? { pid } : {}),
    ...(event.kind === "job_ended" && exit !== null ? exit : {}),
    ...(event.kind === "job_ended" && durationMs !== null ? { duration_s: Math.round(durationMs) / 1000 } : {}),
  };
}
