import assert from "node:assert/strict";
import { createProduct } from "../base/product.ts";
import { inWordsOf } from "../base/words.ts";
import { createApi, ROUTES } from "./api.ts";
import { problemOf } from "./problem.ts";
import { BUILT_IN_PATHS } from "./built_in_paths.ts";
import { type FakeDaemon, fakeDaemon } from "./fake_daemon.ts";
import type { ApiDeps } from "./route.ts";

const ORIGIN = "http://127.0.0.1:8321";

interface Init {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

type Ask = (path: string, init?: Init) => Promise<Response>;

function setUp(deps: Partial<ApiDeps> = {}): { daemon: FakeDaemon; ask: Ask } {
  const daemon = fakeDaemon(deps);
  const app = createApi(daemon);
  const ask = async (path: string, { headers, ...init }: Init = {}) =>
    await app.request(`${ORIGIN}${path}`, { ...init, headers: { host: "127.0.0.1:8321", ...headers } });
  return { daemon, ask };
}

const post = (body?: unknown): Init => ({
  method: "POST",
  ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
});

Deno.test("/health is 200 when healthy and 503 in every other state, with the shape that users know", async () => {
  const { daemon, ask } = setUp();
  const healthy = await ask("/health");
  assert.equal(healthy.status, 200);
  const body = await healthy.json();
  assert.deepEqual(Object.keys(body), [
    "status",
    "version",
    "uptime_s",
    "pid",
    "checks",
    "database",
    "migrations",
    "shutdown",
  ]);
  assert.deepEqual(body.database, { ok: true, path: null });
  for (const state of ["starting", "degraded", "stopping"] as const) {
    daemon.healthStatus = state;
    assert.equal((await ask("/health")).status, 503, state);
    assert.equal((await ask("/readyz")).status, 503, state);
    assert.equal((await ask("/livez")).status, 200, state);
  }
});

Deno.test("HEAD is GET without the body", async () => {
  const { ask } = setUp();
  const response = await ask("/health", { method: "HEAD" });
  assert.equal(response.status, 200);
  assert.equal(await response.text(), "");
});

Deno.test("status, programs, jobs and the description are JSON", async () => {
  const { daemon, ask } = setUp();
  assert.deepEqual(await (await ask("/api/v1/status")).json(), daemon.status());
  assert.deepEqual(await (await ask("/api/v1/programs")).json(), { programs: daemon.status().programs });
  assert.deepEqual(await (await ask("/api/v1/jobs")).json(), { jobs: [] });
});

Deno.test("the paths that an app cannot have are those of the routes", () => {
  assert.deepEqual(new Set(BUILT_IN_PATHS), new Set(ROUTES.map(({ path }) => path)));
});

Deno.test("the description names every route", async () => {
  const { ask } = setUp();
  const { openapi, paths } = await (await ask("/openapi.json")).json();
  assert.equal(openapi, "3.1.0");
  for (const { method, path } of ROUTES) {
    assert.ok(paths[path.replace(/:(\w+)/g, "{$1}")]?.[method.toLowerCase()], `${method} ${path}`);
  }
});

Deno.test("metrics show the families and the requests by route, never by the client's text", async () => {
  const { ask } = setUp();
  await ask("/health");
  await ask("/no/such/path");
  await ask("/api/v1/status", { headers: { origin: "http://evil.example" } });
  const response = await ask("/metrics");
  assert.equal(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  const text = await response.text();
  assert.match(text, /^# HELP appd_up 1 while it runs\.\n# TYPE appd_up gauge\nappd_up 1\n/);
  assert.match(text, /appd_http_requests_total\{access="tcp",route="\/health",code="200"\} 1\n/);
  assert.match(text, /route="other",code="404"\} 1\n/);
  assert.match(text, /route="\/api\/v1\/status",code="403"\} 1\n/);
  assert.doesNotMatch(text, /no\/such/);
});

Deno.test("logs stream whole lines of the daemon or of a known program", async () => {
  const { daemon, ask } = setUp();
  assert.equal(await (await ask("/api/v1/logs")).text(), "one\ntwo\n");
  assert.equal(await (await ask("/api/v1/logs?program=web&lines=7")).text(), "one\ntwo\n");
  assert.deepEqual(daemon.calls, ["logs daemon 50", "logs web 7"]);
  assert.equal((await ask("/api/v1/logs?program=../etc")).status, 404);
  for (const lines of ["0", "-1", "1e3", "10001", "x", ""]) {
    assert.equal((await ask(`/api/v1/logs?lines=${lines}`)).status, 400, lines);
  }
});

Deno.test("every response carries the protective headers and a JSON error has message and hint", async () => {
  const { ask } = setUp();
  for (const path of ["/", "/health", "/api/v1/logs", "/none", "/api/v1/reload"]) {
    const { headers } = await ask(path);
    assert.equal(headers.get("cache-control"), "no-store", path);
    assert.equal(headers.get("x-content-type-options"), "nosniff", path);
    assert.equal(headers.get("referrer-policy"), "no-referrer", path);
    assert.equal(headers.get("x-frame-options"), "DENY", path);
    assert.match(headers.get("content-security-policy") ?? "", /^default-src 'none'.*frame-ancestors 'none'/, path);
  }
  const missing = await ask("/none");
  assert.equal(missing.status, 404);
  assert.deepEqual(await missing.json(), {
    error: {
      message: 'cannot find "/none": no such path',
      hint: "see what there is: curl http://127.0.0.1:8321/openapi.json",
      exit: null,
    },
  });
});

Deno.test("a bug tells nothing of itself but where it is told", () => {
  const words = inWordsOf(createProduct({ name: "fig", version: "1.0.0" }));
  const { message, hint, exit } = problemOf(new Error("a secret"), words);
  assert.deepEqual([message, hint, exit], ["internal error", "see the daemon's log: fig logs", "internal"]);
});

Deno.test("a refused POST says how to act where one can, and that there is nothing where there is nothing", async () => {
  const { ask } = setUp();
  const hint = async (path: string) => {
    const response = await ask(path, { method: "POST" });
    return [response.status, (await response.json()).error.hint];
  };
  const token = "actions go over the control socket, or need server.token_file";
  assert.deepEqual(await hint("/api/v1/stop"), [405, token]);
  assert.deepEqual(await hint("/api/v1/programs/web/start"), [405, token]);
  assert.deepEqual(await hint("/api/v1/status"), [405, "this path can only be read: GET, HEAD"]);
  assert.deepEqual(await hint("/none"), [404, "see what there is: curl http://127.0.0.1:8321/openapi.json"]);
});

Deno.test("over the socket every action reaches the daemon, whatever Host says", async () => {
  const { daemon, ask } = setUp({ access: "socket" });
  const host = { headers: { host: "localhost" } };
  assert.equal((await ask("/api/v1/reload", { ...post(), ...host })).status, 200);
  await ask("/api/v1/rotate", post());
  await ask("/api/v1/reopen", post());
  await ask("/api/v1/programs/web/start", post());
  await ask("/api/v1/log-level", post({ level: "warning", logger: "appd.http" }));
  assert.equal((await ask("/api/v1/stop", post({ timeout_s: 1.5 }))).status, 202);
  await ask("/api/v1/stop", post());
  assert.deepEqual(daemon.calls, [
    "reload",
    "rotate",
    "reopen",
    "start web",
    "level warn appd.http",
    "stop 1500",
    "stop undefined",
  ]);
});

Deno.test("an action's own error keeps its words, hint and exit; a bug tells nothing", async () => {
  const { ask } = setUp({ access: "socket" });
  const known = await ask("/api/v1/programs/web/restart", post());
  assert.equal(known.status, 409);
  assert.deepEqual(await known.json(), { error: { message: "cannot restart", hint: "start it", exit: "notRunning" } });
  const logged: unknown[] = [];
  const error = (_message: string, fields?: unknown) => void logged.push(fields);
  const log = { debug() {}, info() {}, warn() {}, error };
  const broken = setUp({ log, status: () => assert.fail("secret detail") });
  const response = await broken.ask("/api/v1/status");
  assert.equal(response.status, 500);
  assert.doesNotMatch(await response.text(), /secret|at /);
  assert.match(JSON.stringify(logged), /secret detail/);
});

Deno.test("bad bodies and unknown programs are the client's fault", async () => {
  const { daemon, ask } = setUp({ access: "socket" });
  const bad: readonly (readonly [string, unknown, number])[] = [
    ["/api/v1/stop", "{", 400],
    ["/api/v1/stop", "[1]", 400],
    ["/api/v1/stop", { timeout_s: -1 }, 400],
    ["/api/v1/stop", { timeout_s: "5" }, 400],
    ["/api/v1/log-level", undefined, 400],
    ["/api/v1/log-level", { level: "loud" }, 400],
    ["/api/v1/log-level", { level: "info", logger: "a\nb" }, 400],
    ["/api/v1/programs/nobody/start", undefined, 404],
    ["/api/v1/programs/web/explode", undefined, 404],
    ["/api/v1/programs/%00/start", undefined, 404],
    ["/api/v1/status", undefined, 405],
  ];
  for (const [path, body, status] of bad) {
    const response = await ask(path, post(body));
    assert.equal(response.status, status, `${path} ${JSON.stringify(body)}`);
    assert.equal(typeof (await response.json()).error.message, "string");
  }
  assert.deepEqual(daemon.calls, []);
});

Deno.test("the page carries its own style and script, allowed by hash, and loads nothing else", async () => {
  const { ask } = setUp();
  const response = await ask("/");
  const page = await response.text();
  const policy = response.headers.get("content-security-policy") ?? "";
  for (const [tag, directive] of [["style", "style-src"], ["script", "script-src"]] as const) {
    const inline = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(page)?.[1] ?? "";
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(inline));
    const hash = btoa(String.fromCharCode(...new Uint8Array(digest)));
    assert.ok(policy.includes(`${directive} 'sha256-${hash}'`), tag);
  }
  assert.doesNotMatch(page, /(?:src|href)="(?:https?:)?\/\//);
  assert.doesNotMatch(page, /innerHTML|document\.write|eval\(| on\w+="/);
});
