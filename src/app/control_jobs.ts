import { cannot } from "../base/errors.ts";
import {
  isOver,
  type RunPage,
  type RunReport,
  type RunState,
  type TriggerKind,
  type UpcomingSlot,
} from "../base/job_reports.ts";
import { act, clientOf, silent } from "./control.ts";
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
  const aborted = new Promise<undefined>((resolve) => signal.addEventListener("abort", () => resolve(undefined)));
  while (!signal.aborted) {
    const seconds = Math.min(WAIT_S, Math.max(0, end - clock.monotonic()) / 1000);
    const path = `/api/v1/runs/${id}?wait=${seconds.toFixed(3)}`;
    const asked = ask<RunReport>(context, path, ["wait for run", String(id)], seconds * 1000 + SLACK_MS);
    const run = await Promise.race([asked, aborted]);
    if (run === undefined || isOver(run)) return run;
    if (clock.monotonic() >= end) return undefined;
  }
  return undefined;
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
