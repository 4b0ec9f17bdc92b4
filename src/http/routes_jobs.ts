import { bodyOf } from "./body.ts";
import { JOB, NO_JOB, withJob } from "./jobs_asked.ts";
import { UNTIL, untilIn } from "./pause_until.ts";
import { replyJson } from "./problem.ts";
import type { Route } from "./route.ts";
import { HOOK } from "./routes_hook.ts";

/** Everything about the jobs: looking works everywhere, the rest only over the socket or with the token. */
export const JOB_ROUTES: readonly Route[] = [
  {
    method: "GET",
    path: "/api/v1/jobs",
    summary: "The scheduled jobs",
    responses: { 200: "the jobs" },
    handle: (_context, { status }) => replyJson({ jobs: status().jobs }),
  },
  {
    method: "GET",
    path: "/api/v1/jobs/:name",
    summary: "One job",
    parameters: [JOB],
    responses: { 200: "its status", ...NO_JOB },
    handle: (context, deps) => withJob(context, { deps, verb: "show" }, (job) => replyJson(job)),
  },
  {
    method: "POST",
    path: "/api/v1/jobs/:name/run",
    summary: "Run a job now, also while it is paused or outside its hours",
    parameters: [JOB],
    responses: { 200: "the run as it was recorded: queued, running, or skipped with its reason", ...NO_JOB },
    handle: (context, deps) =>
      withJob(context, { deps, verb: "run" }, async ({ name }) => replyJson(await deps.jobs.run(name))),
  },
  {
    method: "POST",
    path: "/api/v1/jobs/:name/cancel",
    summary: "Cancel what of a job is queued or runs",
    parameters: [JOB],
    responses: { 200: "the runs that are cancelled", ...NO_JOB },
    handle: (context, deps) =>
      withJob(context, { deps, verb: "cancel" }, async ({ name }) => {
        return replyJson({ ok: true, runs: await deps.jobs.cancelJob(name) });
      }),
  },
  {
    method: "POST",
    path: "/api/v1/jobs/:name/pause",
    summary: "Let no time and no event start a job, until it is resumed",
    parameters: [JOB, UNTIL],
    responses: { 200: "the job as it is now", ...NO_JOB },
    handle: (context, deps) =>
      withJob(context, { deps, verb: "pause" }, async ({ name }) => {
        await deps.jobs.pause({ job: name, ...untilIn(await bodyOf(context), deps.clock) });
        return replyJson({ ok: true, job: deps.status().jobs.find((job) => job.name === name) ?? null });
      }),
  },
  {
    method: "POST",
    path: "/api/v1/jobs/:name/resume",
    summary: "Let a paused job go on",
    parameters: [JOB],
    responses: { 200: "the job as it is now", ...NO_JOB },
    handle: (context, deps) =>
      withJob(context, { deps, verb: "resume" }, async ({ name }) => {
        await deps.jobs.resume({ job: name });
        return replyJson({ ok: true, job: deps.status().jobs.find((job) => job.name === name) ?? null });
      }),
  },
  HOOK,
];
