import assert from "node:assert/strict";
import { until } from "../../tests/support/instance.ts";
import { Endpoint } from "./endpoint.ts";
import { Bench } from "./fake_gateway.ts";

const HEADERS = { "content-type": "application/json", accept: "application/json, text/event-stream" };
const INITIALIZE = {
  ...{ jsonrpc: "2.0", id: 1, method: "initialize" },
  params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "t", version: "1" } },
};

function endpointOf(bench: Bench, limits = { maxSessions: 2, sessionIdle: 60_000 }): Endpoint {
  const { roof, log, clock } = bench;
  return new Endpoint({ roof, log, clock, gateway: { name: "mcpeg", version: "1.0.0" }, limits: () => limits });
}

function post(endpoint: Endpoint, message: unknown, session?: string): Promise<Response> {
  const headers = { ...HEADERS, ...(session === undefined ? {} : { "mcp-session-id": session }) };
  const body = typeof message === "string" ? message : JSON.stringify(message);
  return endpoint.handle(new Request("http://127.0.0.1/mcp", { method: "POST", headers, body }));
}

/** Begins a session. @returns its id */
async function begin(endpoint: Endpoint): Promise<string> {
  const response = await post(endpoint, INITIALIZE);
  await response.text();
  const id = response.headers.get("mcp-session-id");
  assert.ok(id !== null);
  await post(endpoint, { jsonrpc: "2.0", method: "notifications/initialized" }, id);
  return id;
}

/** The messages of an event stream that has ended. */
async function messagesOf(response: Response): Promise<Record<string, unknown>[]> {
  const events = (await response.text()).split("\n").filter((line) => line.startsWith("data: "));
  return events.map((line) => JSON.parse(line.slice(6)));
}

Deno.test("a client begins a session, calls, and ends it", async () => {
  await using bench = new Bench();
  await bench.add("docs");
  const endpoint = endpointOf(bench);
  const id = await begin(endpoint);
  assert.equal(endpoint.size, 1);
  const request = {
    jsonrpc: "2.0",
    id: "a",
    method: "tools/call",
    params: { name: "docs__echo", arguments: { text: "hi" } },
  };
  const response = await post(endpoint, request, id);
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  assert.equal(response.headers.get("connection"), null);
  const [message] = await messagesOf(response);
  assert.deepEqual(message, { jsonrpc: "2.0", id: "a", result: { content: [{ type: "text", text: "hi" }] } });
  const headers = { "mcp-session-id": id };
  assert.equal((await endpoint.handle(new Request("http://x/mcp", { method: "DELETE", headers }))).status, 200);
  assert.equal(endpoint.size, 0);
  assert.equal((await post(endpoint, request, id)).status, 404);
});

Deno.test("what is no beginning of a session is refused as the protocol says", async () => {
  await using bench = new Bench();
  const endpoint = endpointOf(bench);
  const refused = async (response: Response) => [response.status, (await response.json()).error.code];
  assert.deepEqual(await refused(await post(endpoint, "{")), [400, -32700]);
  assert.deepEqual(await refused(await post(endpoint, { jsonrpc: "2.0", id: 1, method: "ping" })), [400, -32600]);
  assert.deepEqual(await refused(await post(endpoint, [INITIALIZE])), [400, -32600]);
  assert.deepEqual(await refused(await post(endpoint, INITIALIZE, "unknown")), [404, -32001]);
  assert.deepEqual(await refused(await endpoint.handle(new Request("http://x/mcp"))), [400, -32600]);
  assert.equal(endpoint.size, 0);
});

Deno.test("progress comes before the result, in the same stream", async () => {
  await using bench = new Bench();
  await bench.add("docs");
  const endpoint = endpointOf(bench);
  const params = { name: "docs__count", arguments: { to: 2 }, _meta: { progressToken: "mine" } };
  const response = await post(endpoint, { jsonrpc: "2.0", id: 5, method: "tools/call", params }, await begin(endpoint));
  const messages = await messagesOf(response);
  assert.deepEqual(messages.map(({ method, id, params }) => [method, id, params]), [
    ["notifications/progress", undefined, { progress: 1, progressToken: "mine" }],
    ["notifications/progress", undefined, { progress: 2, progressToken: "mine" }],
    [undefined, 5, undefined],
  ]);
});

Deno.test("the stream of a cancelled call ends", async () => {
  await using bench = new Bench();
  const { world } = await bench.add("docs");
  const endpoint = endpointOf(bench);
  const id = await begin(endpoint);
  const params = { name: "docs__hold", arguments: { key: "k" } };
  const response = await post(endpoint, { jsonrpc: "2.0", id: 5, method: "tools/call", params }, id);
  await until("the call to arrive", () => world.holds.has("k"));
  const cancel = { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 5 } };
  assert.equal((await post(endpoint, cancel, id)).status, 202);
  assert.deepEqual(await messagesOf(response), []);
  assert.deepEqual(world.cancelled, ["k"]);
});

Deno.test("one client too many closes the session that was idle longest; busy ones stay", async () => {
  await using bench = new Bench();
  await bench.add("docs");
  const endpoint = endpointOf(bench);
  const [first, second] = [await begin(endpoint), await begin(endpoint)];
  const ping = { jsonrpc: "2.0", id: 9, method: "ping" };
  await (await post(endpoint, ping, first)).text();
  const third = await begin(endpoint);
  assert.equal((await post(endpoint, ping, second)).status, 404);
  const listen = async (id: string) =>
    await endpoint.handle(new Request("http://x/mcp", { headers: { ...HEADERS, "mcp-session-id": id } }));
  const streams = [await listen(first), await listen(third)];
  assert.equal((await post(endpoint, INITIALIZE)).status, 503);
  await streams[0]?.body?.cancel();
  assert.equal(typeof await begin(endpoint), "string");
  await streams[1]?.body?.cancel();
});

Deno.test("a client that went away without a word is forgotten, one that listens is not", async () => {
  await using bench = new Bench();
  const endpoint = endpointOf(bench);
  await begin(endpoint);
  const headers = { ...HEADERS, "mcp-session-id": await begin(endpoint) };
  const stream = await endpoint.handle(new Request("http://x/mcp", { headers }));
  bench.clock.advance(60_001);
  assert.equal(endpoint.size, 1);
  await stream.body?.cancel();
  bench.clock.advance(60_001);
  assert.equal(endpoint.size, 0);
});

Deno.test("a client hears what servers say from the level on that it has asked for", async () => {
  await using bench = new Bench();
  await bench.add("docs");
  const endpoint = endpointOf(bench);
  const id = await begin(endpoint);
  const stream = await endpoint.handle(new Request("http://x/mcp", { headers: { ...HEADERS, "mcp-session-id": id } }));
  const ask = async (method: string, params: unknown) =>
    await (await post(endpoint, { jsonrpc: "2.0", id: 7, method, params }, id)).text();
  const say = (text: string) => ask("tools/call", { name: "docs__say", arguments: { text } });
  await ask("logging/setLevel", { level: "error" });
  await say("too low");
  await ask("logging/setLevel", { level: "info" });
  await say("high enough");
  const headers = { "mcp-session-id": id };
  await endpoint.handle(new Request("http://x/mcp", { method: "DELETE", headers }));
  const said = (await messagesOf(stream)).filter(({ method }) => method === "notifications/message");
  assert.deepEqual(said.map(({ params }) => (params as { data: string }).data), ["high enough"]);
});
