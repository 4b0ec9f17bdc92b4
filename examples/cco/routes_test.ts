import assert from "node:assert/strict";
import { AppdError } from "../../src/mod.ts";
import { FakeClock } from "../../src/system/fake_clock.ts";
import { AnswerCache } from "./answer_cache.ts";
import { Gateway } from "./gateway.ts";
import { memoryStore } from "./memory_store.ts";
import { RequestLog } from "./request_log.ts";
import { createRoutes } from "./routes.ts";

const QUIET = { debug() {}, info() {}, warn() {}, error() {} };

function setup({ open = true } = {}) {
  const clock = new FakeClock();
  const store = memoryStore();
  const gateway = new Gateway();
  const cache = new AnswerCache({ size: 1000, ttl: 1000, clock });
  const requests = new RequestLog({ store, clock, log: QUIET });
  const proxy = {
    answer: (request: Request) => Promise.resolve({ response: new Response(request.method), hit: false }),
  };
  if (open) gateway.open({ proxy, cache, requests, clock });
  const app = createRoutes(gateway, { store, clock });
  app.onError((error) => new Response(error.message, { status: error instanceof AppdError ? 400 : 500 }));
  return { app, store, [Symbol.dispose]: () => store[Symbol.dispose]() };
}

Deno.test("every method below the prefix is the proxy's", async () => {
  using lab = setup();
  for (const method of ["GET", "POST", "DELETE", "PROPFIND"]) {
    assert.equal(await (await lab.app.request("/proxy/x", { method })).text(), method);
  }
  assert.equal((await lab.app.request("/proxyx")).status, 404);
});

Deno.test("the analytics know the request that has just ended", async () => {
  using lab = setup();
  await (await lab.app.request("/proxy/x")).text();
  const { requests, paths } = await (await lab.app.request("/api/cco/analytics")).json();
  assert.deepEqual([requests, paths[0].path], [1, "/proxy/x"]);
  const later = await (await lab.app.request("/api/cco/analytics?since=2025-11-01T10:30:01Z")).json();
  assert.equal(later.requests, 0);
});

Deno.test("a time that is none is refused", async () => {
  using lab = setup();
  const response = await lab.app.request("/api/cco/analytics?since=yesterday");
  assert.deepEqual([response.status, await response.text()], [400, 'cannot read since "yesterday": it is no time']);
});

Deno.test("the cache is shown and emptied, while there is one", async () => {
  using lab = setup();
  assert.equal((await (await lab.app.request("/api/cco/cache")).json()).limit_bytes, 1000);
  assert.deepEqual(await (await lab.app.request("/api/cco/cache/clear", { method: "POST" })).json(), { cleared: 0 });
  using closed = setup({ open: false });
  assert.equal((await closed.app.request("/api/cco/cache")).status, 400);
});
