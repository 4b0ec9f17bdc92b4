import assert from "node:assert/strict";
import { newWorld } from "../../tests/fixtures/mcp_server.ts";
import { until } from "../../tests/support/instance.ts";
import { Bench, textOf } from "./fake_gateway.ts";

/** The error that a call ends with. */
async function failure(call: Promise<unknown>): Promise<{ code: number; message: string; data: unknown }> {
  const error = await call.then(() => assert.fail("it succeeded"), (error: unknown) => error);
  return error as { code: number; message: string; data: unknown };
}

Deno.test("the tools of all servers are offered under one roof, and calls find their way", async () => {
  await using bench = new Bench();
  await bench.add("notes");
  await bench.add("docs");
  const client = await bench.client();
  const names = (await client.listTools()).tools.map(({ name }) => name);
  assert.ok(names.includes("docs__echo") && names.includes("notes__echo"));
  assert.ok(names.indexOf("docs__echo") < names.indexOf("notes__echo"));
  assert.equal(new Set(names).size, names.length);
  for (const server of ["docs", "notes"]) {
    const result = await client.callTool({ name: `${server}__echo`, arguments: { text: `hello ${server}` } });
    assert.equal(textOf(result), `hello ${server}`);
  }
});

Deno.test("resources, templates, prompts and completions", async () => {
  await using bench = new Bench();
  await bench.add("docs");
  await bench.add("notes");
  const client = await bench.client();
  const uris = (await client.listResources()).resources.map(({ uri }) => uri);
  assert.deepEqual(uris, ["docs+memo://one", "docs+memo://two", "notes+memo://one", "notes+memo://two"]);
  const { contents: [content] } = await client.readResource({ uri: "notes+memo://one" });
  assert.deepEqual(content, { uri: "notes+memo://one", text: "memo of notes: memo://one" });
  const templates = (await client.listResourceTemplates()).resourceTemplates.map(({ uriTemplate }) => uriTemplate);
  assert.deepEqual(templates, ["docs+memo://{id}", "notes+memo://{id}"]);
  assert.deepEqual((await client.listPrompts()).prompts.map(({ name }) => name), ["docs__greet", "notes__greet"]);
  const prompt = await client.getPrompt({ name: "docs__greet", arguments: { whom: "you" } });
  assert.deepEqual(prompt.messages[0]?.content, { type: "text", text: "greet you" });
  const argument = { name: "whom", value: "y" };
  const completed = async (ref: Parameters<typeof client.complete>[0]["ref"]) =>
    (await client.complete({ ref, argument })).completion.values;
  assert.deepEqual(await completed({ type: "ref/prompt", name: "docs__greet" }), ["greet!"]);
  assert.deepEqual(await completed({ type: "ref/resource", uri: "docs+memo://{id}" }), ["memo://{id}!"]);
});

Deno.test("what a tool shows can be read through the gateway", async () => {
  await using bench = new Bench();
  await bench.add("docs");
  const client = await bench.client();
  const result = await client.callTool({ name: "docs__show" }) as {
    content: { uri?: string; resource?: { uri: string } }[];
  };
  assert.deepEqual(result.content.map(({ uri, resource }) => uri ?? resource?.uri), [
    "docs+memo://one",
    "docs+memo://two",
  ]);
});

Deno.test("a server's own error comes through as it is: code, message, data", async () => {
  await using bench = new Bench();
  await bench.add("docs");
  const client = await bench.client();
  const error = await failure(client.callTool({ name: "docs__fail" }));
  assert.equal(error.code, -32050);
  assert.equal(error.message, "MCP error -32050: no luck today");
  assert.deepEqual(error.data, { retry: false });
});

Deno.test("a tool that says it failed is no error of the protocol", async () => {
  await using bench = new Bench();
  await bench.add("docs");
  const client = await bench.client();
  assert.equal((await client.callTool({ name: "docs__sick" })).isError, true);
  assert.equal(bench.records.find(({ message }) => message === "call")?.fields.outcome, "tool_error");
});

Deno.test("unknown names, resources and methods are refused in the words of the protocol", async () => {
  await using bench = new Bench();
  await bench.add("docs");
  const client = await bench.client();
  assert.equal((await failure(client.callTool({ name: "nothing" }))).code, -32602);
  assert.equal((await failure(client.callTool({ name: "other__echo" }))).code, -32602);
  assert.equal((await failure(client.readResource({ uri: "file:///etc/passwd" }))).code, -32002);
  for (const method of ["tasks/list", "constructor"]) {
    assert.equal((await failure(client.request({ method }, {} as never))).code, -32601, method);
  }
  assert.match((await failure(client.callTool({ name: "docs__nothing" }))).message, /Unknown tool: nothing/);
});

Deno.test("progress comes through under the client's own token", async () => {
  await using bench = new Bench();
  await bench.add("docs");
  const client = await bench.client();
  const seen: number[] = [];
  const request = { name: "docs__count", arguments: { to: 3 } };
  const result = await client.callTool(request, undefined, { onprogress: ({ progress }) => void seen.push(progress) });
  assert.equal(textOf(result), "counted to 3");
  assert.deepEqual(seen, [1, 2, 3]);
});

Deno.test("a call that a client cancels is cancelled at its server", async () => {
  await using bench = new Bench();
  const { world } = await bench.add("docs");
  const client = await bench.client();
  const cancel = new AbortController();
  const call = client.callTool({ name: "docs__hold", arguments: { key: "k" } }, undefined, { signal: cancel.signal });
  call.catch(() => {}); // It is asked below.
  await until("the call to arrive", () => world.holds.has("k"));
  cancel.abort("no longer wanted");
  await assert.rejects(call, /no longer wanted/);
  await until("the server to hear of it", () => world.cancelled.includes("k"));
  await until("its record", () => bench.records.some(({ fields }) => fields.outcome === "cancelled"));
});

Deno.test("a call that takes too long ends with an error, and the server is told", async () => {
  await using bench = new Bench();
  const { world } = await bench.add("docs", { timeout: 50 });
  const client = await bench.client();
  const error = await failure(client.callTool({ name: "docs__hold", arguments: { key: "k" } }));
  assert.equal(error.code, -32001);
  await until("the server to hear of it", () => world.cancelled.includes("k"));
});

Deno.test("a server that dies fails its calls at once, and nobody else's", async () => {
  await using bench = new Bench();
  const docs = await bench.add("docs");
  const notes = await bench.add("notes");
  const client = await bench.client();
  const lost = failure(client.callTool({ name: "docs__hold", arguments: { key: "k" } }));
  const kept = client.callTool({ name: "notes__hold", arguments: { key: "k" } });
  await until("both calls to arrive", () => docs.world.holds.has("k") && notes.world.holds.has("k"));
  await docs.crash();
  await assert.rejects(docs.lived, /the connection was closed/);
  const error = await lost;
  assert.equal(error.code, -32000);
  assert.match(error.message, /server "docs" went away during the call/);
  notes.world.holds.get("k")?.();
  assert.equal(textOf(await kept), "released k");
  assert.match((await failure(client.callTool({ name: "docs__echo" }))).message, /server "docs" is down/);
  assert.ok((await client.listTools()).tools.every(({ name }) => name.startsWith("notes__")));
});

Deno.test("clients hear of servers that come and go, and of lists that change", async () => {
  await using bench = new Bench();
  const docs = await bench.add("docs");
  const client = await bench.client();
  let heard = 0;
  client.fallbackNotificationHandler = ({ method }) => {
    if (method === "notifications/tools/list_changed") heard++;
    return Promise.resolve();
  };
  await client.callTool({ name: "docs__grow" });
  await until("the grown tool to be told", () => heard === 1);
  assert.ok((await client.listTools()).tools.some(({ name }) => name === "docs__grown_1"));
  await bench.add("notes");
  await until("the new server to be told", () => heard === 2);
  docs.stop();
  await docs.lived;
  await until("the end of the server to be told", () => heard === 3);
});

Deno.test("a resource is subscribed once for all clients, again after a crash, and not for the others", async () => {
  await using bench = new Bench();
  const docs = await bench.add("docs");
  const clients = [await bench.client("a"), await bench.client("b"), await bench.client("c")] as const;
  const heard: string[] = [];
  clients.forEach((client, at) => {
    client.fallbackNotificationHandler = ({ method, params }) => {
      if (method.endsWith("/updated")) heard.push(`${"abc"[at]} ${params?.uri}`);
      return Promise.resolve();
    };
  });
  for (const client of clients.slice(0, 2)) await client.subscribeResource({ uri: "docs+memo://one" });
  await clients[2].callTool({ name: "docs__touch", arguments: { uri: "memo://one" } });
  await until("both to hear", () => heard.length === 2);
  assert.deepEqual(heard.sort(), ["a docs+memo://one", "b docs+memo://one"]);

  await docs.crash();
  await assert.rejects(docs.lived);
  const { world } = await bench.add("docs", { world: newWorld("docs") });
  await until("the subscription to be back", () => world.subscribed.has("memo://one"));
  await clients[0].unsubscribeResource({ uri: "docs+memo://one" });
  assert.ok(world.subscribed.has("memo://one"));
  await clients[1].close();
  await until("nobody to listen", () => !world.subscribed.has("memo://one"));
});

Deno.test("what a server says reaches the clients under its name", async () => {
  await using bench = new Bench();
  await bench.add("docs");
  const client = await bench.client();
  const said: unknown[] = [];
  client.fallbackNotificationHandler = ({ method, params }) => {
    if (method === "notifications/message") said.push(params);
    return Promise.resolve();
  };
  await client.callTool({ name: "docs__say", arguments: { text: "good morning" } });
  await until("the message", () => said.length > 0);
  assert.deepEqual(said, [{ level: "info", logger: "docs/voice", data: "good morning" }]);
});

Deno.test("each call leaves a record", async () => {
  await using bench = new Bench();
  await bench.add("docs");
  const client = await bench.client("s7");
  await client.callTool({ name: "docs__echo", arguments: { text: "secret words" } });
  const [record] = bench.records.filter(({ message }) => message === "call");
  const { duration_ms: duration, ...fields } = record?.fields ?? {};
  assert.deepEqual(fields, {
    session: "s7",
    server: "docs",
    method: "tools/call",
    target: "docs__echo",
    outcome: "ok",
  });
  assert.equal(typeof duration, "number");
  assert.ok(!JSON.stringify(bench.records).includes("secret words"));
});
