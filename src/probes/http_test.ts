import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { httpLook } from "./http.ts";
import { openProbes } from "./probes.ts";
import { reasonOf } from "./reason.ts";
import { Ear, probeSpec, realDeps } from "./testing.ts";
import { until } from "../system/until.ts";

const NEVER = new AbortController().signal;

type Handler = (request: Request) => Response | Promise<Response>;

/** A server of the runtime's; what it was asked is kept. */
function serve(handler: Handler) {
  const asked: Request[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    asked.push(request);
    return handler(request);
  });
  const base = `http://127.0.0.1:${server.addr.port}`;
  return { asked, base, [Symbol.asyncDispose]: () => server.shutdown() };
}

/** A server that says `text` to each connection, or nothing, and never closes one by itself. */
function serveRaw(text: string) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const closed = { count: 0 };
  const served = (async () => {
    for await (const connection of listener) {
      await connection.write(new TextEncoder().encode(text));
      const chunk = new Uint8Array(4096);
      while ((await connection.read(chunk).catch(() => null)) !== null);
      closed.count++;
      connection.close();
    }
  })();
  const base = `http://127.0.0.1:${listener.addr.port}`;
  return {
    base,
    closed,
    async [Symbol.asyncDispose]() {
      listener.close();
      await served.catch(() => {});
    },
  };
}

const look = (url: string, signal = NEVER) => httpLook(url, realDeps()).look(signal);

for (const status of [200, 204, 301, 399, 400, 404, 500, 503]) {
  Deno.test(`status ${status} is ${status < 400 ? "good" : "bad"}`, async () => {
    await using server = serve(() => new Response(null, { status, headers: { location: "http://127.0.0.1:1/" } }));
    assert.deepEqual(await look(`${server.base}/ready`), { ok: status < 400, seen: String(status) });
    assert.equal(server.asked.length, 1, "redirects are not followed");
  });
}

Deno.test("the request says who asks, asks for what it is told, and its connection is not kept", async () => {
  const { promise, resolve } = Promise.withResolvers<unknown[]>();
  const fields = ["user-agent", "connection", "host"];
  await using server = serve(({ url, headers }) => {
    resolve([url, ...fields.map((name) => headers.get(name))]);
    return new Response("fine");
  });
  await look(`${server.base}/a%20b?token=x`);
  const host = new URL(server.base).host;
  assert.deepEqual(await promise, [`${server.base}/a%20b?token=x`, "appd-probe/test", "close", host]);
});

Deno.test("what is shown of the URL has no query and no password", () => {
  const { subject } = httpLook("http://me:secret@127.0.0.1:9000/ready?token=secret#x", realDeps());
  assert.equal(subject, "GET http://127.0.0.1:9000/ready");
});

Deno.test("proxies of the environment are not asked", async () => {
  await using server = serve(() => new Response("fine"));
  await using proxy = serve(() => new Response("the proxy", { status: 502 }));
  const names = ["HTTP_PROXY", "http_proxy", "ALL_PROXY"];
  for (const name of names) Deno.env.set(name, proxy.base);
  try {
    assert.equal((await look(server.base)).seen, "200");
    assert.equal(proxy.asked.length, 0);
  } finally {
    for (const name of names) Deno.env.delete(name);
  }
});

Deno.test("nobody listens", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  const error = await look(`http://127.0.0.1:${listener.addr.port}/`).catch((error) => error);
  assert.equal(reasonOf(error), "connection refused");
});

Deno.test("a server that hangs sees its connection closed at the abort, before the head and within it", async () => {
  for (const text of ["", "HTTP/1.1 200 OK\r\nX: "]) {
    await using server = serveRaw(text);
    const controller = new AbortController();
    const asked = look(server.base, controller.signal);
    setTimeout(() => controller.abort(), 30);
    await assert.rejects(asked);
    await until("the end of the connection", () => server.closed.count === 1);
  }
});

Deno.test("an abort before the connection stands opens none", async () => {
  await using server = serveRaw("");
  await assert.rejects(look(server.base, AbortSignal.abort()));
  await assert.rejects(look(server.base.replace("http:", "https:"), AbortSignal.abort()));
});

Deno.test("a body without end does not keep the status from being told", async () => {
  await using server = serveRaw(`HTTP/1.1 200 OK\r\n\r\n${"x".repeat(100_000)}`);
  assert.equal((await look(server.base)).ok, true);
  await using silent = serveRaw("HTTP/1.1 503 No\r\nContent-Length: 10\r\n\r\n");
  assert.deepEqual(await look(silent.base), { ok: false, seen: "503" });
  await until("the end of the connection", () => silent.closed.count === 1);
});

Deno.test("an answer that is not HTTP, and none at all", async () => {
  await using ssh = serveRaw("SSH-2.0-OpenSSH_9.2\r\n");
  await assert.rejects(look(ssh.base), /the answer is not HTTP/);
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const asked = look(`http://127.0.0.1:${listener.addr.port}/`).catch((error) => reasonOf(error));
  (await listener.accept()).close();
  listener.close();
  assert.match(String(await asked), /closed without an answer|connection reset/);
});

Deno.test("a server without a certificate that we trust says so, and a handshake that hangs is left", async () => {
  await using server = serveRaw("");
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 30);
  await assert.rejects(look(server.base.replace("http:", "https:"), controller.signal));
  await until("the end of the connection", () => server.closed.count === 1);
});

const hasIpv6 = Deno.networkInterfaces().some(({ address }) => address === "::1");

Deno.test({
  name: `IPv6 addresses are asked without their brackets${hasIpv6 ? "" : " (skipped: no IPv6)"}`,
  ignore: !hasIpv6,
  async fn() {
    const listener = Deno.listen({ hostname: "::1", port: 0 });
    const asked = look(`http://[::1]:${listener.addr.port}/`);
    const connection = await listener.accept();
    await connection.write(new TextEncoder().encode("HTTP/1.1 200 OK\r\n\r\n"));
    connection.close();
    listener.close();
    assert.equal((await asked).ok, true);
  },
});

Deno.test("503 until it is 200, then 503 again: what the listener hears", async () => {
  let status = 503;
  await using server = serve(() => new Response("body", { status }));
  const ear = new Ear();
  const ready = probeSpec({ kind: "http", url: `${server.base}/ready` }, { failureThreshold: 2 });
  using probes = openProbes(realDeps(), { spec: { name: "web", ready }, directory: "/nowhere" }, ear);
  probes.begin({ generation: 7 });
  await until("some looks", () => server.asked.length > 3);
  status = 200;
  await until("readiness", () => ear.ready.at(-1)?.ok === true);
  status = 500;
  await until("its end", () => ear.ready.length === 3);
  const subject = `GET ${server.base}/ready`;
  assert.deepEqual(ear.ready, [
    { generation: 7, ok: false, why: `${subject}: 503` },
    { generation: 7, ok: true, why: `${subject}: 200` },
    { generation: 7, ok: false, why: `${subject}: 500` },
  ]);
  assert.deepEqual([probes.env, probes.output], [{}, undefined]);
});

Deno.test("a hundred hanging attempts leave no descriptor behind", async () => {
  await using server = serveRaw("");
  const descriptors = () => readdirSync("/proc/self/fd").length;
  const before = descriptors();
  for (let i = 0; i < 100; i++) {
    const controller = new AbortController();
    const url = i % 2 === 0 ? server.base : server.base.replace("http:", "https:");
    const asked = look(url, controller.signal).catch(() => {});
    setTimeout(() => controller.abort(), i % 4);
    await asked;
  }
  await until("closed on both ends", () => descriptors() <= before);
});
