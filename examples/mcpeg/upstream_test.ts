import assert from "node:assert/strict";
import { until } from "../../tests/support/instance.ts";
import { AppdError } from "../../src/mod.ts";
import type { UpstreamSettings } from "./config.ts";
import type { Connect, Link } from "./link.ts";
import { RPC, RpcError } from "./rpc_error.ts";
import { Bench, settingsOf, textOf } from "./fake_gateway.ts";
import { DRAIN_MS, type Life, Upstream } from "./upstream.ts";
import { TestClock } from "../../src/testing/mod.ts";
import { SILENT } from "../../src/base/logger.ts";

Deno.test("disconnecting lets calls under way end, and takes no new ones", async () => {
  await using bench = new Bench();
  const { world, stop, lived } = await bench.add("docs");
  const client = await bench.client();
  const call = client.callTool({ name: "docs__hold", arguments: { key: "k" } });
  await until("the call to arrive", () => world.holds.has("k"));
  stop();
  await until("draining", () => bench.roof.servers([settingsOf("docs")])[0]?.state === "draining");
  await assert.rejects(client.callTool({ name: "docs__echo" }), /server "docs" is draining/);
  world.holds.get("k")?.();
  assert.equal(textOf(await call), "released k");
  await lived;
  assert.equal(bench.roof.servers([settingsOf("docs")])[0]?.state, "down");
});

Deno.test("a call that does not end is cut off when the drain is over", async () => {
  await using bench = new Bench();
  const { world, stop, lived } = await bench.add("docs");
  const client = await bench.client();
  const call = client.callTool({ name: "docs__hold", arguments: { key: "k" } });
  const cut = assert.rejects(call, /went away during the call/);
  await until("the call to arrive", () => world.holds.has("k"));
  stop();
  await until("draining", () => bench.roof.servers([settingsOf("docs")])[0]?.state === "draining");
  bench.clock.advance(DRAIN_MS);
  await Promise.all([cut, lived]);
});

Deno.test("a server that is no longer wanted is down for no other reason, whatever became of it before", async () => {
  await using bench = new Bench();
  const { crash, lived } = await bench.add("docs");
  const client = await bench.client();
  await crash();
  await assert.rejects(lived);
  await assert.rejects(client.callTool({ name: "docs__echo" }), /server "docs" is down, the connection was closed$/);
  const again = await bench.add("docs");
  again.stop();
  await again.lived;
  await assert.rejects(client.callTool({ name: "docs__echo" }), /server "docs" is down$/);
  assert.equal(bench.roof.servers([settingsOf("docs")])[0]?.last_error, null);
});

Deno.test("what is reported of a server", async () => {
  await using bench = new Bench();
  const { crash, lived, notes } = await bench.add("docs");
  const client = await bench.client();
  await client.callTool({ name: "docs__echo" });
  await assert.rejects(client.callTool({ name: "docs__fail" }));
  await client.callTool({ name: "docs__sick" });
  const [report] = bench.roof.servers([settingsOf("docs", { critical: true })]);
  assert.deepEqual({ ...report, since: "", tools: 0 }, {
    ...{ name: "docs", state: "ready", transport: "stdio", critical: true, server: "docs 1.2.3", pid: null, since: "" },
    ...{ tools: 0, resources: 2, prompts: 1, calls: 3, errors: 2, in_flight: 0, connects: 1, last_error: null },
  });
  assert.deepEqual(notes.slice(0, 1), ["connecting"]);
  assert.match(notes[1] ?? "", /^docs 1\.2\.3, \d+ tools$/);
  await crash();
  await assert.rejects(lived);
  const [after] = bench.roof.servers([settingsOf("docs")]);
  assert.deepEqual([after?.state, after?.tools, after?.last_error], ["down", 0, "the connection was closed"]);
  assert.equal(bench.roof.servers([settingsOf("other", { enabled: false })])[0]?.state, "disabled");
});

/** A server that is described by what it answers to. */
function upstreamOf(request: Link["request"], clock: TestClock, more: Partial<UpstreamSettings> = {}) {
  const stop = new AbortController();
  const trouble = Promise.withResolvers<(error: Error) => void>();
  const link: Link = {
    ...{ server: { name: "fake", version: "1" }, capabilities: {}, pid: null, ended: new Promise(() => {}), request },
    close: () => Promise.resolve(),
  };
  const listener = { changed() {}, connected() {}, notified() {} };
  const connect: Connect = (_settings, { onTrouble }) => {
    trouble.resolve(onTrouble);
    return Promise.resolve(link);
  };
  const upstream = new Upstream("fake", { connect, listener, now: 0 });
  const ready = Promise.withResolvers<void>();
  const life: Life = {
    ...{ signal: stop.signal, log: SILENT, clock, home: "/", version: "1", ready: ready.resolve, note() {} },
  };
  return {
    upstream,
    stop,
    ready: ready.promise,
    trouble: trouble.promise,
    lived: upstream.live(settingsOf("fake", { pingEvery: 10_000, ...more }), life),
  };
}

Deno.test("a server that no longer answers is given up", async () => {
  const clock = new TestClock();
  const { ready, lived } = upstreamOf(() => Promise.reject(new RpcError(RPC.timeout, "Request timed out")), clock);
  await ready;
  clock.advance(10_000);
  await assert.rejects(lived, /it does not answer: Request timed out/);
});

Deno.test("one that does not know the question lives", async () => {
  const clock = new TestClock();
  let asked = 0;
  const { ready, lived, stop } = upstreamOf(() => {
    asked++;
    return Promise.reject(new RpcError(RPC.noSuchMethod, "Method not found"));
  }, clock);
  await ready;
  clock.advance(10_000);
  await until("the question", () => asked === 1);
  stop.abort();
  await lived;
});

Deno.test("a call that cannot be sent makes the gateway look at once whether the server lives", async () => {
  const clock = new TestClock();
  const refused = () => Promise.reject(new TypeError("connection refused"));
  const { upstream, ready, lived } = upstreamOf(refused, clock);
  await ready;
  const call = upstream.call({ method: "tools/call", params: {} });
  await assert.rejects(call, { code: RPC.unavailable, message: 'server "fake" cannot be reached: connection refused' });
  await assert.rejects(lived, /connection refused/);
});

Deno.test("trouble with the connection to an address makes the gateway look whether the server lives, once at a time", async () => {
  let asked = 0;
  const refused = async () => {
    asked++;
    await Promise.resolve();
    throw new TypeError("connection refused");
  };
  const reach = { kind: "url", url: "http://127.0.0.1:1/mcp", headers: {} } as const;
  const { ready, trouble, lived } = upstreamOf(refused, new TestClock(), { reach });
  await ready;
  const tell = await trouble;
  for (let count = 0; count < 3; count++) tell(new Error("SSE stream disconnected"));
  await assert.rejects(lived, /it does not answer: .*connection refused/);
  assert.equal(asked, 1);
});

Deno.test("a server is asked for its progress though the client does not want it: that renews the call's time", async () => {
  const heard: unknown[] = [];
  const { upstream, ready, stop, lived } = upstreamOf(({ onProgress }) => {
    heard.push(onProgress?.({ progress: 1 }), typeof onProgress);
    return Promise.resolve({});
  }, new TestClock());
  await ready;
  await upstream.call({ method: "tools/call", params: {} });
  assert.deepEqual(heard, [undefined, "function"]);
  stop.abort();
  await lived;
});

Deno.test("a server that cannot be reached fails the life with the reason", async () => {
  const upstream = new Upstream("fake", {
    connect: () => Promise.reject(new AppdError("no such program", { exit: "generic" })),
    listener: { changed() {}, connected() {}, notified() {} },
    now: 0,
  });
  const life: Life = {
    ...{ signal: new AbortController().signal, log: SILENT, clock: new TestClock(), home: "/", version: "1" },
    ...{ ready() {}, note() {} },
  };
  await assert.rejects(upstream.live(settingsOf("fake"), life), /no such program/);
  await assert.rejects(upstream.call({ method: "ping", params: {} }), {
    message: 'server "fake" is down, no such program',
  });
});
