import type { Context } from "hono";
import { AppdError } from "../base/errors.ts";
import { isOver, RUN_STATES, type RunPage, type RunQuery, type RunReport, TRIGGER_KINDS } from "../base/job_reports.ts";
import { type Clock, systemClock } from "../system/clock.ts";
import { JOB, NO_JOB, noSuchJob } from "./jobs_asked.ts";
import { replyJson, replyProblem } from "./problem.ts";
import { timeOf, wholeOf, wordOf, wordsOf } from "./query.ts";
import type { JobsApi, Route, RouteDeps, RouteParameter } from "./route.ts";

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;
/** Longest that one request waits for the end of a run, in seconds. */
const MAX_WAIT_S = 60;

const RUN: RouteParameter = {
  name: "id",
  in: "path",
  required: true,
  description: "number of the run",
  schema: { type: "integer", minimum: 1 },
};

const query = (name: string, description: string, schema: RouteParameter["schema"]): RouteParameter => ({
  name,
  in: "query",
  description,
  schema,
});

const FILTERS: readonly RouteParameter[] = [
  query("state", "only runs in these states, with commas between them", {
    type: "array",
    items: { enum: RUN_STATES },
  }),
  query("trigger", "only runs that this made", { enum: TRIGGER_KINDS }),
  query("since", "only runs whose slot is not before this time", { type: "string", format: "date-time" }),
  query("until", "only runs whose slot is before this time", { type: "string", format: "date-time" }),
  query("before", "only runs before this number: next_before of the page before", { type: "integer", minimum: 1 }),
  query("limit", `how many, ${DEFAULT_LIMIT} without it`, { type: "integer", minimum: 1, maximum: MAX_LIMIT }),
];

const PAGE = { 200: "one page, newest first; next_before leads to the next one", 400: "a filter makes no sense" };
const NO_RUN = { 404: "no such run" } as const;

/** The history of the jobs: looking works everywhere, cancelling only over the socket or with the token. */
export const RUN_ROUTES: readonly Route[] = [
  {
    method: "GET",
    path: "/api/v1/runs",
    summary: "What all jobs did",
    parameters: FILTERS,
    responses: PAGE,
    async handle(context, { jobs }) {
      const filters = filtersOf(context);
      return replyJson(await jobs.history(filters));
    },
  },
  {
    method: "GET",
    path: "/api/v1/jobs/:name/runs",
    summary: "What one job did; also of a job that is not configured any more",
    parameters: [JOB, ...FILTERS],
    responses: { ...PAGE, ...NO_JOB },
    handle: serveJobRuns,
  },
  {
    method: "GET",
    path: "/api/v1/runs/:id",
    summary: "One run with the end of its output",
    parameters: [
      RUN,
      query("wait", "wait for its end, at most so many seconds; it is then told as it is", {
        type: "number",
        minimum: 0,
        maximum: MAX_WAIT_S,
      }),
    ],
    responses: { 200: "the run", ...NO_RUN },
    handle: (context, deps) =>
      withRun(context, deps, async (run) => {
        return replyJson(await awaited(run, { jobs: deps.jobs, clock: deps.clock, seconds: waitOf(context) }));
      }),
  },
  {
    method: "POST",
    path: "/api/v1/runs/:id/cancel",
    summary: "End a run, or take it out of the queue",
    parameters: [RUN],
    responses: { 200: "the run as it is now", 409: "it has ended", ...NO_RUN },
    handle: (context, deps) => withRun(context, deps, async ({ id }) => replyJson(await deps.jobs.cancel(id))),
  },
];

/** A job that was taken out of the configuration still has its history. */
async function serveJobRuns(context: Context, { jobs, status }: RouteDeps): Promise<Response> {
  const name = context.req.param("name") ?? "";
  const filters = filtersOf(context);
  const known = status().jobs;
  const page = await pageOf(jobs, { ...filters, job: name });
  if (page === undefined) return noSuchJob("show the runs of", { name, jobs: known });
  if (page.runs.length > 0 || known.some((job) => job.name === name)) return replyJson(page);
  const any = await pageOf(jobs, { job: name, limit: 1 });
  return any !== undefined && any.runs.length > 0
    ? replyJson(page)
    : noSuchJob("show the runs of", { name, jobs: known });
}

/** Undefined when there is no such job, nor ever was. */
async function pageOf(jobs: JobsApi, query: RunQuery): Promise<RunPage | undefined> {
  try {
    return await jobs.history(query);
  } catch (error) {
    if (error instanceof AppdError && error.exit === "notRunning") return undefined;
    throw error;
  }
}

function filtersOf(context: Context): RunQuery {
  const states = wordsOf(context, "state", RUN_STATES);
  const trigger = wordOf(context, "trigger", TRIGGER_KINDS);
  const since = timeOf(context, "since");
  const until = timeOf(context, "until");
  const before = wholeOf(context, "before", { min: 1, max: Number.MAX_SAFE_INTEGER });
  const limit = wholeOf(context, "limit", { min: 1, max: MAX_LIMIT }) ?? DEFAULT_LIMIT;
  return {
    limit,
    ...(states === undefined ? {} : { states }),
    ...(trigger === undefined ? {} : { trigger }),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
    ...(before === undefined ? {} : { before }),
  };
}

/** Answers for the run that the path names, or says that there is none. */
async function withRun(
  context: Context,
  { jobs, words }: RouteDeps,
  answer: (run: RunReport) => Promise<Response>,
): Promise<Response> {
  const text = context.req.param("id") ?? "";
  const run = /^[1-9]\d{0,14}$/.test(text) ? await find(jobs, Number(text)) : undefined;
  if (run !== undefined) return await answer(run);
  return replyProblem({
    status: 404,
    message: `no run "${text}"`,
    hint: words("see them: appd jobs history"),
    exit: "generic",
  });
}

async function find(jobs: JobsApi, id: number): Promise<RunReport | undefined> {
  try {
    return await jobs.show(id);
  } catch (error) {
    if (error instanceof AppdError && error.exit === "notRunning") return undefined;
    throw error;
  }
}

function waitOf(context: Context): number {
  const text = context.req.query("wait") ?? "0";
  const seconds = /^\d{1,3}(\.\d{1,3})?$/.test(text) ? Number(text) : NaN;
  if (seconds <= MAX_WAIT_S) return seconds;
  throw new AppdError(`wait must be a number of seconds from 0 to ${MAX_WAIT_S}`, { exit: "usage" });
}

interface Waiting {
  readonly jobs: JobsApi;
  readonly clock?: Pick<Clock, "after"> | undefined;
  readonly seconds: number;
}

/** The run once it has ended, or as it is when the time is over. */
async function awaited(run: RunReport, { jobs, clock = systemClock, seconds }: Waiting): Promise<RunReport> {
  if (seconds === 0 || isOver(run)) return run;
  const late = new AbortController();
  const { promise, resolve } = Promise.withResolvers<void>();
  using _timer = clock.after(seconds * 1000, () => (late.abort(), resolve()));
  try {
    await Promise.race([jobs.ended(run.id, late.signal), promise]);
  } catch (error) {
    if (!late.signal.aborted) throw error;
  }
  return await jobs.show(run.id);
}
