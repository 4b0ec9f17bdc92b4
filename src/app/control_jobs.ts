import { aborted } from "../base/aborted.ts";
import { type AppdError, cannot } from "../base/errors.ts";
import {
  isOver,
  type RunPage,
  type RunReport,
  type RunState,
  type TriggerKind,
  type UpcomingSlot,
} from "../base/job_reports.ts";
import type { Presence } from "../instance/inspect.ts";
import { delay } from "../system/clock.ts";
import { act, clientOf, look, silent } from "./control.ts";
import type { Context } from "./context.ts";

/** Which lines of history; times in milliseconds since the epoch. */
export interface RunQuery {
  readonly job?: string | undefined;
  readonly states?: readonly RunState[] | undefined;
  readonly trigger?: TriggerKind | undefined;
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

/** Most lines of one page, as the daemon hands them out. */
const PAGE = 1000;
/** Seconds that one request waits for the end of a run, and milliseconds that its answer may take beyond that. */
const WAIT_S = 25;
const SLACK_MS = 5000;
/** How long a process may take to close its files when it dies, and the time between two looks, in milliseconds. */
const DYING_MS = 1000;
const LOOK_MS = 20;

type Action = readonly [verb: string, object: string];

/**
 * The lines of history, newest first, a page at a time as they are read.
 *
 * @param limit most lines
 * @throws AppdError (unavailable), (generic) when there is no such job
 */
export async function* runsOf(context: Context, query: RunQuery, limit: number): AsyncGenerator<RunReport> {
  let before: number | null = null;
  for (let left = limit; left > 0;) {
    const { runs, next_before }: RunPage = await ask(context, historyPath(query, Math.min(left, PAGE), before), [
      "read the history of",
      query.job ?? context.called,
    ]);
    yield* runs;
    left -= runs.length;
    if (next_before === null) return;
    before = next_before;
  }
}

function historyPath(query: RunQuery, limit: number, before: number | null): string {
  const { job, states, trigger, since, until } = query;
  const given = Object.entries({
    state: states?.join(","),
    trigger,
    since: since === undefined ? undefined : new Date(since).toISOString(),
    until: until === undefined ? undefined : new Date(until).toISOString(),
    limit: `${limit}`,
    before: before === null ? undefined : `${before}`,
  }).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const place = job === undefined ? "/api/v1/runs" : `${pathOf(job)}/runs`;
  return `${place}?${new URLSearchParams(given)}`;
}

/** One run with the end of its output. @throws AppdError (generic) when there is none, (unavailable) */
export async function showRun(context: Context, id: number): Promise<RunReport> {
  return await ask(context, `/api/v1/runs/${id}`, ["show run", String(id)]);
}

/**
 * The run once it has ended, or undefined when `timeoutMs` is over before or `signal` aborts.
 *
 * @throws AppdError (unavailable) when the daemon went away
 */
export async function endOfRun(
  context: Context,
  id: number,
  { timeoutMs = Infinity, signal }: { readonly timeoutMs?: number; readonly signal: AbortSignal },
): Promise<RunReport | undefined> {
  const { clock } = context.system;
  const end = clock.monotonic() + timeoutMs;
  const stopped = aborted(signal).then(() => undefined);
  while (!signal.aborted) {
    const seconds = Math.min(WAIT_S, Math.max(0, end - clock.monotonic()) / 1000);
    const path = `/api/v1/runs/${id}?wait=${seconds.toFixed(3)}`;
    const asked = clientOf(context, seconds * 1000 + SLACK_MS).get<RunReport>(path);
    const run = await Promise.race([asked, stopped]);
    if (signal.aborted) return undefined;
    if (run === undefined) throw await lost(context, id);
    if (isOver(run)) return run;
    if (clock.monotonic() >= end) return undefined;
  }
  return undefined;
}

/** Why nobody tells any more what became of a run. */
async function lost(context: Context, id: number): Promise<AppdError> {
  const { kind } = await restOf(context);
  const action: Action = ["wait for run", String(id)];
  if (kind !== "dead" && kind !== "stopped") return cannot(action, ...silent(undefined));
  const cause = kind === "dead"
    ? "the daemon died while the run went on; the next one will say what became of it"
    : "the daemon was stopped meanwhile";
  return cannot(action, cause, { exit: "unavailable", hint: `appd start, appd jobs show --run ${id}` });
}

/** Who dies closes one thing after the other: the socket may be gone a moment before the lock. */
async function restOf(context: Context): Promise<Presence> {
  const { clock, locks } = context.system;
  const end = clock.monotonic() + DYING_MS;
  while (locks.isHeld(context.paths.lock) && clock.monotonic() < end) await delay(clock, LOOK_MS);
  return await look(context);
}

/** Triggers a job; the run as it was recorded. @throws AppdError (notRunning, unavailable) */
export async function runJob(context: Context, job: string): Promise<RunReport> {
  return await act(context, ["run", job], `${pathOf(job)}/run`);
}

/** @throws AppdError (notRunning) also when it has ended */
export async function cancelRun(context: Context, id: number): Promise<RunReport> {
  return await act(context, ["cancel run", String(id)], `/api/v1/runs/${id}/cancel`);
}

/** Cancels what of a job is queued or runs; @returns those runs. */
export async function cancelJob(context: Context, job: string): Promise<readonly RunReport[]> {
  const { runs } = await act<{ runs: RunReport[] }>(context, ["cancel", job], `${pathOf(job)}/cancel`);
  return runs;
}

/** What is paused: a job, or without one the scheduler. Times in milliseconds since the epoch. */
export interface PauseRequest {
  readonly job?: string | undefined;
  readonly until?: number | undefined;
}

/** Lets no time and no event start a job, or any. @throws AppdError (notRunning, unavailable) */
export async function pause(context: Context, { job, until }: PauseRequest): Promise<void> {
  const body = until === undefined ? {} : { until: new Date(until).toISOString() };
  await act(context, ["pause", job ?? "the scheduler"], `${placeOf(job)}/pause`, body);
}

/** @throws AppdError (notRunning, unavailable) */
export async function resume(context: Context, job: string | undefined): Promise<void> {
  await act(context, ["resume", job ?? "the scheduler"], `${placeOf(job)}/resume`);
}

/** The next times, soonest first. @throws AppdError (unavailable), (generic) when there is no such job */
export async function upcoming(
  context: Context,
  { count, job }: { readonly count: number; readonly job?: string | undefined },
): Promise<readonly UpcomingSlot[]> {
  const query = new URLSearchParams({ count: `${count}`, ...(job === undefined ? {} : { job }) });
  const action: Action = ["show the next runs of", job ?? context.called];
  return (await ask<{ upcoming: UpcomingSlot[] }>(context, `/api/v1/schedule?${query}`, action)).upcoming;
}

async function ask<T>(context: Context, path: string, action: Action, timeoutMs?: number): Promise<T> {
  const answer = await clientOf(context, timeoutMs).get<T>(path);
  if (answer === undefined) throw cannot(action, ...silent(undefined));
  return answer;
}

function pathOf(job: string): string {
  return `/api/v1/jobs/${encodeURIComponent(job)}`;
}

function placeOf(job: string | undefined): string {
  return job === undefined ? "/api/v1/scheduler" : pathOf(job);
}
