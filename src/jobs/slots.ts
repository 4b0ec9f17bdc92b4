import type { Cause, JobSpec } from "./job_spec.ts";
import type { Run, Slot } from "./run.ts";
import type { DueSlot } from "./timetable.ts";

/** A slot of an interval or of a cron expression. */
export function timedSlot({ cron }: JobSpec, { at, seq }: DueSlot): Slot {
  if (cron === undefined) return { key: `every:${seq}`, at, cause: plain("every") };
  return { key: `cron:${iso(at)}`, at, cause: plain("cron") };
}

/** The daemon has started. Times are wall times in milliseconds. */
export function startSlot(at: number): Slot {
  return { key: `start:${iso(at)}`, at, cause: plain("start") };
}

/** Somebody asked for it; each time is a slot of its own. */
export function manualSlot(at: number): Slot {
  return { key: `manual:${crypto.randomUUID()}`, at, cause: plain("manual") };
}

/** @param key of whoever called: two calls with one key are one slot */
export function webhookSlot(at: number, key: string): Slot {
  return { key: `webhook:${key}`, at, cause: plain("webhook") };
}

/** A program has come to a state. */
export function programSlot(program: string, { state, at }: { readonly state: string; readonly at: number }): Slot {
  const variables = { APPD_TRIGGER_PROGRAM: program, APPD_TRIGGER_STATE: state };
  const key = `program:${program}:${state}:${iso(at)}:${crypto.randomUUID().slice(0, 8)}`;
  return { key, at, cause: { kind: "program", detail: `${program} ${state}`, variables } };
}

/** A run of another job has got its outcome. */
export function consequenceSlot({ id, job, state }: Run, at: number): Slot {
  const variables = { APPD_TRIGGER_JOB: job, APPD_TRIGGER_OUTCOME: state, APPD_TRIGGER_RUN_ID: `${id}` };
  return { key: `job:${id}`, at, cause: { kind: "job", detail: `${job} ${state}`, variables } };
}

function plain(kind: Cause["kind"]): Cause {
  return { kind, detail: null, variables: {} };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
