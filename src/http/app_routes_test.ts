import assert from "node:assert/strict";
import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { AppdError } from "../base/errors.ts";
import { createApi } from "./api.ts";
import { type AppRoutes, appRoutes, type OpenPath, routesToCome } from "./app_routes.ts";
import { fakeDaemon } from "./fake_daemon.ts";
import { RequestCounter } from "./metrics.ts";
import type { ApiDeps } from "./route.ts";

const HOST = { host: "127.0.0.1:8321" };

/** Bytes of a body that it takes. */
const LIMIT = 2 * 1024 * 1024;

function fig(open: readonly OpenPath[] = ["/v1/*"]): AppRoutes {
  const hono = new Hono();
  hono.use(async (context, next) => {
    await next();
    context.header("x-fig", "1");
  });
  hono.get("/figs/:id", (context) => context.text(`fig ${context.req.param("id")}`));
  hono.put("/figs/:id", (context) => context.text("put"));
  hono.all("/v1/echo", async (context) => context.text(`${context.req.method} ${await context.req.text()}`));
  hono.put("/v1/figs", (context) => context.notFound());
  hono.get("/v1/sour", () => {
    throw new Error("secret");
  });
  hono.get("/v1/known", () => {
    throw new AppdError("no fig", { exit: "notRunning", hint: "plant one" });
  });
  return appRoutes({ hono, open, bodyLimit: LIMIT, name: "fig" });
}

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function api(deps: Partial<ApiDeps> = {}) {
  const daemon = fakeDaemon({ own: fig(), ...deps });
  const app = createApi(daemon);
  return (path: string, { method = "GET", headers = {} }: Asked = {}) =>
    app.request(`http://127.0.0.1:8321${path}`, { method, headers: { ...HOST, ...headers } });
}

Deno.test("an app's endpoints are beside the built-in ones, its middleware is not before them", async () => {
  const ask = api();
  assert.equal(await (await ask("/figs/7")).text(), "fig 7");
  assert.equal((await ask("/figs/7")).headers.get("x-fig"), "1");
  const health = await ask("/health");
  assert.equal(health.status, 200);
  assert.equal(health.headers.get("x-fig"), null);
  assert.equal((await ask("/nowhere")).status, 404);
  assert.match(await (await ask("/nowhere")).text(), /no such path/);
});

Deno.test("a method that no endpoint of a path takes is 405 with those that are; what an endpoint cannot find stays 404", async () => {
  const ask = api();
  for (const [path, method, allow] of [["/v1/sour", "POST", "GET, HEAD"], ["/v1/figs", "DELETE", "PUT"]] as const) {
    const answer = await ask(path, { method });
    assert.deepEqual([answer.status, answer.headers.get("allow")], [405, allow], path);
    assert.match(await answer.text(), new RegExp(`this path takes ${allow}`));
  }
  const missing = await ask("/v1/figs", { method: "PUT" });
  assert.deepEqual([missing.status, missing.headers.get("allow")], [404, null]);
  assert.equal((await ask("/v1/nothing", { method: "POST" })).status, 404, "an open path without an endpoint");
});

Deno.test("over TCP an app's other methods need the token, its open paths take all", async () => {
  const ask = api();
  assert.equal((await ask("/figs/7", { method: "PUT" })).status, 405);
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
    assert.equal(await (await ask("/v1/echo", { method })).text(), `${method} `);
  }
  assert.equal((await ask("/api/v1/reload", { method: "POST" })).status, 405, "a built-in one is closed as ever");
  const guarded = api({ token: "secret" });
  assert.equal((await guarded("/figs/7", { method: "PUT" })).status, 401);
  assert.equal((await guarded("/figs/7", { method: "PUT", headers: { authorization: "Bearer secret" } })).status, 200);
  assert.equal((await guarded("/health", { method: "PUT", headers: { authorization: "Bearer secret" } })).status, 405);
});

Deno.test("the socket takes every method for an app's endpoint, and POST for the others", async () => {
  const ask = api({ access: "socket" });
  assert.equal(await (await ask("/figs/7", { method: "PUT" })).text(), "put");
  assert.equal((await ask("/api/v1/status", { method: "PUT" })).status, 405);
});

Deno.test("open paths keep web pages, foreign hosts and upgrades out", async () => {
  const ask = api();
  const post = (headers: Record<string, string>) => ask("/v1/echo", { method: "POST", headers });
  assert.equal((await post({ origin: "http://evil" })).status, 403);
  assert.equal((await post({ "sec-fetch-site": "cross-site" })).status, 403);
  assert.equal((await post({ host: "evil:8321" })).status, 421);
  assert.equal((await post({ upgrade: "websocket" })).status, 403);
});

Deno.test("a body may be as long as the app says, for the app's own paths alone", async () => {
  const ask = api({ access: "socket" });
  const post = (path: string, bytes: number) =>
    ask(path, { method: "POST", headers: { "content-length": String(bytes) } });
  for (const path of ["/v1/echo", "/figs/7"]) {
    assert.notEqual((await post(path, LIMIT)).status, 413, path);
    const long = await post(path, LIMIT + 1);
    assert.deepEqual([long.status, (await long.json()).error.message], [413, "a body may have 2097152 bytes"], path);
    assert.equal((await (await post(path, LIMIT + 1)).json()).error.hint, "send less at a time");
  }
  assert.equal((await post("/api/v1/reload", 64 * 1024 + 1)).status, 413);
});

Deno.test("a request whose body was refused on the way counts as the client is answered, whatever its reader made of it", async () => {
  const requests = new RequestCounter();
  const app = createApi(fakeDaemon({ own: fig(), requests }));
  const refusal = () => ({ status: 413, message: "too long" });
  for (const path of ["/figs/7", "/v1/sour"]) {
    await app.request(`http://127.0.0.1:8321${path}`, { headers: HOST }, { refusal });
  }
  assert.deepEqual(requests.family().samples.map(({ labels, value }) => [labels?.route, labels?.code, value]), [
    ...[["/figs/:id", "413", 1], ["/v1/sour", "413", 1]],
  ]);
});

Deno.test("beyond the loopback interface every path needs the token, an open one too; as a proxy's it leaves Authorization alone", async () => {
  const ask = api({ bind: "0.0.0.0", token: "secret" });
  const post = (headers: Record<string, string> = {}) => ask("/v1/echo", { method: "POST", headers });
  assert.equal((await post()).status, 401);
  assert.equal((await post({ authorization: "Bearer secret" })).status, 200);
  const behind = { authorization: "Bearer somebody-else's" };
  assert.equal((await post({ ...behind, "proxy-authorization": "Bearer secret" })).status, 200);
  assert.equal((await post({ ...behind, "proxy-authorization": "Bearer wrong" })).status, 401);
  assert.equal((await ask("/figs/7")).status, 401);
  assert.equal((await ask("/api/v1/status")).status, 401);
});

Deno.test("a path that is open unless there is a token is closed to every method by one, and to nobody on the socket", async () => {
  const own = fig([{ path: "/v1/*", unless: "token" }]);
  const methods = ["GET", "POST", "DELETE"];
  const statuses = async (deps: Partial<ApiDeps>, headers: Record<string, string> = {}) => {
    const ask = api({ own, ...deps });
    return (await Promise.all(methods.map((method) => ask("/v1/echo", { method, headers })))).map(({ status }) =>
      status
    );
  };
  assert.deepEqual(await statuses({}), [200, 200, 200]);
  assert.deepEqual(await statuses({ token: "secret" }), [401, 401, 401]);
  for (const path of ["/%76%31/echo", "/v%31/echo", "/v1/%65cho"]) {
    assert.equal((await api({ own })(path)).status, 200, `${path} is the same path`);
    for (const method of methods) {
      assert.equal((await api({ own, token: "secret" })(path, { method })).status, 401, path);
    }
  }
  assert.deepEqual(await statuses({ token: "secret" }, { authorization: "Bearer secret" }), [200, 200, 200]);
  assert.deepEqual(await statuses({ token: "secret", bind: "0.0.0.0" }), [401, 401, 401]);
  assert.deepEqual(await statuses({ access: "socket" }), [200, 200, 200]);
  const toCome = routesToCome({ open: [{ path: "/v1/*", unless: "token" }], bodyLimit: LIMIT });
  assert.deepEqual(await statuses({ own: toCome, token: "secret" }), [401, 401, 401]);
  assert.equal((await api({ own, token: "secret" })("/figs/7")).status, 200, "other paths are read as ever");
  const both = fig(["/v1/echo", { path: "/v1/*", unless: "token" }]);
  assert.deepEqual(await statuses({ own: both, token: "secret" }), [401, 401, 401], "what closes a path wins");
  const securityOf = async (deps: Partial<ApiDeps>) => {
    const { paths } = await (await api({ own, ...deps })("/openapi.json")).json();
    return paths["/v1/echo"].get.security;
  };
  assert.equal(await securityOf({}), undefined);
  assert.deepEqual(await securityOf({ token: "secret" }), [{ token: [] }]);
});

Deno.test("no way of writing a path opens a built-in endpoint", async () => {
  const ask = api();
  for (
    const path of [
      "/v1/../api/v1/reload",
      "/v1/%2e%2e/api/v1/reload",
      "/v1/..%2fapi/v1/reload",
      "/v1%2f..%2fapi/v1/reload",
    ]
  ) {
    assert.ok([404, 405].includes((await ask(path, { method: "POST" })).status), path);
  }
});

Deno.test("a route that throws is 500 without its words; an AppdError is told", async () => {
  const ask = api();
  const sour = await ask("/v1/sour");
  assert.equal(sour.status, 500);
  assert.doesNotMatch(await sour.text(), /secret/);
  const known = await ask("/v1/known");
  assert.equal(known.status, 409);
  assert.deepEqual((await known.json()).error, { message: "no fig", hint: "plant one", exit: "notRunning" });
});

const SAID: Readonly<Record<string, readonly [status: number, text: string]>> = {
  "/plain": [200, "plain"],
  "/framed": [200, "framed"],
  "/proxied": [200, "from elsewhere"],
  "/empty": [304, ""],
  "/refused": [418, "a teapot"],
};

Deno.test("an app's answers say what is safe for any answer, unless the app says it; built-in ones are as ever", async () => {
  const hono = new Hono();
  hono.get("/plain", (context) => context.text("plain"));
  hono.get("/framed", (context) => context.text("framed", 200, { "x-frame-options": "DENY" }));
  hono.get("/proxied", () => fetch("data:text/plain,from%20elsewhere")); // The fields of its answer cannot be changed.
  hono.get("/empty", () => new Response(null, { status: 304, headers: { etag: '"1"' } }));
  hono.get("/refused", () => {
    throw new HTTPException(418, { res: new Response("a teapot", { status: 418 }) });
  });
  const own = appRoutes({ hono, open: [], bodyLimit: LIMIT, name: "fig" });
  const ask = api({ own });
  for (const [path, said] of Object.entries(SAID)) {
    const answer = await ask(path);
    const { status, headers } = answer;
    assert.deepEqual([status, await answer.text()], said);
    assert.equal(headers.get("x-content-type-options"), "nosniff", path);
    assert.equal(headers.get("cross-origin-resource-policy"), "same-origin", path);
    assert.equal(headers.get("x-frame-options"), path === "/framed" ? "DENY" : "SAMEORIGIN", path);
    assert.deepEqual([headers.get("cache-control"), headers.get("content-security-policy")], [null, null], path);
  }
  const { headers } = await ask("/health");
  assert.deepEqual([headers.get("x-frame-options"), headers.get("cache-control")], ["DENY", "no-store"]);
});

Deno.test("requests are counted by the app's patterns, and the app's paths are described", async () => {
  const ask = api();
  await ask("/figs/7");
  await ask("/figs/8");
  const metrics = await (await ask("/metrics")).text();
  assert.match(metrics, /route="\/figs\/:id",code="200"\} 2/);
  const { paths } = await (await ask("/openapi.json")).json();
  assert.deepEqual(Object.keys(paths["/figs/{id}"]), ["get", "put"]);
  assert.equal(paths["/figs/{id}"].get.parameters[0].name, "id");
  assert.deepEqual(paths["/figs/{id}"].put.security, [{ token: [] }]);
  assert.equal(paths["/v1/echo"].post.security, undefined);
  assert.ok("/health" in paths);
});

Deno.test("until the app has made its endpoints they are 503, and built-in ones answer", async () => {
  const ask = api({ own: routesToCome({ open: ["/v1/*"], bodyLimit: LIMIT }) });
  assert.equal((await ask("/v1/echo", { method: "POST" })).status, 503);
  assert.equal((await ask("/health")).status, 200);
});

const TAKEN: readonly (readonly [path: string, message: string])[] = [
  ["/health", 'cannot serve "/health": a built-in endpoint has this path'],
  ["/api/v1/:x", 'cannot serve "/api/v1/:x": it takes "/api/v1/status" too, which is a built-in endpoint'],
  ["/:page", 'cannot serve "/:page": it takes "/health" too, which is a built-in endpoint'],
  ["*", 'cannot serve "/*": it takes "/health" too, which is a built-in endpoint'],
];

for (const [path, message] of TAKEN) {
  Deno.test(`an app cannot have ${path}, by any method`, () => {
    for (const method of ["GET", "POST", "DELETE"]) {
      const hono = new Hono();
      hono.on(method, path, (context) => context.text("mine"));
      const make = () => appRoutes({ hono, open: [], bodyLimit: LIMIT, name: "fig" });
      assert.throws(make, (error) => error instanceof AppdError && error.exitCode === 78 && error.message === message);
    }
  });
}

Deno.test("a part that catches its own errors is looked through, and a built-in path cannot be opened", () => {
  const part = new Hono();
  part.onError((_error, context) => context.text("caught", 500));
  part.get("/status", (context) => context.text("mine"));
  const hono = new Hono();
  hono.route("/api/v1", part);
  const options = { bodyLimit: LIMIT, name: "fig" };
  assert.throws(() => appRoutes({ ...options, hono, open: [] }), /cannot serve "\/api\/v1\/status"/);
  assert.throws(() => appRoutes({ ...options, hono: new Hono(), open: ["/api/*"] }), /cannot open "\/api\/\*"/);
});
