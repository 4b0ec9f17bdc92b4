import type { Context } from "hono";
import { AppdError } from "../base/errors.ts";
import { absenceOf } from "../base/left_out.ts";
import { nearest } from "../base/nearest.ts";
import { MAX_INSTANCES, programNames, programsNamed } from "../base/program_names.ts";
import type { ProgramStatus } from "../base/program_reports.ts";
import { nearestSignal, SIGNAL_NAMES, type SignalName, signalNamed } from "../base/signal_names.ts";
import { bodyOf, numberIn } from "./body.ts";
import { replyJson, replyProblem } from "./problem.ts";
import { PROGRAM_ACTIONS, type ProgramAction, type Route, type RouteDeps, type RouteParameter } from "./route.ts";

const NAME: RouteParameter = {
  name: "name",
  in: "path",
  required: true,
  description: "name of the program",
  schema: { type: "string" },
};

const NAME_OR_ALL: RouteParameter = {
  ...NAME,
  description: "name of a program, for all its instances, or of one instance",
};

const NOT_FOUND = { 404: "no such program" } as const;

/** Everything about the programs: looking works everywhere, the rest only over the socket or with the token. */
export const PROGRAM_ROUTES: readonly Route[] = [
  {
    method: "GET",
    path: "/api/v1/programs",
    summary: "The supervised programs",
    responses: { 200: "the programs" },
    handle: (_context, { status }) => replyJson({ programs: status().programs }),
  },
  {
    method: "GET",
    path: "/api/v1/programs/:name",
    summary: "One program, by the name of its instance where it has several",
    parameters: [NAME],
    responses: { 200: "its status", ...NOT_FOUND },
    handle: (context, deps) => withInstance(context, { deps, verb: "show" }, (program) => replyJson(program)),
  },
  {
    method: "GET",
    path: "/api/v1/programs/:name/history",
    summary: "What a program used in the last hour",
    parameters: [NAME],
    responses: { 200: "one sample for every interval, oldest first", ...NOT_FOUND },
    handle: (context, deps) =>
      withInstance(context, { deps, verb: "show the history of" }, ({ name }) => replyJson(deps.history(name))),
  },
  ...PROGRAM_ACTIONS.map(actionRoute),
  {
    method: "POST",
    path: "/api/v1/programs/:name/signal",
    summary: "Send a signal to a program's process group",
    parameters: [NAME_OR_ALL, {
      name: "signal",
      in: "body",
      required: true,
      description: "name of the signal, such as HUP or SIGHUP",
      schema: { type: "string", examples: ["HUP"] },
    }],
    responses: { 200: "how many programs got it", 400: "no such signal", ...NOT_FOUND },
    handle: (context, deps) =>
      withPrograms(context, { deps, verb: "signal" }, async (name) => {
        const signal = signalIn(await bodyOf(context));
        return replyJson({ ok: true, signal, programs: deps.actions.signalProgram(name, signal) });
      }),
  },
  {
    method: "POST",
    path: "/api/v1/programs/:name/scale",
    summary: "Change the number of a program's instances until the configuration changes it",
    parameters: [NAME, {
      name: "instances",
      in: "body",
      required: true,
      description: "how many instances there shall be",
      schema: { type: "integer", minimum: 1, maximum: MAX_INSTANCES },
    }],
    responses: { 200: "the names of all its instances", ...NOT_FOUND },
    handle: (context, deps) =>
      withPrograms(context, { deps, verb: "scale" }, async (name, programs) => {
        const instances = instancesIn(await bodyOf(context));
        refuseInstance(name, programs);
        return replyJson({ ok: true, programs: await deps.actions.scaleProgram(name, instances) });
      }),
  },
];

function actionRoute(action: ProgramAction): Route {
  return {
    method: "POST",
    path: `/api/v1/programs/:name/${action}`,
    summary: `${action[0]?.toUpperCase()}${action.slice(1)} a program`,
    parameters: [NAME_OR_ALL],
    responses: { 200: "done", ...NOT_FOUND },
    handle: (context, deps) =>
      withPrograms(context, { deps, verb: action }, async (name) => {
        await deps.actions.program(action, name);
        return replyJson({ ok: true });
      }),
  };
}

interface Asked {
  readonly deps: RouteDeps;
  readonly verb: string;
}

/** Answers for the programs that `:name` means, or says that it means none. */
async function withPrograms(
  context: Context,
  { deps, verb }: Asked,
  answer: (name: string, programs: readonly ProgramStatus[]) => Response | Promise<Response>,
): Promise<Response> {
  const name = context.req.param("name") ?? "";
  const status = deps.status();
  const meant = programsNamed(status.programs, name);
  if (meant.length > 0) return await answer(name, meant);
  const absence = absenceOf(name, status);
  return absence === undefined
    ? noSuchProgram(verb, { name, known: programNames(status.programs) })
    : replyAbsence(`cannot ${verb} "${name}": ${absence.cause}`, deps.words(absence.hint));
}

function withInstance(
  context: Context,
  { deps, verb }: Asked,
  answer: (program: ProgramStatus) => Response,
): Promise<Response> {
  return withPrograms(context, { deps, verb }, (name, programs) => {
    const one = programs.find((program) => program.name === name) ?? (programs.length === 1 ? programs[0] : undefined);
    if (one !== undefined) return answer(one);
    const hint = `name one of its instances: ${programs.map((program) => program.name).join(", ")}`;
    return replyProblem({ status: 404, message: `cannot ${verb} "${name}": it has several instances`, hint });
  });
}

function noSuchProgram(verb: string, { name, known }: { name: string; known: readonly string[] }): Response {
  const near = nearest(name, known);
  const all = known.length === 0 ? "no program is configured" : `programs: ${known.join(", ")}`;
  return replyProblem({
    status: 404,
    message: `cannot ${verb} "${name}": no such program`,
    hint: near === undefined ? all : `did you mean "${near}"? ${all}`,
    exit: "generic",
  });
}

/** The app has it, and it does not run. */
function replyAbsence(message: string, hint: string): Response {
  return replyProblem({ status: 404, message, hint, exit: "generic" });
}

/** A program is scaled, not one of its instances. */
function refuseInstance(name: string, programs: readonly ProgramStatus[]): void {
  const family = programs[0]?.family ?? name;
  if (family === name) return;
  throw new AppdError(`cannot scale "${name}": it is an instance of "${family}"`, {
    exit: "usage",
    hint: `scale the program: appd programs scale ${family} 2`,
  });
}

function signalIn({ signal }: Readonly<Record<string, unknown>>): SignalName {
  const known = typeof signal === "string" ? signalNamed(signal) : undefined;
  if (known !== undefined) return known;
  const near = typeof signal === "string" ? nearestSignal(signal) : undefined;
  throw new AppdError(`signal must be the name of a signal, such as TERM or SIGTERM`, {
    exit: "usage",
    hint: near === undefined ? `signals: ${SIGNAL_NAMES.join(", ")}` : `did you mean "${near}"?`,
  });
}

function instancesIn(body: Readonly<Record<string, unknown>>): number {
  const instances = numberIn(body, "instances", { min: 1, max: MAX_INSTANCES, whole: true });
  if (instances !== undefined) return instances;
  throw new AppdError(`instances is missing, a whole number from 1 to ${MAX_INSTANCES}`, { exit: "usage" });
}
