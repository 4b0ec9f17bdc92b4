/** mcpeg as its document (S3) has it: the gateway. Each test names the places that it proves. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { newWorld, serveTestServer } from "../fixtures/mcp_server.ts";
import { alive, remains, signal, until } from "../support/instance.ts";
import { serverPorts } from "../support/ports.ts";
import { GatewayClient, mcpeg, remoteUpstream, serverCommand, serverOf, upstream, whenServer } from "../support/mcp.ts";

/** The error that a call ends with. */
async function failure(call: Promise<unknown>): Promise<{ code: number; message: string }> {
  const error = await call.then(() => assert.fail("it succeeded"), (error: unknown) => error);
  return error as { code: number; message: string };
}

Deno.test("S3 MCpeg Gateway: the tools of a command and of an address are offered under one roof", async () => {
  await using remote = serveTestServer(newWorld("notes"));
  await using app = mcpeg(upstream("docs") + remoteUpstream("notes", remote.addr.port));
  await app.start();
  await whenServer(app, "docs");
  await whenServer(app, "notes");
  await using client = await GatewayClient.connect(app);
  assert.equal(client.getServerVersion()?.name, "mcpeg");
  const tools = await client.tools();
  assert.ok(tools.includes("docs__echo") && tools.includes("notes__echo"));
  assert.equal(await client.text("docs__echo", { text: "grüß dich" }), "grüß dich");
  assert.equal(await client.text("notes__echo", { text: "over HTTP" }), "over HTTP");
  const { contents: [memo] } = await client.readResource({ uri: "notes+memo://one" });
  assert.deepEqual(memo, { uri: "notes+memo://one", text: "memo of notes: memo://one" });
  assert.deepEqual((await client.listPrompts()).prompts.map(({ name }) => name), ["docs__greet", "notes__greet"]);
  const error = await failure(client.callTool({ name: "notes__fail" }));
  assert.deepEqual([error.code, error.message], [-32050, "MCP error -32050: no luck today"]);
});

Deno.test("S3 MCpeg Gateway: progress and cancellation pass through, to a command and to an address", async () => {
  const world = newWorld("notes");
  await using remote = serveTestServer(world);
  await using app = mcpeg(upstream("docs") + remoteUpstream("notes", remote.addr.port));
  await app.start();
  await using client = await GatewayClient.connect(app);
  for (const server of ["docs", "notes"]) {
    await whenServer(app, server);
    const seen: number[] = [];
    const onprogress = ({ progress }: { progress: number }) => void seen.push(progress);
    await client.callTool({ name: `${server}__count`, arguments: { to: 3 } }, undefined, { onprogress });
    assert.deepEqual(seen, [1, 2, 3]);
    const cancel = new AbortController();
    const hold = { name: `${server}__hold`, arguments: { key: "k" } };
    const call = failure(client.callTool(hold, undefined, { signal: cancel.signal }));
    await until("the call to arrive", async () => (await client.text(`${server}__holding`)).includes("k"));
    cancel.abort("enough");
    await call;
    await until("the server to hear of it", async () => (await client.text(`${server}__cancelled`)) === '["k"]');
  }
});

Deno.test("S3 MCpeg Gateway: clients are told when a server's tools change, and what it says", async () => {
  await using app = mcpeg(upstream("docs"));
  await app.start();
  await whenServer(app, "docs");
  await using client = await GatewayClient.connect(app);
  await client.text("docs__grow");
  await until("the change to be told", () => client.heard.includes("notifications/tools/list_changed"));
  assert.ok((await client.tools()).includes("docs__grown_1"));
  await client.text("docs__say", { text: "hello" });
  await until("the words to be told", () => client.heard.includes("notifications/message"));
});

Deno.test("S3 MCpeg Gateway, S3 Production Ready: a server that dies fails its call at once, is connected again, and status says so", async () => {
  await using app = mcpeg(upstream("docs") + upstream("notes"));
  await app.start();
  const { pid } = await whenServer(app, "docs");
  await whenServer(app, "notes");
  await using client = await GatewayClient.connect(app);
  const held = client.text("notes__hold", { key: "k" });
  await until("the call to arrive", async () => (await client.text("notes__holding")).includes("k"));
  const error = await failure(client.callTool({ name: "docs__die", arguments: { code: 5 } }));
  assert.equal(error.code, -32000);
  assert.match(error.message, /server "docs" went away during the call/);
  const again = await until("another server", async () => {
    const server = await serverOf(app, "docs");
    return server.state === "ready" && server.pid !== pid ? server : undefined;
  });
  assert.equal(again.connects, 2);
  assert.equal(again.last_error, "exit code 5");
  const { programs } = await app.status();
  const service = programs.find(({ name }: { name: string }) => name === "docs");
  assert.deepEqual([service.kind, service.state, service.ready, service.restarts], ["service", "running", true, 1]);
  assert.equal(await client.text("docs__echo", { text: "back" }), "back");
  await client.text("notes__release", { key: "k" });
  assert.equal(await held, "released k");
});

Deno.test("S3 MCpeg Gateway: a server that does not start is tried again with growing pauses; its calls fail, and why tells", async () => {
  await using app = mcpeg(upstream("docs", { options: ["--broken"] }) + upstream("notes"));
  await app.start();
  await whenServer(app, "notes");
  const down = await until("its failure", async () => {
    const server = await serverOf(app, "docs");
    return server.state === "down" && server.last_error !== null ? server : undefined;
  });
  assert.match(down.last_error, /it ended before it answered: exit code 4/);
  await until("backoff", async () => {
    const service = (await app.status()).programs.find(({ name }: { name: string }) => name === "docs");
    return service.state === "backoff" && service.next_retry_at !== null;
  });
  await using client = await GatewayClient.connect(app);
  const error = await failure(client.callTool({ name: "docs__echo" }));
  assert.equal(error.code, -32000);
  assert.match(error.message, /server "docs" is (down|connecting)/);
  assert.match((await app.run(["why", "docs"])).stdout, /exit code 4/);
  assert.equal((await app.get("/health")).status, 200);
});

Deno.test("S3 Production Ready: a server that is critical makes the health 503 while it is gone, one that is not does not", async () => {
  await using app = mcpeg(upstream("docs", { options: ["--broken"], more: "critical = true" }) + upstream("notes"));
  await app.start();
  await whenServer(app, "notes");
  const checks = await until("degraded, and the servers looked at since", async () => {
    const { status, body } = await app.get("/health");
    const { checks } = JSON.parse(body);
    return status === 503 && /docs is .*exit code 4/.test(checks.servers.error) ? checks : undefined;
  });
  assert.equal(checks.servers.critical, false);
  assert.match(checks.programs.error, /docs/);
  app.write(upstream("notes"));
  await app.run(["reload"]);
  await until("healthy", async () => (await app.get("/health")).status === 200);
});

Deno.test("S3 MCpeg Gateway, S3 Production Ready: of many calls while a server is killed again and again each ends, with its own answer or an error", async () => {
  await using app = mcpeg(upstream("docs") + upstream("notes"));
  await app.start();
  await whenServer(app, "docs");
  await whenServer(app, "notes");
  const clients = await Promise.all(Array.from({ length: 4 }, () => GatewayClient.connect(app)));
  const counts = { own: 0, error: 0 };
  const call = async (client: GatewayClient, server: string, text: string) => {
    try {
      assert.equal(await client.text(`${server}__echo`, { text }), text);
      counts.own++;
    } catch (error) {
      assert.equal((error as { code?: number }).code, -32000, String(error));
      assert.equal(server, "docs", "nobody killed the other one");
      counts.error++;
    }
  };
  for (let round = 0; round < 3; round++) {
    const { pid } = await whenServer(app, "docs");
    const calls = clients.flatMap((client, at) =>
      Array.from({ length: 20 }, (_, n) => call(client, n % 2 === 0 ? "docs" : "notes", `${round}.${at}.${n}`))
    );
    signal(pid, "SIGKILL");
    await Promise.all(calls);
    await until("its end to be seen", async () => (await serverOf(app, "docs")).pid !== pid);
  }
  assert.equal(counts.own + counts.error, 3 * 4 * 20);
  assert.ok(counts.own >= 3 * 4 * 10, JSON.stringify(counts));
  await Promise.all(clients.map((client) => client.close()));
});

Deno.test("S3 SIGHUP: a reload connects and disconnects only what has changed; calls to others go on", async () => {
  await using app = mcpeg(upstream("docs") + upstream("notes"));
  await app.start();
  const [docs, notes] = [await whenServer(app, "docs"), await whenServer(app, "notes")];
  await using client = await GatewayClient.connect(app);
  const held = client.text("docs__hold", { key: "k" });
  await until("the call to arrive", async () => (await client.text("docs__holding")).includes("k"));
  app.write(upstream("docs") + upstream("notes", { more: 'timeout = "7s"' }) + upstream("plans"));
  signal(app.pid(), "SIGHUP");
  await whenServer(app, "plans");
  const after = await until("the changed one to be connected anew", async () => {
    const server = await serverOf(app, "notes");
    return server.state === "ready" && server.pid !== notes.pid ? server : undefined;
  });
  assert.equal(after.connects, 2);
  app.write(upstream("docs"));
  signal(app.pid(), "SIGHUP");
  await until("both to be gone", () => !remains(after.pid));
  await until("their tools to be gone", async () => (await client.tools()).every((name) => name.startsWith("docs__")));
  await until("the change to be told", () => client.heard.includes("notifications/tools/list_changed"));
  const same = await serverOf(app, "docs");
  assert.deepEqual([same.pid, same.connects], [docs.pid, 1]);
  await client.text("docs__release", { key: "k" });
  assert.equal(await held, "released k");
});

Deno.test("S3 SIGHUP: a configuration that is not valid changes nothing", async () => {
  await using app = mcpeg(upstream("docs"));
  await app.start();
  const { pid } = await whenServer(app, "docs");
  app.write('[[upstream]]\nname = "Docs__2"\n');
  const { code, stderr } = await app.run(["reload"]);
  assert.equal(code, 78);
  assert.match(stderr, /Docs__2/);
  assert.equal((await serverOf(app, "docs")).pid, pid);
});

Deno.test("S3 MCpeg Gateway: servers, tools and call, for people and for scripts", async () => {
  await using app = mcpeg(upstream("docs") + upstream("notes", { more: "enabled = false" }));
  assert.equal((await app.run(["servers"])).code, 3);
  await app.start();
  await whenServer(app, "docs");
  const table = (await app.run(["servers"])).stdout;
  assert.match(table, /^docs +ready +stdio +\d+ +0 +0 +0 +1 +docs 1\.2\.3$/m);
  assert.match(table, /^notes +disabled/m);
  assert.match((await app.run(["tools"])).stdout, /^docs__echo +The tool echo$/m);
  assert.equal((await app.run(["tools", "notes"])).stdout, "no tools\n");
  const called = await app.run(["call", "docs", "echo", "--args", '{"text":"hi"}']);
  assert.deepEqual([called.code, called.stdout], [0, "hi\n"]);
  const json = await app.run(["call", "docs", "echo", "--args", '{"text":"hi"}', "--json"]);
  assert.deepEqual(JSON.parse(json.stdout), { content: [{ type: "text", text: "hi" }] });
  const sick = await app.run(["call", "docs", "sick"]);
  assert.deepEqual([sick.code, sick.stdout], [1, "it hurts\n"]);
  assert.equal((await app.run(["call", "docs", "echo", "--args", "{"])).code, 2);
  const off = await app.run(["call", "notes", "echo"]);
  assert.equal(off.code, 69);
  assert.match(off.stderr, /^mcpeg: cannot call "echo" of "notes"/);
  const report = await serverOf(app, "docs");
  assert.deepEqual([report.calls, report.errors], [3, 1]);
});

Deno.test("S3 Security First: a server gets a clean environment and what is declared; web pages get nothing", async () => {
  await using app = mcpeg(upstream("docs"));
  await app.run(["start"], { env: app.env({ SECRET_OF_THE_DAEMON: "x", LC_ALL: "C" }) });
  await whenServer(app, "docs");
  await using client = await GatewayClient.connect(app);
  const names = Object.keys(JSON.parse(await client.text("docs__env"))).sort();
  assert.deepEqual(names, ["DENO_DIR", "HOME", "LANG", "PATH"]);
  assert.equal(await client.text("docs__cwd"), app.home);
  const url = `http://127.0.0.1:${app.port}/mcp`;
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params: {} });
  const post = (headers: Record<string, string>) => fetch(url, { method: "POST", body, headers });
  const page = await post({ origin: "https://evil.example" });
  assert.equal(page.status, 403);
  await page.body?.cancel();
  const action = await fetch(`http://127.0.0.1:${app.port}/api/v1/servers/docs/call`, { method: "POST", body: "{}" });
  assert.equal(action.status, 405);
  await action.body?.cancel();
});

Deno.test("S3 Security First: with server.token_file only who has the token may call", async () => {
  await using app = mcpeg();
  fs.writeFileSync(join(app.home, "token"), "0123456789abcdef0123456789abcdef\n", { mode: 0o600 });
  app.write(`[server]\nport = ${app.port}\ntoken_file = "token"\n` + upstream("docs"));
  await app.start();
  await whenServer(app, "docs");
  await assert.rejects(GatewayClient.connect(app), /a valid bearer token is needed/);
  for (const method of ["GET", "POST", "DELETE"]) {
    const refused = await fetch(`http://127.0.0.1:${app.port}/mcp`, { method, headers: { authorization: "Bearer x" } });
    assert.deepEqual([refused.status, refused.headers.get("www-authenticate")], [401, 'Bearer realm="mcpeg"'], method);
    await refused.body?.cancel();
  }
  await using client = await GatewayClient.connect(app, { authorization: "Bearer 0123456789abcdef0123456789abcdef" });
  assert.equal(await client.text("docs__echo", { text: "hi" }), "hi");
});

Deno.test("S3 MCpeg Gateway: what is long passes, in both directions", async () => {
  await using app = mcpeg(upstream("docs"));
  await app.start();
  await whenServer(app, "docs");
  await using client = await GatewayClient.connect(app);
  const text = "0123456789abcdef".repeat(64 * 1024);
  assert.equal(await client.text("docs__echo", { text }), text);
  const { pid } = await serverOf(app, "docs");
  assert.equal((await client.text("docs__long", { bytes: 16_000_000 })).length, 16_000_000);
  assert.equal((await serverOf(app, "docs")).pid, pid, "the same server");
});

Deno.test("S3 MCpeg Gateway: a call without an answer ends after its timeout, and the server goes on", async () => {
  await using app = mcpeg(upstream("docs", { more: 'timeout = "300ms"' }));
  await app.start();
  await whenServer(app, "docs");
  await using client = await GatewayClient.connect(app);
  const error = await failure(client.callTool({ name: "docs__hang" }));
  assert.equal(error.code, -32001);
  // Within 300 ms, so that a busy machine may need more than one.
  await until("an answer", async () => await client.text("docs__echo", { text: "still here" }) === "still here");
  assert.equal((await app.run(["call", "docs", "hang"])).code, 69);
});

Deno.test("S3 MCpeg Gateway: a server at an address that is killed and comes back is connected anew", async () => {
  const port = serverPorts();
  const listen = () => {
    const [program = "", ...args] = serverCommand("--name", "notes", "--http", String(port));
    return new Deno.Command(program, { args, stdin: "null", stdout: "null", stderr: "null" }).spawn();
  };
  const first = listen();
  await using app = mcpeg(remoteUpstream("notes", port, 'ping_every = "0s"'));
  await app.start();
  await whenServer(app, "notes");
  await using client = await GatewayClient.connect(app);
  const held = failure(client.callTool({ name: "notes__hang" }));
  await until("the call to be under way", async () => (await serverOf(app, "notes")).in_flight === 1);
  first.kill("SIGKILL");
  assert.equal((await held).code, -32000);
  await first.status;
  await until("its loss", async () => (await serverOf(app, "notes")).state !== "ready");
  assert.equal((await failure(client.callTool({ name: "notes__echo" }))).code, -32000);
  const second = listen();
  await whenServer(app, "notes");
  assert.equal(await client.text("notes__echo", { text: "again" }), "again");
  second.kill("SIGKILL");
  await second.status;
});

Deno.test("S3 Graceful Shutdown, S3 SIGTERM: calls under way end before the gateway does, new ones are refused, its servers end too", async () => {
  await using app = mcpeg(upstream("docs"));
  await app.start();
  const { pid: server } = await whenServer(app, "docs");
  const pid = app.pid();
  await using client = await GatewayClient.connect(app);
  const file = join(app.home, "go");
  const held = client.text("docs__wait", { file });
  await until("the call to arrive", async () => (await serverOf(app, "docs")).in_flight === 1);
  signal(pid, "SIGTERM");
  await until("draining", async () => (await serverOf(app, "docs")).state === "draining");
  const error = await failure(client.callTool({ name: "docs__echo" }));
  assert.match(error.message, /server "docs" is draining/);
  assert.ok(alive(pid) && alive(server));
  fs.writeFileSync(file, "");
  assert.equal(await held, "it is there");
  await until("the end", () => !remains(pid) && !remains(server));
  assert.ok(!fs.existsSync(join(app.home, "daemon.pid")));
});

Deno.test("S3 SIGINT, S3 Graceful Shutdown: a call under way ends before a gateway in the foreground does", async () => {
  await using app = mcpeg(upstream("docs"));
  const child = app.spawn(["run"]);
  const output = child.output();
  await whenServer(app, "docs");
  await using client = await GatewayClient.connect(app);
  const file = join(app.home, "go");
  const held = client.text("docs__wait", { file });
  await until("the call to arrive", async () => (await serverOf(app, "docs")).in_flight === 1);
  signal(child.pid, "SIGINT");
  await until("draining", async () => (await serverOf(app, "docs")).state === "draining");
  assert.ok(alive(child.pid));
  fs.writeFileSync(file, "");
  assert.equal(await held, "it is there");
  assert.equal((await output).code, 0);
});

Deno.test("S3 SIGKILL, S3 Cleanup, S3 Stale PID: after kill -9 no server is left, and the next start is as any", async () => {
  await using app = mcpeg(upstream("docs"));
  await app.start();
  const { pid: server } = await whenServer(app, "docs");
  const pid = app.pid();
  signal(pid, "SIGKILL");
  await until("both to be gone", () => !remains(pid) && !remains(server));
  assert.equal(app.pid(), pid, "the file is stale");
  assert.equal((await app.run(["--status"])).code, 1);
  const started = await app.run(["--daemon"]);
  assert.equal(started.code, 0, started.stderr);
  assert.notEqual(app.pid(), pid);
  await whenServer(app, "docs");
  await app.run(["--stop"]);
  assert.ok(!fs.existsSync(join(app.home, "daemon.pid")));
});

Deno.test("S3 Structured Output: each call is a JSON record with its fields, and without its arguments", async () => {
  await using app = mcpeg('[log]\nformat = "json"\n' + upstream("docs"));
  await app.start();
  await whenServer(app, "docs");
  await using client = await GatewayClient.connect(app);
  await client.text("docs__echo", { text: "between you and me" });
  const log = await until("the server's own words", () => { // They come by another pipe than its answers.
    const text = fs.readFileSync(join(app.home, "daemon.log"), "utf8");
    return text.includes('"docs starts"') && text.endsWith("\n") ? text : undefined;
  });
  const records = log.trim().split("\n").map((line) => JSON.parse(line));
  const call = records.find(({ message }) => message === "call");
  assert.deepEqual(Object.keys(call).slice(0, 4).sort(), ["level", "logger", "message", "timestamp"]);
  assert.deepEqual([call.logger, call.server, call.method, call.target, call.outcome], [
    "mcpeg.routes",
    "docs",
    "tools/call",
    "docs__echo",
    "ok",
  ]);
  assert.equal(typeof call.duration_ms, "number");
  assert.ok(
    records.some(({ logger, stream, message }) =>
      logger === "mcpeg.services.docs" && stream === "stderr" && message === "docs starts"
    ),
  );
  assert.ok(!log.includes("between you and me"));
});
