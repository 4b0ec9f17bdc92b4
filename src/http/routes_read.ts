import type { Context } from "hono";
import { AppdError } from "../base/errors.ts";
import { absenceOf } from "../base/left_out.ts";
import { serveDashboard } from "./dashboard.ts";
import { serveEvents } from "./events_stream.ts";
import { formatMetrics, METRICS_TYPE } from "./metrics.ts";
import { reply, replyJson, replyProblem, SECURITY_HEADERS } from "./problem.ts";
import type { Route, RouteDeps } from "./route.ts";

const DEFAULT_LINES = 50;
const MAX_LINES = 10_000;

/** Everything that only looks; programs and jobs have routes of their own. */
export const READ_ROUTES: readonly Route[] = [
  {
    method: "GET",
    path: "/health",
    summary: "Health of the daemon and of what it depends on",
    responses: { 200: "healthy", 503: "starting, degraded or stopping" },
    handle(_context, { health }) {
      const report = health();
      return replyJson(report, { status: report.status === "healthy" ? 200 : 503 });
    },
  },
  {
    method: "GET",
    path: "/livez",
    summary: "Whether the process answers",
    responses: { 200: "it does" },
    handle: () => replyJson({ status: "alive" }),
  },
  {
    method: "GET",
    path: "/readyz",
    summary: "Whether the daemon and its critical dependencies are ready",
    responses: { 200: "ready", 503: "not ready" },
    handle(_context, { health }) {
      const { status } = health();
      return replyJson({ status }, { status: status === "healthy" ? 200 : 503 });
    },
  },
  {
    method: "GET",
    path: "/metrics",
    summary: "Metrics in Prometheus text format 0.0.4",
    responses: { 200: "the metrics" },
    handle: (_context, { metrics, requests }) =>
      reply(formatMetrics([...metrics(), requests.family()]), { type: METRICS_TYPE }),
  },
  {
    method: "GET",
    path: "/api/v1/status",
    summary: "What `appd status --json` prints",
    responses: { 200: "the status" },
    handle: (_context, { status }) => replyJson(status()),
  },
  {
    method: "GET",
    path: "/api/v1/logs",
    summary: "The last lines of the daemon's log, or of a program's or a job's, byte for byte",
    parameters: [
      { name: "program", in: "query", description: "name of a program or a job", schema: { type: "string" } },
      {
        name: "lines",
        in: "query",
        description: `how many lines, ${DEFAULT_LINES} without it`,
        schema: { type: "integer", minimum: 1, maximum: MAX_LINES },
      },
    ],
    responses: { 200: "the lines", 404: "no such program or job" },
    handle: serveLogs,
  },
  {
    method: "GET",
    path: "/api/v1/events",
    summary:
      "What happens to the daemon and its programs, as server-sent events; after Last-Event-ID, else from now on",
    parameters: [
      {
        name: "since",
        in: "query",
        description: "begin with the remembered events after this id; 0 for all. Last-Event-ID wins over it",
        schema: { type: "integer", minimum: 0 },
      },
      {
        name: "program",
        in: "query",
        description: "only events of this program, job or health check",
        schema: { type: "string" },
      },
      {
        name: "stream",
        in: "query",
        description: "false: only what is remembered, as one JSON object",
        schema: { type: "boolean", default: true },
      },
    ],
    responses: { 200: "the events" },
    handle: serveEvents,
  },
  {
    method: "GET",
    path: "/api/v1/programs/:name/why",
    summary: "Why a program is in the state that it is in",
    parameters: [
      { name: "name", in: "path", required: true, description: "name of the program", schema: { type: "string" } },
    ],
    responses: { 200: "the chain of causes", 404: "no such program" },
    handle: serveWhy,
  },
  {
    method: "GET",
    path: "/",
    summary: "Dashboard",
    responses: { 200: "an HTML page" },
    handle: (_context, deps) => serveDashboard(deps),
  },
];

async function serveWhy(context: Context, deps: RouteDeps): Promise<Response> {
  const name = context.req.param("name") ?? "";
  if (isKnown(name, deps)) return replyJson(await deps.why(name));
  const absence = absenceOf(name, deps.status());
  if (absence !== undefined) {
    return replyProblem({ status: 404, message: absence.cause, hint: deps.words(absence.hint) });
  }
  return replyProblem({ status: 404, message: "no such program", hint: "list them: GET /api/v1/programs" });
}

/** A program, or the name of one that has several instances. */
function isKnown(wanted: string, { status }: RouteDeps): boolean {
  return status().programs.some(({ name, family }) => name === wanted || family === wanted);
}

async function serveLogs(context: Context, deps: RouteDeps): Promise<Response> {
  const lines = parseLines(context.req.query("lines"));
  const program = context.req.query("program");
  if (program === undefined) return await streamLines(deps.logs({ lines }));
  const { programs, jobs } = deps.status();
  if (![...programs, ...jobs].some(({ name }) => name === program)) {
    const hint = "list them: GET /api/v1/programs and GET /api/v1/jobs";
    return replyProblem({ status: 404, message: "no such program or job", hint });
  }
  return await streamLines(deps.logs({ program, lines }));
}

function parseLines(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LINES;
  const lines = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (lines >= 1 && lines <= MAX_LINES) return lines;
  throw new AppdError(`lines must be a number from 1 to ${MAX_LINES}`, { exit: "usage" });
}

const LINE_FEED = 10;

/** The first line is awaited, so that an unreadable log is an error and not an empty answer. */
async function streamLines(source: AsyncIterable<Uint8Array>): Promise<Response> {
  const lines = source[Symbol.asyncIterator]();
  let next = await lines.next();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (next.done) return controller.close();
      controller.enqueue(withLineFeed(next.value));
      next = await lines.next();
    },
    cancel: async () => void await lines.return?.(),
  });
  return new Response(body, { headers: { ...SECURITY_HEADERS, "content-type": "text/plain; charset=utf-8" } });
}

function withLineFeed(line: Uint8Array): Uint8Array {
  if (line.at(-1) === LINE_FEED) return line;
  const longer = new Uint8Array(line.length + 1);
  longer.set(line);
  longer[line.length] = LINE_FEED;
  return longer;
}
