import assert from "node:assert/strict";
import { SILENT } from "../base/logger.ts";
import { FakeClock } from "../system/fake_clock.ts";
import { CONNECTION_LIMITS, type Handler } from "./connection.ts";
import { serveTcp } from "./tcp_listener.ts";
import { sendRaw } from "./testing_client.ts";
import { until } from "../system/until.ts";

/** Bytes that `/up` takes. */
const LIMIT = 6_000_000;

/** A server whose `/up` reads its body as it comes. */
function serve(handler: Handler, clock?: FakeClock) {
  return serveTcp({
    ...{ hostname: "127.0.0.1", port: 0, streamLimit: (path) => path === "/up" ? LIMIT : undefined },
    ...(clock === undefined ? {} : { clock }),
    handler,
    log: { ...SILENT, error: (message: string) => assert.fail(message) }, // Nothing of this is the daemon's fault.
  });
}

const count: Handler = async (request) => new Response(`${(await request.arrayBuffer()).byteLength} bytes`);
const CHUNKED = "POST /up HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";

Deno.test("a body of some MiB is taken, with a length and in chunks", async () => {
  await using listener = serve(count);
  const bytes = new Uint8Array(5_000_000);
  const url = `http://${listener.address}/up`;
  assert.equal(await (await fetch(url, { method: "POST", body: bytes })).text(), "5000000 bytes");
  const body = new Blob([bytes]).stream();
  assert.equal(await (await fetch(url, { method: "PUT", body })).text(), "5000000 bytes");
});

Deno.test("a body can go back as it comes", async () => {
  await using listener = serve((request) => new Response(request.body));
  const bytes = crypto.getRandomValues(new Uint8Array(60_000));
  const whole = new Uint8Array(3_000_000).map((_, index) => bytes[index % bytes.length] ?? 0);
  const answer = await fetch(`http://${listener.address}/up`, { method: "POST", body: whole });
  assert.deepEqual(new Uint8Array(await answer.arrayBuffer()), whole);
});

Deno.test("chunks with extensions and a trailer are read; the request behind them is the next one", async () => {
  await using listener = serve(async (request) => new Response(await request.text()));
  const text = `${CHUNKED}3;a=b\r\none\r\n4 \r\n two\r\n0\r\nX: y\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n`;
  const answer = await sendRaw(listener.port, text);
  assert.match(answer.text, /\r\none two\r\n0\r\n\r\nHTTP\/1\.1 200 /);
  assert.equal(answer.text.match(/HTTP\/1\.1 200/g)?.length, 2);
});

const BAD: readonly (readonly [status: number, what: string, text: string])[] = [
  [400, "no size", `${CHUNKED}x\r\n`],
  [400, "a bare line feed", `${CHUNKED}1\na`],
  [400, "a negative size", `${CHUNKED}-1\r\n`],
  [400, "a chunk longer than it says", `${CHUNKED}1\r\nab\r\n0\r\n\r\n`],
  [400, "no end", `${CHUNKED}5\r\nab`],
  [400, "no last chunk", `${CHUNKED}1\r\na\r\n`],
  [400, "a size of many digits", `${CHUNKED}${"0".repeat(20)}1\r\na\r\n0\r\n\r\n`],
  [413, "more than may be", `${CHUNKED}${(LIMIT + 1).toString(16)}\r\na`],
  [411, "chunks twice", "POST /up HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"],
  [411, "chunks where none are taken", CHUNKED.replace("/up", "/")],
  [400, "a length beside chunks", CHUNKED.replace("\r\n\r\n", "\r\nContent-Length: 3\r\n\r\n")],
  [411, "chunks of HTTP/1.0", CHUNKED.replace("1.1", "1.0")],
];

for (const [status, what, text] of BAD) {
  Deno.test(`${status} for a body with ${what}`, async () => {
    await using listener = serve(count);
    assert.equal((await sendRaw(listener.port, text)).status, status);
  });
}

Deno.test("a body beyond the limit is told so, whatever its reader makes of the failure", async () => {
  const deaf: Handler = async (request) => new Response(await request.text().catch(() => "no JSON"), { status: 400 });
  for (const handler of [count, deaf]) {
    await using listener = serve(handler);
    const whole = new Uint8Array(LIMIT + 1);
    for (const body of [whole, new Blob([whole]).stream()]) {
      const answer = await fetch(`http://${listener.address}/up`, { method: "POST", body });
      assert.equal(answer.status, 413);
      assert.equal((await answer.json()).error.message, `a body may have ${LIMIT} bytes`);
    }
  }
});

Deno.test("a body of just the limit is taken in chunks, one byte more is refused in the middle", async () => {
  await using listener = serve(count);
  const chunk = `${(LIMIT / 2).toString(16)}\r\n${"x".repeat(LIMIT / 2)}\r\n`;
  assert.match((await sendRaw(listener.port, `${CHUNKED}${chunk}${chunk}0\r\n\r\n`)).text, /6000000 bytes/);
  assert.equal((await sendRaw(listener.port, `${CHUNKED}${chunk}${chunk}1\r\nx\r\n0\r\n\r\n`)).status, 413);
});

Deno.test("who asks first is told to go on when the body is wanted", async () => {
  await using listener = serve(async (request) => new Response(await request.text()));
  const head = "POST /up HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n";
  assert.match((await sendRaw(listener.port, `${head}hi`)).text, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200/);
  await using deaf = serve(() => new Response("no"));
  assert.match((await sendRaw(deaf.port, `${head}hi`)).text, /^HTTP\/1\.1 200/);
});

Deno.test("a body that nobody reads does not keep the answer from its client", async () => {
  await using listener = serve(() => new Response("refused", { status: 403 }));
  const answer = await fetch(`http://${listener.address}/up`, { method: "POST", body: new Uint8Array(1_000_000) });
  assert.equal(answer.status, 403);
  assert.equal(await answer.text(), "refused");
});

Deno.test("a sender that falls silent gets 408", async () => {
  const clock = new FakeClock();
  const began = Promise.withResolvers<void>();
  await using listener = serve(async (request) => {
    const reader = request.body?.getReader();
    await reader?.read();
    began.resolve();
    while (!(await reader?.read())?.done);
    return new Response("never");
  }, clock);
  const asked = sendRaw(listener.port, "POST /up HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nab", { half: false });
  await began.promise;
  await until("more is waited for", () => clock.pending > 0);
  clock.advance(CONNECTION_LIMITS.bodyMs);
  assert.equal((await asked).status, 408);
});

Deno.test("what an upstream says of its own connection is not passed on", async () => {
  const headers = { "transfer-encoding": "chunked", "connection": "x-b", "keep-alive": "timeout=77", "x-a": "b" };
  await using listener = serve(() => new Response("body", { headers }));
  const { text } = await sendRaw(listener.port, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  assert.equal(text.match(/^transfer-encoding/gim)?.length, 1);
  assert.deepEqual(text.match(/^connection: .*(?=\r$)/gim), ["connection: keep-alive"]);
  assert.doesNotMatch(text, /77/);
  assert.match(text, /^x-a: b\r$/m);
});

Deno.test("a stream of events with a charset ends when its reader goes", async () => {
  const cancelled = Promise.withResolvers<void>();
  await using listener = serve(() => {
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode("data: 1\n\n")),
      cancel: () => cancelled.resolve(),
    });
    return new Response(body, { headers: { "content-type": "text/event-stream; charset=utf-8" } });
  });
  const stop = new AbortController();
  const answer = await fetch(`http://${listener.address}/up`, { method: "POST", body: "ask", signal: stop.signal });
  await answer.body?.getReader().read();
  stop.abort();
  await cancelled.promise;
});
