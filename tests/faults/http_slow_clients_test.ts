/** Fault 39: slow clients, idle connections and exhausted descriptors. A good client never notices. */
import assert from "node:assert/strict";
import { createApi } from "../../src/http/api.ts";
import { fakeDaemon } from "../../src/http/fake_daemon.ts";
import type { Listener } from "../../src/http/listener.ts";
import { serveTcp } from "../../src/http/tcp_listener.ts";
import { sendRaw } from "../../src/http/testing_client.ts";
import { sized } from "./seed.ts";

const HALF_A_HEAD = new TextEncoder().encode("GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ");

function serve(maxConnections: number): Listener {
  const listener: Listener = serveTcp({
    hostname: "127.0.0.1",
    port: 0,
    maxConnections,
    handler: (request) => app.fetch(request),
  });
  const app = createApi(fakeDaemon({ port: () => listener.port }));
  return listener;
}

async function connectSlowly({ port }: Listener, count: number): Promise<Deno.Conn[]> {
  const clients: Deno.Conn[] = [];
  for (let n = 0; n < count; n++) {
    const client = await Deno.connect({ hostname: "127.0.0.1", port });
    clients.push(client);
    await dribble(client, HALF_A_HEAD);
  }
  return clients;
}

/** Writes to a client that the server may have closed. */
async function dribble(client: Deno.Conn, bytes: Uint8Array): Promise<void> {
  try {
    await client.write(bytes);
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionReset)) throw error;
  }
}

/** Milliseconds of one good request. */
async function good(port: number): Promise<number> {
  const began = performance.now();
  const { status } = await sendRaw(port, `GET /health HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
  assert.equal(status, 200);
  return performance.now() - began;
}

/** How often it is measured anew: a machine that has other work is no fault of the server. */
const ROUNDS = 5;

/** The least of the values that `measure` gives, which is asked again while they are not below `limit`. */
async function least(limit: number, measure: () => Promise<number>): Promise<number> {
  let value = Infinity;
  for (let round = 0; round < ROUNDS && value >= limit; round++) value = Math.min(value, await measure());
  return value;
}

function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? 0;
}

Deno.test("39: with slow clients in every seat a good client is served within 100 ms", async () => {
  await using listener = serve(sized(32, 256));
  const slow = await connectSlowly(listener, sized(100, 1000));
  const p99 = await least(100, async () => {
    const times: number[] = [];
    for (let n = 0; n < 200; n++) {
      times.push(await good(listener.port));
      for (const client of slow.slice(n % 10, n % 10 + 10)) await dribble(client, Uint8Array.of(97));
    }
    return percentile(times, 0.99);
  });
  assert.ok(p99 < 100, `p99 ${p99.toFixed(1)} ms`);
  for (const client of slow) client.close();
});

const SERVER = `
import { serveTcp } from "${new URL("../../src/http/tcp_listener.ts", import.meta.url)}";
const maxConnections = Number(Deno.args[0]);
const listener = serveTcp({ hostname: "127.0.0.1", port: 0, maxConnections, handler: () => new Response("ok") });
console.log(listener.port);
`;

interface Server extends AsyncDisposable {
  readonly pid: number;
  readonly port: number;
}

/** A listener in a process of its own, with its own descriptors and memory. */
async function startServer(limits: { descriptors: number; connections: number }): Promise<Server> {
  const program = Deno.makeTempFileSync({ suffix: ".ts" });
  Deno.writeTextFileSync(program, SERVER);
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const run = `ulimit -n "$1"; exec "$0" run -A --quiet --no-check ${compiledFlags()} --config "$2" "$3" "$4"`;
  const args = [Deno.execPath(), `${limits.descriptors}`, config, program, `${limits.connections}`];
  const child = new Deno.Command("/bin/sh", { args: ["-c", run, ...args], stdout: "piped" }).spawn();
  const port = Number(await firstLine(child.stdout));
  async function close(): Promise<void> {
    await child[Symbol.asyncDispose]();
    Deno.removeSync(program);
  }
  return { pid: child.pid, port, [Symbol.asyncDispose]: close };
}

/** The engine's flags that the binary is compiled with: they decide how much garbage it keeps. */
function compiledFlags(): string {
  const script = Deno.readTextFileSync(new URL("../../scripts/compile.sh", import.meta.url));
  return /--v8-flags=[\w,=-]+/.exec(script)?.[0] ?? "";
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    if (text.includes("\n")) return text.split("\n")[0] ?? "";
  }
  throw new Error("the server said nothing");
}

function rssMiB({ pid }: Server): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1]) / 1024;
}

async function connect({ port }: Server, count: number): Promise<Deno.Conn[]> {
  const clients: Deno.Conn[] = [];
  for (let n = 0; n < count; n++) clients.push(await Deno.connect({ hostname: "127.0.0.1", port }));
  return clients;
}

const ignore = Deno.build.os !== "linux";

Deno.test("39: idle connections beyond the limit cost neither memory nor seats", { ignore }, async () => {
  await using server = await startServer({ descriptors: 1000, connections: 256 });
  for (let n = 0; n < 100; n++) await good(server.port);
  const before = rssMiB(server);
  const idle = await connect(server, sized(1000, 10_000));
  const p99 = await least(100, async () => {
    const times: number[] = [];
    for (let n = 0; n < 200; n++) times.push(await good(server.port));
    return percentile(times, 0.99);
  });
  assert.ok(p99 < 100, `p99 ${p99.toFixed(1)} ms`);
  const growth = rssMiB(server) - before;
  assert.ok(growth < 32, `${growth.toFixed(1)} MiB`);
  for (const client of idle) client.close();
});

Deno.test("39: out of descriptors, the listener is back within a second", { ignore }, async () => {
  await using server = await startServer({ descriptors: 80, connections: 1000 });
  const slowest = await least(1000, async () => {
    const clients = await connect(server, 90);
    const exhausted = await good(server.port);
    for (const client of clients) client.close();
    return Math.max(exhausted, await good(server.port));
  });
  assert.ok(slowest < 1000, `${slowest.toFixed(1)} ms`);
});
