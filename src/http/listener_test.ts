import assert from "node:assert/strict";
import { AppdError } from "../base/errors.ts";
import { FakeClock } from "../system/fake_clock.ts";
import { systemFiles } from "../system/files.ts";
import { type Connection, type Sockets, systemSockets } from "../system/sockets.ts";
import { createApi } from "./api.ts";
import { fakeDaemon } from "./fake_daemon.ts";
import type { Listener } from "./listener.ts";
import { leaveStaleSocket, sendRaw } from "./testing_client.ts";
import { addressText, listenError, serveTcp } from "./tcp_listener.ts";
import { serveSocket } from "./unix_listener.ts";
import { until } from "../system/until.ts";

const LOCAL = { hostname: "127.0.0.1", port: 0 };
const ok = () => new Response("ok", { headers: { "content-length": "2" } });

function serveApi(): Listener {
  const listener: Listener = serveTcp({
    ...LOCAL,
    handler: (request) => app.fetch(request),
  });
  const app = createApi(fakeDaemon({ port: () => listener.port }));
  return listener;
}

function thrownBy(act: () => unknown): AppdError {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof AppdError, String(error));
    return error;
  }
  throw new Error("nothing was thrown");
}

Deno.test("GET and HEAD over a real connection", async () => {
  await using listener = serveApi();
  const url = `http://${listener.address}/health`;
  const got = await fetch(url);
  assert.equal(got.status, 200);
  assert.equal((await got.json()).status, "healthy");
  const head = await fetch(url, { method: "HEAD" });
  assert.equal(head.headers.get("content-length"), got.headers.get("content-length"));
  await head.body?.cancel();
});

Deno.test("a streamed response arrives whole, in chunks and without", async () => {
  await using listener = serveApi();
  const got = await fetch(`http://${listener.address}/api/v1/logs`);
  assert.equal(await got.text(), "one\ntwo\n");
  const old = await sendRaw(listener.port, `GET /api/v1/logs HTTP/1.0\r\nHost: ${listener.address}\r\n\r\n`);
  assert.match(old.text, /\r\n\r\none\ntwo\n$/);
});

Deno.test("bodies reach the handler, `100-continue` is answered, long and cut ones are refused", async () => {
  await using listener = serveTcp({ ...LOCAL, handler: async (request) => new Response(await request.text()) });
  const ask = (fields: string, body: string) =>
    sendRaw(listener.port, `POST / HTTP/1.1\r\nHost: h\r\n${fields}\r\n\r\n${body}`);
  assert.match((await ask("Content-Length: 5", "hello")).text, /^HTTP\/1\.1 200 [^]*hello/);
  assert.match(
    (await ask("Content-Length: 2\r\nExpect: 100-continue", "hi")).text,
    /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP/,
  );
  assert.equal((await ask("Content-Length: 65537", "x".repeat(65537))).status, 413);
  assert.equal((await ask("Content-Length: 9", "short")).status, 400);
});

Deno.test("a handler that throws gives 500 without its words", async () => {
  await using listener = serveTcp({ ...LOCAL, handler: () => assert.fail("secret") });
  const { status, text } = await sendRaw(listener.port, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  assert.equal(status, 500);
  assert.doesNotMatch(text, /secret/);
});

Deno.test("a head that never ends gets 408, silence gets nothing", async () => {
  const clock = new FakeClock();
  const seen = { accepted: 0, read: 0 };
  await using listener = serveTcp({ ...LOCAL, handler: ok, clock, sockets: counting(seen) });
  const slow = sendRaw(listener.port, "GET / HTTP/1.1\r\nHost:", { half: false });
  const silent = sendRaw(listener.port, "", { half: false });
  await until("both are there", () => seen.accepted === 2 && seen.read === 1);
  clock.advance(10_000);
  assert.equal((await slow).status, 408);
  assert.equal((await silent).status, 0);
});

Deno.test("at the limit the oldest idle connection makes room", async () => {
  await using listener = serveTcp({ ...LOCAL, handler: ok, maxConnections: 4 });
  const idle = await Promise.all(
    Array.from({ length: 4 }, () => Deno.connect({ hostname: "127.0.0.1", port: listener.port })),
  );
  assert.equal((await sendRaw(listener.port, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")).status, 200);
  const ends = await Promise.race(idle.map((conn) => conn.read(new Uint8Array(1))));
  assert.equal(ends, null);
  for (const conn of idle) conn.close();
});

Deno.test("a listener out of descriptors closes an idle connection and goes on", async () => {
  const sockets = failing("EMFILE", 3);
  await using listener = serveTcp({ ...LOCAL, handler: ok, sockets });
  assert.equal((await sendRaw(listener.port, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")).status, 200);
  assert.equal(sockets.bound, 1);
});

Deno.test("a listener that dies listens again on the same port", async () => {
  const sockets = failing("EBADF", 1);
  await using listener = serveTcp({ ...LOCAL, handler: ok, sockets });
  const { port } = listener;
  await sockets.rebound;
  assert.equal((await sendRaw(port, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")).status, 200);
  assert.equal(sockets.bound, 2);
});

Deno.test("close waits for the request under way, and cuts it off after a second", async () => {
  const clock = new FakeClock();
  const began = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Response>();
  const listener = serveTcp({ ...LOCAL, clock, handler: () => (began.resolve(), answer.promise) });
  const asked = sendRaw(listener.port, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  await began.promise;
  const closed = listener.close();
  answer.resolve(ok());
  assert.equal((await asked).status, 200);
  await closed;

  const again = Promise.withResolvers<void>();
  const stuck = serveTcp({ ...LOCAL, clock, handler: () => (again.resolve(), new Promise(() => {})) });
  const lost = sendRaw(stuck.port, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  await again.promise;
  const cut = stuck.close();
  await until("it waits", () => clock.pending === 1);
  clock.advance(1000);
  await cut;
  assert.equal((await lost).status, 0);
});

Deno.test("a taken port is 69 and names its holder", () => {
  using holder = Deno.listen(LOCAL);
  const error = thrownBy(() => serveTcp({ ...LOCAL, port: holder.addr.port, handler: ok }));
  assert.equal(error.exitCode, 69);
  assert.ok(error.message.startsWith(`cannot listen on "127.0.0.1:${holder.addr.port}": the address is taken`));
  if (Deno.build.os === "linux") assert.match(error.message, new RegExp(`by process ${Deno.pid}, .*deno`));
});

Deno.test("an address that is not this host's is 69, a privileged port is 77", () => {
  assert.equal(thrownBy(() => serveTcp({ hostname: "192.0.2.1", port: 0, handler: ok })).exitCode, 69);
  assert.equal(thrownBy(() => serveTcp({ hostname: "no.such.host.invalid", port: 0, handler: ok })).exitCode, 69);
  const denied = listenError({ hostname: "127.0.0.1", port: 80 }, Object.assign(new Error("no"), { code: "EACCES" }));
  assert.equal(denied.exitCode, 77);
  assert.match(denied.hint ?? "", /1024/);
});

Deno.test("an address other than the one that was asked for is refused and let go", () => {
  let closed = false;
  const listenTcp = () => ({
    bound: { hostname: "0.0.0.0", port: 9 },
    accept: () => new Promise<never>(() => {}),
    close: () => void (closed = true),
  });
  const sockets = { ...systemSockets, listenTcp };
  const error = thrownBy(() => serveTcp({ ...LOCAL, handler: ok, sockets }));
  assert.match(error.message, /the system bound 0\.0\.0\.0:9 instead/);
  assert.equal(closed, true);
});

Deno.test("the environment cannot move the listener", async () => {
  Deno.env.set("DENO_SERVE_ADDRESS", "tcp:0.0.0.0:0");
  try {
    await using listener = serveTcp({ ...LOCAL, handler: ok });
    assert.equal(listener.address, `127.0.0.1:${listener.port}`);
  } finally {
    Deno.env.delete("DENO_SERVE_ADDRESS");
  }
});

Deno.test("an IPv6 address is written in brackets", () => {
  assert.equal(addressText("::1", 80), "[::1]:80");
  assert.equal(addressText("127.0.0.1", 80), "127.0.0.1:80");
});

Deno.test("the socket is private, replaces a stale one, and is gone after close", async () => {
  const directory = Deno.makeTempDirSync();
  const path = `${directory}/control.sock`;
  leaveStaleSocket(path);
  assert.equal(systemFiles.stat(path)?.kind, "socket");
  const listener = serveSocket({ path, handler: ok });
  assert.equal(systemFiles.stat(path)?.mode, 0o600);
  await listener.close();
  assert.equal(systemFiles.stat(path), undefined);
  Deno.removeSync(directory, { recursive: true });
});

Deno.test("a path that cannot be a socket is told at once", () => {
  const directory = Deno.makeTempDirSync();
  const long = thrownBy(() => serveSocket({ path: `/tmp/${"x".repeat(103)}`, handler: ok }));
  assert.match(long.message, /the path has 108 bytes, a socket's path may have 107/);
  Deno.writeTextFileSync(`${directory}/file`, "precious");
  const file = thrownBy(() => serveSocket({ path: `${directory}/file`, handler: ok }));
  assert.match(file.message, /a file is there, not a socket/);
  assert.equal(Deno.readTextFileSync(`${directory}/file`), "precious");
  assert.equal(thrownBy(() => serveSocket({ path: `${directory}/none/x.sock`, handler: ok })).exitCode, 73);
  Deno.removeSync(directory, { recursive: true });
});

/** The machine's sockets, counting accepted connections and completed reads. */
function counting(seen: { accepted: number; read: number }): Sockets {
  const counted = (connection: Connection): Connection => {
    seen.accepted++;
    const read = async (into: Uint8Array) => {
      const count = await connection.read(into);
      seen.read++;
      return count;
    };
    return { ...connection, read };
  };
  return {
    ...systemSockets,
    listenTcp(address) {
      const socket = systemSockets.listenTcp(address);
      return { ...socket, accept: async () => counted(await socket.accept()) };
    },
  };
}

/** The machine's sockets, whose first `times` accepts fail with `errno`. */
function failing(errno: string, times: number): Sockets & { readonly bound: number; readonly rebound: Promise<void> } {
  let bound = 0;
  let left = times;
  const { promise, resolve } = Promise.withResolvers<void>();
  return {
    ...systemSockets,
    get bound() {
      return bound;
    },
    rebound: promise,
    listenTcp(address) {
      const socket = systemSockets.listenTcp(address);
      if (++bound === 2) resolve();
      const fail = () => Promise.reject(Object.assign(new Error(errno), { code: errno }));
      return { ...socket, accept: () => left-- > 0 ? fail() : socket.accept() };
    },
  };
}
