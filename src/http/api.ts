/**
 * The http room owns what the daemon says and takes over HTTP: listeners, guards, routes, and the client of its control
 * socket. It never decides anything about the daemon: it asks for reports and calls the actions that it was handed.
 */
import { Hono } from "hono";
import { AppdError } from "../base/errors.ts";
import { SILENT } from "../base/logger.ts";
import { APPD } from "../base/product.ts";
import { inWordsOf } from "../base/words.ts";
import { appHeaders } from "./app_headers.ts";
import { allowOf, type AppRoutes, isServed, methodsAt, openApiPaths, opened, patternFor } from "./app_routes.ts";
import { RefusedBody } from "./body_stream.ts";
import type { Refusal } from "./connection.ts";
import { type AppPaths, guard } from "./guards.ts";
import { RequestCounter } from "./metrics.ts";
import { openApi } from "./openapi.ts";
import { noPath, type Problem, problemOf, replyJson, replyProblem } from "./problem.ts";
import type { ApiDeps, Route, RouteDeps } from "./route.ts";
import { ACT_ROUTES } from "./routes_act.ts";
import { GIT_ROUTES } from "./routes_git.ts";
import { JOB_ROUTES } from "./routes_jobs.ts";
import { PROGRAM_ROUTES } from "./routes_programs.ts";
import { READ_ROUTES } from "./routes_read.ts";
import { RUN_ROUTES } from "./routes_runs.ts";
import { SCHEDULER_ROUTES } from "./routes_scheduler.ts";

const DESCRIPTION: Route = {
  method: "GET",
  path: "/openapi.json",
  summary: "This description",
  responses: { 200: "OpenAPI 3.1" },
  handle: (_, { own, product, token }) =>
    replyJson(openApi(ROUTES, { product, own: own && openApiPaths(own, { hasToken: token !== undefined }) })),
};

/** Every operation there is. */
export const ROUTES: readonly Route[] = [
  ...READ_ROUTES,
  DESCRIPTION,
  ...PROGRAM_ROUTES,
  ...JOB_ROUTES,
  ...RUN_ROUTES,
  ...SCHEDULER_ROUTES,
  ...GIT_ROUTES,
  ...ACT_ROUTES,
];

/** What the connection of a request knows of it. */
export interface RequestAround {
  /** Absent where the body was there before the request was handed on. */
  readonly refusal?: Refusal;
}

/** The app of one listener; a pure function of its requests and of what `deps` tell it. */
export function createApi(deps: ApiDeps): Hono<{ Bindings: RequestAround }> {
  const log = deps.log ?? SILENT;
  const { product = APPD } = deps;
  const words = inWordsOf(product);
  const full: RouteDeps = { ...deps, product, words, requests: deps.requests ?? new RequestCounter() };
  const { access, token, bind = "127.0.0.1", port = () => 0, own } = deps;
  const app = new Hono<{ Bindings: RequestAround }>();

  app.use(async (context, next) => {
    await next();
    const { method } = context.req;
    const status = context.env?.refusal?.()?.status ?? context.res.status; // As the client gets it.
    full.requests.add({ access, route: routeOf(context.req.path, own), code: String(status) });
    if (method === "HEAD") await context.res.body?.cancel(); // What feeds a stream would wait for a reader for ever.
    log.debug("request", { access, method, path: context.req.path, status });
  });
  const lost = (path: string) => noPath(path, `${placeOf(deps)}/openapi.json`);
  const isStarting = own !== undefined && own.hono === undefined;
  const missing = (path: string) => isStarting || isThere(path, own) ? undefined : lost(path);
  const isAction = (path: string) => isActionAt(path, own);
  app.use(guard({
    ...{ access, bind, port, token, realm: product.name, paths: own && pathsOf(own, token) },
    ...{ missing, isAction },
  }));
  for (const route of ROUTES) app.on(route.method, route.path, (context) => route.handle(context, full));
  for (const path of new Set(ROUTES.map((route) => route.path))) app.all(path, () => wrongMethod(path));
  if (own?.hono !== undefined) app.use(appHeaders).route("/", own.hono);
  app.notFound(({ req: { method, path } }) => {
    const allowed = own && methodsAt(own, path);
    if (allowed?.includes(method) === false) return replyMethods(allowed);
    return replyProblem(isStarting ? NOT_YET : lost(path));
  });
  app.onError((error, context) => {
    if ("getResponse" in error) return error.getResponse(); // An endpoint of the app says so, in the router's words.
    const refused = error instanceof RefusedBody ? error.problem : context.env?.refusal?.();
    if (refused !== undefined) return replyProblem(refused); // The client's doing, whatever came of it here.
    if (!(error instanceof AppdError)) log.error("a request failed", { error: error.stack ?? error.message });
    return replyProblem(problemOf(error, words));
  });
  return app;
}

const NOT_YET: Problem = { status: 503, message: "the daemon is starting", hint: "ask again", exit: "unavailable" };

/** Where the listener is asked, as curl takes it. */
function placeOf({ port = () => 0, socket }: ApiDeps): string {
  return socket === undefined ? `http://127.0.0.1:${port()}` : `--unix-socket "${socket}" http://localhost`;
}

function isThere(path: string, own: AppRoutes | undefined): boolean {
  return PATTERNS.some(([pattern]) => pattern.test(path)) || (own !== undefined && isServed(own, path));
}

/** Whether something can be done at a path; what an app does with its own is not known. */
function isActionAt(path: string, own: AppRoutes | undefined): boolean {
  if (own !== undefined && isServed(own, path)) return true;
  return PATTERNS.some(([pattern, , method]) => method !== "GET" && pattern.test(path));
}

/** The app's endpoints as the guards know them. */
function pathsOf(own: AppRoutes, token: string | undefined): AppPaths {
  return {
    isServed: (path) => isServed(own, path),
    ...opened(own, { hasToken: token !== undefined }),
    bodyLimit: own.bodyLimit,
  };
}

function wrongMethod(path: string): Response {
  const methods = ROUTES.filter((route) => route.path === path).map((route) => route.method);
  return replyMethods(allowOf(methods));
}

function replyMethods(methods: readonly string[]): Response {
  const allow = methods.join(", ");
  return replyProblem({ status: 405, message: `this path takes ${allow}`, headers: { allow } });
}

const PATTERNS: readonly (readonly [RegExp, path: string, method: string])[] = ROUTES.map(({ path, method }) => [
  new RegExp(`^${path.replace(/:\w+/g, "[^/]+")}$`),
  path,
  method,
]);

/** The route's own pattern, so that clients cannot invent label values. */
function routeOf(path: string, own: AppRoutes | undefined): string {
  const builtIn = PATTERNS.find(([pattern]) => pattern.test(path))?.[1];
  return builtIn ?? (own && patternFor(own, path)) ?? "other";
}
