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

/** What came with a call from outside. */
export interface Payload {
  /** As text. */
  readonly body: string;
  /** As the sender declared it; empty when it did not. */
  readonly contentType: string;
}

/** Has what came with a trigger of the app's own code. */
const PAYLOAD_VARIABLE = "APPD_TRIGGER_PAYLOAD";

/** What came with whatever made a run come about; null when nothing did. */
export function payloadOf({ variables }: Cause): string | null {
  return variables[PAYLOAD_VARIABLE] ?? variables.APPD_WEBHOOK_BODY ?? null;
}

/** Somebody has called. @param call `key` of whoever did: two calls with one key are one slot, that of the first */
export function webhookSlot(at: number, { key, payload }: { readonly key: string; readonly payload?: Payload }): Slot {
  const text = (value = "") => value.replaceAll("\0", ""); // A variable ends with NUL, environ(7).
  const variables = { APPD_WEBHOOK_BODY: text(payload?.body), APPD_WEBHOOK_CONTENT_TYPE: text(payload?.contentType) };
  return { key: `webhook:${key}`, at, cause: { kind: "webhook", detail: null, variables } };
}

/** The app's own code wants it. @param call `key`: two calls with one key are one slot, that of the first */
export function appSlot(at: number, { key, payload }: { readonly key: string; readonly payload?: string }): Slot {
  const variables: Record<string, string> = {};
  if (payload !== undefined) variables[PAYLOAD_VARIABLE] = payload.replaceAll("\0", ""); // As above.
  return { key: `app:${key}`, at, cause: { kind: "app", detail: null, variables } };
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
