import type { Context } from "hono";
import { AppdError } from "../base/errors.ts";
import { bodyOf } from "./body.ts";
import { JOB, NO_JOB, withJob } from "./jobs_asked.ts";
import { UNTIL, untilIn } from "./pause_until.ts";
import { replyJson } from "./problem.ts";
import type { Route } from "./route.ts";

/** Longest key of a webhook, in characters. */
const KEY_LENGTH = 200;

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
  {
    method: "POST",
    path: "/api/v1/hooks/:job",
    summary: 'Tell a job with on = "webhook" that something happened elsewhere',
    parameters: [{ ...JOB, name: "job" }, {
      name: "Idempotency-Key",
      in: "header",
      description: "two calls with one key are one run; wins over the body",
      schema: { type: "string", maxLength: KEY_LENGTH },
    }, { name: "key", in: "body", description: "the same", schema: { type: "string", maxLength: KEY_LENGTH } }],
    responses: { 200: "the run as it was recorded, or the one that this key has made before", ...NO_JOB },
    handle: (context, deps) =>
      withJob(context, { deps, verb: "trigger", parameter: "job" }, async ({ name }) => {
        return replyJson(await deps.jobs.webhook(name, await keyOf(context)));
      }),
  },
];

/** What makes the call the same as another. Senders have bodies of their own: only a JSON object is looked into. */
async function keyOf(context: Context): Promise<string | undefined> {
  const header = context.req.header("idempotency-key");
  if (header !== undefined) return keyIn("Idempotency-Key", header);
  if (!(await context.req.text()).trimStart().startsWith("{")) return undefined;
  const { key } = await bodyOf(context);
  return key === undefined ? undefined : keyIn("key", key);
}

function keyIn(name: string, value: unknown): string {
  if (typeof value === "string" && value.length <= KEY_LENGTH && /^[\x21-\x7e]+$/.test(value)) return value;
  throw new AppdError(`${name} must be 1 to ${KEY_LENGTH} printable ASCII characters without spaces`, {
    exit: "usage",
  });
}
