import { bodyOf } from "./body.ts";
import { noSuchJob } from "./jobs_asked.ts";
import { UNTIL, untilIn } from "./pause_until.ts";
import { replyJson } from "./problem.ts";
import { wholeOf } from "./query.ts";
import type { Route, RouteDeps } from "./route.ts";

const DEFAULT_COUNT = 10;
const MAX_COUNT = 1000;

/** The scheduler as a whole: looking works everywhere, pausing only over the socket or with the token. */
export const SCHEDULER_ROUTES: readonly Route[] = [
  {
    method: "GET",
    path: "/api/v1/scheduler",
    summary: "The scheduler: paused or not, work hours, last and next run",
    responses: { 200: "the scheduler" },
    handle: (_context, { status }) => replyJson(status().scheduler),
  },
  {
    method: "GET",
    path: "/api/v1/schedule",
    summary: "The next times at which jobs run, soonest first",
    parameters: [
      {
        name: "count",
        in: "query",
        description: `how many, ${DEFAULT_COUNT} without it`,
        schema: { type: "integer", minimum: 1, maximum: MAX_COUNT },
      },
      { name: "job", in: "query", description: "only of this job", schema: { type: "string" } },
    ],
    responses: { 200: "the times", 404: "no such job" },
    handle(context, deps) {
      const count = wholeOf(context, "count", { min: 1, max: MAX_COUNT }) ?? DEFAULT_COUNT;
      const job = context.req.query("job");
      const { jobs } = deps.status();
      if (job === undefined) return replyJson({ upcoming: deps.jobs.upcoming({ count }) });
      if (!jobs.some(({ name }) => name === job)) return noSuchJob("show the next runs of", { name: job, jobs });
      return replyJson({ upcoming: deps.jobs.upcoming({ count, job }) });
    },
  },
  {
    method: "POST",
    path: "/api/v1/scheduler/pause",
    summary: "Let no time and no event start any job, until it is resumed; programs and watchers go on",
    parameters: [UNTIL],
    responses: { 200: "the scheduler as it is now" },
    async handle(context, deps) {
      await deps.jobs.pause(untilIn(await bodyOf(context), deps.clock));
      return paused(deps);
    },
  },
  {
    method: "POST",
    path: "/api/v1/scheduler/resume",
    summary: "Let the paused scheduler go on",
    responses: { 200: "the scheduler as it is now" },
    async handle(_context, deps) {
      await deps.jobs.resume({});
      return paused(deps);
    },
  },
];

function paused({ status }: RouteDeps): Response {
  return replyJson({ ok: true, scheduler: status().scheduler });
}
