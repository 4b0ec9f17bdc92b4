/** More than one request on a connection, RFC 9112 section 9. */
import assert from "node:assert/strict";
import { FakeClock } from "../system/fake_clock.ts";
import { until } from "../system/until.ts";
import { CONNECTION_LIMITS } from "./connection.ts";
import type { Listener, ListenerOptions } from "./listener.ts";
import { serveTcp } from "./tcp_listener.ts";
import { sendRaw } from "./testing_client.ts";

const GET = "GET /next HTTP/1.1\r\nHost: h\r\n\r\n";

/** A listener that streams bodies below /up, and the paths that came. */
function serve(handler: ListenerOptions["handler"], more: Partial<ListenerOptions> = {}) {
  const paths: string[] = [];
  const listener: Listener = serveTcp({
    hostname: "127.0.0.1",
    port: 0,
    streamLimit: (path) => path.startsWith("/up") ? 1000 : undefined,
    ...more,
    handler: (request, refusal) => {
      paths.push(new URL(request.url).pathname);
      return handler(request, refusal);
    },
  });
  return { listener, paths, [Symbol.asyncDispose]: () => listener.close() };
}

/** Sends and waits for the server to close, with our side open. */
const untilClosed = async (listener: Listener, text: string) =>
  (await sendRaw(listener.port, text, { half: false })).text;

/** The ends of the answers' heads: `keep-alive` or `close`. */
const ends = (text: string) => [...text.matchAll(/^connection: (\S+)\r$/gm)].map(([, end]) => end);

/** A client that stays. */
async function connect({ port }: Listener) {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const decoder = new TextDecoder();
  const chunk = new Uint8Array(10_000);
  const read = async () => {
    const length = await conn.read(chunk);
    return length === null ? null : decoder.decode(chunk.subarray(0, length));
  };
  const send = async (text: string) => void await conn.write(new TextEncoder().encode(text));
  return {
    ...{ read, send },
    async ask(text: string) {
      await send(text);
      let answer = "";
      while (!answer.endsWith("\r\n\r\nok")) answer += await read() ?? assert.fail(`it closed after "${answer}"`);
      return answer;
    },
    [Symbol.dispose]: () => conn.close(),
  };
}

const ok = () => new Response("ok", { headers: { "content-length": "2" } });

Deno.test("a connection serves one request after the other, and says for how long it waits", async () => {
  await using served = serve(ok);
  using client = await connect(served.listener);
  for (let count = 0; count < 3; count++) assert.match(await client.ask(GET), /\r\nkeep-alive: timeout=5\r\n/);
  assert.equal(served.paths.length, 3);
});

Deno.test("a body does not wait for the acknowledgement of its head", async () => {
  await using served = serve(ok);
  using client = await connect(served.listener);
  const times: number[] = [];
  for (let count = 0; count < 40; count++) { // Linux acknowledges the first ones of a connection at once.
    const began = performance.now();
    await client.ask(GET);
    times.push(performance.now() - began);
  }
  const fastest = Math.min(...times.slice(-30));
  assert.ok(fastest < 35, `the fastest of thirty took ${fastest.toFixed(1)} ms; an acknowledgement is 40 ms late`);
});

Deno.test("requests that come at once are served in their order, with bodies whole and in chunks between them", async () => {
  await using served = serve(async (request) => new Response(`<${await request.text()}>`));
  const whole = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi";
  const long = "POST /up HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nthere";
  const chunked = "POST /up HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n0\r\nX: y\r\n\r\n";
  const { text } = await sendRaw(served.listener.port, whole + GET + long + chunked + GET);
  assert.deepEqual(text.match(/<.*>/g), ["<hi>", "<>", "<there>", "<one>", "<>"]);
  assert.deepEqual(served.paths, ["/a", "/next", "/up", "/up", "/next"]);
});

Deno.test("what is left of a body that nobody has read is no request", async () => {
  await using served = serve(ok);
  const length = new TextEncoder().encode(GET).length;
  for (const framing of [`Content-Length: ${length}`, "Transfer-Encoding: chunked"]) {
    const text = await untilClosed(served.listener, `POST /up HTTP/1.1\r\nHost: h\r\n${framing}\r\n\r\n${GET}`);
    assert.deepEqual(ends(text), ["close"]);
  }
  assert.deepEqual(served.paths, ["/up", "/up"]);
});

Deno.test("after a refusal nothing is served, whatever comes behind it", async () => {
  await using served = serve(async (request) => new Response(await request.text()));
  const post = (fields: string, body = "") => `POST /up HTTP/1.1\r\nHost: h\r\n${fields}\r\n\r\n${body}`;
  for (
    const bad of [
      "GET / HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.1\nHost: h\r\n\r\n",
      post("Content-Length: 1\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
      post("Content-Length: 1\r\nContent-Length: 2", "a"),
      post("Content-Length: +1", "a"),
      post("Transfer-Encoding: chunked, identity", "0\r\n\r\n"),
      post("Transfer-Encoding: chunked", "1\na\r\n0\r\n\r\n"),
      post("Transfer-Encoding: chunked", "1\r\nab\r\n0\r\n\r\n"),
      post("Content-Length: 1001", "a"),
      "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "TRACE / HTTP/1.1\r\nHost: h\r\n\r\n",
    ]
  ) {
    const text = await untilClosed(served.listener, bad + GET);
    assert.deepEqual(ends(text), ["close"], bad);
    assert.match(text, /^HTTP\/1\.1 4\d\d /, bad);
  }
  assert.ok(!served.paths.includes("/next"));
});

Deno.test("a client that wants to close, and one of HTTP/1.0, has one answer", async () => {
  await using served = serve(ok);
  for (const head of ["1.1\r\nConnection: x-y, Close", "1.0", "1.0\r\nConnection: keep-alive"]) {
    const text = await untilClosed(served.listener, `GET / HTTP/${head}\r\nHost: h\r\n\r\n${GET}`);
    assert.deepEqual(ends(text), ["close"], head);
  }
});

Deno.test("answers without a body end where their head ends", async () => {
  const answers = [204, 304, 205].map((status) => () => new Response(null, { status }));
  const all = [...answers, () => new Response(), ok, ok];
  await using served = serve(() => all.shift()?.() ?? assert.fail("too many"));
  const head = GET.replace("GET", "HEAD");
  const { text } = await sendRaw(served.listener.port, GET + GET + GET + GET + head + GET);
  const parts = text.split(/(?=HTTP\/1\.1 )/);
  assert.deepEqual(parts.map((part) => part.split("\r\n\r\n")[1]), ["", "", "", "", "", "ok"]);
  const lengths = parts.map((part) => /^content-length: (\d+)/m.exec(part)?.[1]);
  assert.deepEqual(lengths, [undefined, undefined, "0", "0", "2", "2"]);
});

Deno.test("a body of another length than its head says ends the connection, and never has more bytes", async () => {
  for (const [length, body] of [["2", "HTTP/1.1 200 OK"], ["200", "too short"]] as const) {
    await using served = serve(() => new Response(body, { headers: { "content-length": length } }));
    const text = await untilClosed(served.listener, GET + GET);
    assert.equal(text.split("\r\n\r\n")[1], body.slice(0, Number(length)));
    assert.equal(served.paths.length, 1);
  }
});

Deno.test("an answer that breaks off ends the connection", async () => {
  const broken = () => new ReadableStream({ pull: (controller) => controller.error(new Error("gone")) });
  await using served = serve(() => new Response(broken()));
  assert.doesNotMatch(await untilClosed(served.listener, GET + GET), /\r\n0\r\n\r\n/);
  assert.equal(served.paths.length, 1);
});

Deno.test("a connection on which nothing more comes is closed without a word; half a head is told", async () => {
  for (const [rest, last] of [["", /ok$/], ["GET / HT", /HTTP\/1\.1 408 [^]*$/]] as const) {
    const clock = new FakeClock();
    await using served = serve(ok, { clock });
    using client = await connect(served.listener);
    let text = await client.ask(GET + rest);
    await until("it waits", () => clock.pending === 1);
    clock.advance(CONNECTION_LIMITS.idleMs);
    for (let more = await client.read(); more !== null; more = await client.read()) text += more;
    assert.match(text, last);
  }
});

Deno.test("at the limit a connection that has had its answer makes room before any other", async () => {
  await using served = serve(ok, { maxConnections: 2 });
  using fresh = await connect(served.listener); // Older, but its request may be on its way.
  using idle = await connect(served.listener);
  await idle.ask(GET);
  using other = await connect(served.listener);
  await other.ask(GET);
  assert.equal(await idle.read(), null);
  await fresh.ask(GET);
});

Deno.test("a connection whose next request is on its way is idle no more", async () => {
  await using served = serve(ok, { maxConnections: 2 });
  using silent = await connect(served.listener);
  using busy = await connect(served.listener);
  await busy.ask(GET);
  const head = "POST /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
  await busy.send(head);
  assert.match(await busy.read() ?? "", /^HTTP\/1\.1 100 /);
  using other = await connect(served.listener);
  await other.ask(GET);
  assert.equal(await silent.read(), null);
  assert.match(await busy.ask("hi"), /^HTTP\/1\.1 200 /);
});

Deno.test("a listener that closes ends idle connections at once, and says so in the answers that are under way", async () => {
  const clock = new FakeClock();
  const answer = Promise.withResolvers<Response>();
  const began = Promise.withResolvers<void>();
  const { listener } = serve(({ url }) => url.endsWith("/slow") ? (began.resolve(), answer.promise) : ok(), { clock });
  using idle = await connect(listener);
  await idle.ask(GET);
  const busy = await connect(listener);
  const asked = busy.ask(GET.replace("/next", "/slow"));
  await began.promise;
  const closed = listener.close();
  assert.equal(await idle.read(), null);
  answer.resolve(ok());
  assert.deepEqual(ends(await asked), ["close"]);
  busy[Symbol.dispose]();
  await closed;
});
