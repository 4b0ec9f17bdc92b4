import type { Context } from "hono";
import { AppdError } from "../base/errors.ts";
import { LOG_LEVELS, type LogLevel } from "../base/logger.ts";
import { replyJson, replyProblem } from "./problem.ts";
import { PROGRAM_ACTIONS, type ProgramAction, type Route, type RouteDeps } from "./route.ts";

const DONE = { ok: true } as const;

/** Everything that changes something: only over the socket, or with the token. */
export const ACT_ROUTES: readonly Route[] = [
  {
    method: "POST",
    path: "/api/v1/reload",
    summary: "Apply the configuration file",
    responses: { 200: "applied", 422: "the file is invalid, the old configuration stays" },
    async handle(_context, { actions }) {
      const result = await actions.reload();
      return replyJson(result, { status: result.ok ? 200 : 422 });
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
    summary: "Stop the daemon and its programs",
    parameters: [{
      name: "timeout_s",
      in: "body",
      description: "seconds that the shutdown may take, instead of the configured ones",
      schema: { type: "number", minimum: 0, maximum: 86400 },
    }],
    responses: { 202: "the shutdown has begun; watch it in /health" },
    async handle(context, { actions }) {
      const seconds = (await bodyOf(context)).timeout_s;
      if (seconds !== undefined && !(typeof seconds === "number" && seconds >= 0 && seconds <= 86_400)) {
        throw new AppdError("timeout_s must be a number of seconds from 0 to 86400", { exit: "usage" });
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
    async handle(context, { actions }) {
      const { level, logger } = await bodyOf(context);
      if (logger !== undefined && (typeof logger !== "string" || !/^[\w.-]{1,100}$/.test(logger))) {
        throw new AppdError("logger must be the name of a logger, such as appd.http", { exit: "usage" });
      }
      actions.setLogLevel(levelOf(level), logger);
      return replyJson(DONE);
    },
  },
  ...PROGRAM_ACTIONS.map(programRoute),
];

function programRoute(action: ProgramAction): Route {
  return {
    method: "POST",
    path: `/api/v1/programs/:name/${action}`,
    summary: `${action[0]?.toUpperCase()}${action.slice(1)} a program`,
    parameters: [
      { name: "name", in: "path", required: true, description: "name of the program", schema: { type: "string" } },
    ],
    responses: { 200: "done", 404: "no such program" },
    handle: (context, deps) => actOnProgram({ action, name: context.req.param("name") ?? "" }, deps),
  };
}

async function actOnProgram(
  { action, name }: { action: ProgramAction; name: string },
  { actions, status }: RouteDeps,
): Promise<Response> {
  const names = status().programs.map((program) => program.name);
  if (!names.includes(name)) {
    const hint = names.length === 0 ? "no program is configured" : `programs: ${names.join(", ")}`;
    return replyProblem({ status: 404, message: `cannot ${action} "${name}": no such program`, hint, exit: "usage" });
  }
  await actions.program(action, name);
  return replyJson(DONE);
}

function levelOf(value: unknown): LogLevel {
  const word = value === "warning" ? "warn" : value;
  const level = LOG_LEVELS.find((known) => known === word);
  if (level !== undefined) return level;
  throw new AppdError(`level must be one of ${LOG_LEVELS.join(", ")}`, { exit: "usage" });
}

/** The members of a JSON object; no body is an empty one. */
async function bodyOf(context: Context): Promise<Readonly<Record<string, unknown>>> {
  const text = await context.req.text();
  if (text.trim() === "") return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new AppdError("the body is not JSON", { exit: "usage", cause: error });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw new AppdError("the body must be a JSON object", { exit: "usage" });
}
