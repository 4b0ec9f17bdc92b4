import { AppdError } from "../base/errors.ts";
import { LOG_LEVELS, type LogLevel } from "../base/logger.ts";
import { bodyOf, numberIn, switchIn } from "./body.ts";
import { replyJson, replyProblem } from "./problem.ts";
import type { Route } from "./route.ts";

const DONE = { ok: true } as const;
const DAY_S = 86_400;

/** Everything that changes the daemon: only over the socket, or with the token. */
export const ACT_ROUTES: readonly Route[] = [
  {
    method: "POST",
    path: "/api/v1/reload",
    summary: "Apply the configuration file",
    parameters: [
      {
        name: "plan",
        in: "body",
        description: "only say what would be done, and change nothing",
        schema: { type: "boolean" },
      },
      {
        name: "confirm_s",
        in: "body",
        description: "take it back after so many seconds unless it is confirmed",
        schema: { type: "number", minimum: 1, maximum: DAY_S },
      },
    ],
    responses: { 200: "applied, or planned", 422: "the file is invalid, the old configuration stays" },
    async handle(context, { actions }) {
      const body = await bodyOf(context);
      const plan = switchIn(body, "plan");
      const seconds = numberIn(body, "confirm_s", { min: 1, max: DAY_S, of: "seconds" });
      if (plan && seconds !== undefined) {
        throw new AppdError("plan and confirm_s exclude each other: a plan changes nothing", { exit: "usage" });
      }
      const result = await actions.reload({
        ...(plan ? { plan } : {}),
        ...(seconds === undefined ? {} : { confirmMs: seconds * 1000 }),
      });
      return replyJson(result, { status: result.ok ? 200 : 422 });
    },
  },
  {
    method: "POST",
    path: "/api/v1/reload/confirm",
    summary: "Keep what a reload with confirm_s did",
    responses: { 200: "kept", 409: "no reload waits to be confirmed" },
    handle(_context, { actions, words }) {
      if (actions.confirmReload()) return replyJson(DONE);
      return replyProblem({
        status: 409,
        message: "cannot confirm the reload: none waits for it",
        hint: words("it was confirmed already, or taken back when its time was over: appd status"),
        exit: "generic",
      });
    },
  },
  {
    method: "POST",
    path: "/api/v1/rotate",
    summary: "Rotate every log",
    responses: { 200: "the archives are complete" },
    async handle(_context, { actions }) {
      await actions.rotateLogs();
      return replyJson(DONE);
    },
  },
  {
    method: "POST",
    path: "/api/v1/reopen",
    summary: "Open every log again by its name, after another program has moved it",
    responses: { 200: "done" },
    async handle(_context, { actions }) {
      await actions.reopenLogs();
      return replyJson(DONE);
    },
  },
  {
    method: "POST",
    path: "/api/v1/stop",
    summary: "Stop the daemon and its programs, or the daemon alone",
    parameters: [
      {
        name: "timeout_s",
        in: "body",
        description: "seconds that the shutdown may take, instead of the configured ones",
        schema: { type: "number", minimum: 0, maximum: DAY_S },
      },
      {
        name: "keep_programs",
        in: "body",
        description: "leave the programs running, for the next daemon to adopt",
        schema: { type: "boolean" },
      },
    ],
    responses: { 202: "the shutdown has begun; watch it in /health" },
    async handle(context, { actions }) {
      const body = await bodyOf(context);
      const seconds = numberIn(body, "timeout_s", { min: 0, max: DAY_S, of: "seconds" });
      if (switchIn(body, "keep_programs")) {
        actions.leave();
        return replyJson({ ...DONE, keeps_programs: true }, { status: 202 });
      }
      const timeoutMs = actions.stop(seconds === undefined ? undefined : seconds * 1000);
      return replyJson({ ...DONE, timeout_s: timeoutMs / 1000 }, { status: 202 });
    },
  },
  {
    method: "POST",
    path: "/api/v1/log-level",
    summary: "Change a log level until the next reload",
    parameters: [
      { name: "level", in: "body", required: true, description: "the new level", schema: { enum: LOG_LEVELS } },
      { name: "logger", in: "body", description: "only this logger and those below it", schema: { type: "string" } },
    ],
    responses: { 200: "done" },
    async handle(context, { actions, product }) {
      const { level, logger } = await bodyOf(context);
      if (logger !== undefined && (typeof logger !== "string" || !/^[\w.-]{1,100}$/.test(logger))) {
        throw new AppdError(`logger must be the name of a logger, such as ${product.name}.http`, { exit: "usage" });
      }
      actions.setLogLevel(levelOf(level), logger);
      return replyJson(DONE);
    },
  },
];

function levelOf(value: unknown): LogLevel {
  const word = value === "warning" ? "warn" : value;
  const level = LOG_LEVELS.find((known) => known === word);
  if (level !== undefined) return level;
  throw new AppdError(`level must be one of ${LOG_LEVELS.join(", ")}`, { exit: "usage" });
}
