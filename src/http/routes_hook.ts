import type { Context } from "hono";
import { AppdError } from "../base/errors.ts";
import { isOver } from "../base/job_reports.ts";
import { JOB, NO_JOB, withJob } from "./jobs_asked.ts";
import { type Problem, replyJson, replyProblem } from "./problem.ts";
import type { Route, RouteParameter, WebhookCall } from "./route.ts";

/** Longest key, in characters. */
const KEY_LENGTH = 200;
/** Longest body, in bytes: it becomes a variable, and execve(2) takes at most 128 KiB of one. */
const BODY_BYTES = 32 * 1024;

const TOO_LONG: Problem = {
  status: 413,
  message: `the body of a webhook may have ${BODY_BYTES} bytes`,
  hint: `send ${BODY_BYTES} bytes at most, such as an address from which the job fetches the rest`,
};

const key = (name: string, where: RouteParameter["in"], description: string): RouteParameter => ({
  name,
  in: where,
  description,
  schema: { type: "string", maxLength: KEY_LENGTH },
});

/** Tells a job that something happened elsewhere. Senders have bodies of their own, which the job gets as they are. */
export const HOOK: Route = {
  method: "POST",
  path: "/api/v1/hooks/:job",
  summary:
    `Tell a job with on = "webhook" that something happened elsewhere. Any body of at most ${BODY_BYTES} bytes: the job has it as APPD_WEBHOOK_BODY, and its Content-Type as APPD_WEBHOOK_CONTENT_TYPE`,
  parameters: [
    { ...JOB, name: "job" },
    key("Idempotency-Key", "header", "two calls with one key are one run; wins over the others"),
    key("key", "query", "the same; wins over the body"),
    key("key", "body", "the same, where the body is a JSON object"),
  ],
  responses: {
    200:
      "nothing new runs: the run that this key has made before (duplicate: true), or one that was skipped, with its reason",
    202: "the run as it was recorded: queued or running",
    413: `the body is longer than ${BODY_BYTES} bytes`,
    ...NO_JOB,
  },
  handle: (context, deps) =>
    withJob(context, { deps, verb: "trigger", parameter: "job" }, async ({ name }) => {
      const bytes = await context.req.arrayBuffer();
      if (bytes.byteLength > BODY_BYTES) {
        return replyProblem(TOO_LONG);
      }
      const run = await deps.jobs.webhook(name, callOf(context, new TextDecoder().decode(bytes)));
      return replyJson(run, { status: run.duplicate || isOver(run) ? 200 : 202 });
    }),
};

function callOf(context: Context, body: string): WebhookCall {
  return { key: keyOf(context, body), payload: { body, contentType: context.req.header("content-type") ?? "" } };
}

/** What makes the call the same as another. */
function keyOf(context: Context, body: string): string | undefined {
  const header = context.req.header("idempotency-key");
  if (header !== undefined) return keyIn("Idempotency-Key", header);
  const query = context.req.query("key");
  if (query !== undefined) return keyIn("key", query);
  const member = memberOf(body);
  return member === undefined ? undefined : keyIn("key", member);
}

/** The member `key` of a body that is a JSON object; every other body is none of our business. */
function memberOf(body: string): unknown {
  if (!body.trimStart().startsWith("{")) return undefined;
  try {
    return (JSON.parse(body) as { readonly key?: unknown }).key;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function keyIn(name: string, value: unknown): string {
  if (typeof value === "string" && value.length <= KEY_LENGTH && /^[\x21-\x7e]+$/.test(value)) return value;
  throw new AppdError(`${name} must be 1 to ${KEY_LENGTH} printable ASCII characters without spaces`, {
    exit: "usage",
  });
}
