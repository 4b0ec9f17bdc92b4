import assert from "node:assert/strict";
import { nextTurn } from "../../src/system/clock.ts";
import { FakeClock } from "../../src/system/fake_clock.ts";
import { AnswerCache } from "./answer_cache.ts";
import { fakeUpstream } from "./fake_upstream.ts";
import { Proxy } from "./proxy.ts";

function setup(answer: Parameters<typeof fakeUpstream>[0], { size = 100_000 } = {}) {
  const clock = new FakeClock();
  const upstream = fakeUpstream(answer);
  const cache = new AnswerCache({ size, ttl: 60_000, clock });
  const stop = new AbortController();
  const proxy = new Proxy({
    ...{ upstream: "https://api.example.com/base", cache, clock, timeout: 30_000, signal: stop.signal, token: "ours" },
    fetch: upstream.fetch,
  });
  const ask = (path: string, init?: RequestInit) =>
    proxy.answer(new Request(`http://127.0.0.1:3000/proxy${path}`, init));
  const text = async (path: string, init?: RequestInit) => {
    const { response, hit } = await ask(path, init);
    return `${response.status} ${hit ? "hit" : "miss"} ${await response.text()}`;
  };
  return { clock, cache, stop, ask, text, requests: upstream.requests };
}

Deno.test("a request goes on to the upstream with its method, fields and body", async () => {
  const { ask, requests } = setup(() =>
    new Response(new Blob(["made"]).stream(), { status: 201, headers: { connection: "close", etag: "1" } })
  );
  const headers = { "content-type": "text/plain", connection: "x-hop", "x-hop": "1", authorization: "Bearer ours" };
  const { response } = await ask("/things?a=1", { method: "POST", body: "a thing", headers });
  assert.deepEqual([response.status, await response.text()], [201, "made"]);
  assert.deepEqual([...response.headers], [["content-security-policy", "sandbox"], ["etag", "1"], ["via", "1.1 cco"], [
    "x-cache",
    "miss",
  ]]);
  const [{ url, init, headers: sent }] = requests as [typeof requests[0]];
  assert.deepEqual([url, init.method], ["https://api.example.com/base/things?a=1", "POST"]);
  assert.equal(await new Response(init.body).text(), "a thing");
  assert.equal(sent.get("authorization"), null, "it opened the proxy");
  assert.deepEqual([sent.get("content-type"), sent.get("x-hop"), sent.get("via")], ["text/plain", null, "1.1 cco"]);
});

Deno.test("a redirect is the client's to follow", async () => {
  const { ask, requests } = setup(() =>
    new Response(null, { status: 302, headers: { location: "https://else.example" } })
  );
  const { response } = await ask("/old");
  assert.deepEqual([response.status, response.headers.get("location")], [302, "https://else.example"]);
  assert.equal(requests[0]?.init.redirect, "manual");
});

Deno.test("the second GET of the same comes from the cache, with its age", async () => {
  let count = 0;
  const { clock, ask, text, requests } = setup(() => new Response(`answer ${++count}`, { headers: { etag: '"1"' } }));
  assert.equal(await text("/a"), "200 miss answer 1");
  clock.advance(5_000);
  const { response } = await ask("/a");
  const fields = ["x-cache", "age", "etag", "content-length"].map((name) => response.headers.get(name));
  assert.deepEqual([await response.text(), ...fields], ["answer 1", "hit", "5", '"1"', "8"]);
  clock.advance(55_000);
  assert.equal(await text("/a"), "200 miss answer 2");
  assert.equal(requests.length, 2);
});

Deno.test("an answer without a body comes from the cache as well", async () => {
  const { text } = setup(() => new Response(null, { status: 204 }));
  assert.equal(await text("/none"), "204 miss ");
  assert.equal(await text("/none"), "204 hit ");
});

Deno.test("many that ask for the same at once cost one fetch", async () => {
  const { promise, resolve } = Promise.withResolvers<Response>();
  const { text, requests } = setup(() => promise);
  const all = Promise.all([1, 2, 3, 4].map(() => text("/same")));
  resolve(new Response("one for all"));
  assert.deepEqual((await all).sort(), [...Array(3).fill("200 hit one for all"), "200 miss one for all"]);
  assert.equal(requests.length, 1);
});

Deno.test("those that wait go themselves when the answer is not for them", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let count = 0;
  const { text, requests } = setup(async () => {
    await promise;
    return new Response(`answer ${++count}`, { headers: { "cache-control": "private" } });
  });
  const all = Promise.all([text("/mine"), text("/mine")]);
  resolve();
  assert.deepEqual((await all).sort(), ["200 miss answer 1", "200 miss answer 2"]);
  assert.equal(requests.length, 2);
});

Deno.test("those that wait go themselves after ten seconds", async () => {
  const slow = Promise.withResolvers<Response>();
  let count = 0;
  const { clock, text, stop } = setup(() => ++count === 1 ? slow.promise : new Response("quick"));
  const first = text("/slow");
  const second = text("/slow");
  await Promise.resolve();
  clock.advance(10_000);
  assert.equal(await second, "200 miss quick");
  stop.abort();
  assert.match(await first, /^502 miss .*stopping/);
});

Deno.test("what changes something at the upstream makes the cache forget it", async () => {
  let count = 0;
  const { text } = setup((_, { method }) => new Response(method === "GET" ? `${++count}` : null));
  await text("/thing");
  await text("/thing", { method: "OPTIONS" });
  assert.equal(await text("/thing"), "200 hit 1");
  await text("/thing", { method: "PUT", body: "new" });
  assert.equal(await text("/thing"), "200 miss 2");
});

Deno.test("a change that is refused changes nothing", async () => {
  const { text } = setup((_, { method }) => new Response("x", { status: method === "GET" ? 200 : 403 }));
  await text("/thing");
  await text("/thing", { method: "DELETE" });
  assert.equal(await text("/thing"), "200 hit x");
});

Deno.test("only-if-cached asks nobody", async () => {
  const { text, requests } = setup(() => new Response("x"));
  assert.match(await text("/a", { headers: { "cache-control": "only-if-cached" } }), /^504 miss .*not in the cache/);
  assert.equal(requests.length, 0);
});

Deno.test("what is too long for the cache passes whole, and is not kept", async () => {
  const long = "x".repeat(1000);
  const { text, cache } = setup(() => new Response(new Blob([long]).stream()), { size: 500 });
  assert.equal(await text("/long"), `200 miss ${long}`);
  assert.equal(cache.stats().entries, 0);
});

Deno.test("an upstream that cannot be reached is 502, without its address", async () => {
  const { text } = setup(() => {
    throw new TypeError("error sending request for url (https://api.example.com/?key=1): connection refused");
  });
  const answer = await text("/a");
  assert.match(answer, /^502 miss .*cannot be reached: connection refused/);
  assert.doesNotMatch(answer, /example/);
});

Deno.test("what went wrong with an upstream is told with what helps, and never with its address", async () => {
  const said = async (message: string) => {
    const { ask } = setup(() => Promise.reject(new TypeError(message)));
    const { error } = await (await ask("/a")).response.json();
    return [error.message, error.hint];
  };
  const asked = "error sending request from 127.0.0.1:9 for https://api.example.com/?key=1 (10.0.0.1:443): ";
  assert.deepEqual(await said(`${asked}client error (SendRequest): connection closed`), [
    "the upstream gave no answer: client error (SendRequest): connection closed",
    "see where it is: cco config get upstream",
  ]);
  const refused = await said(`${asked}client error (Connect): invalid peer certificate: UnknownIssuer`);
  assert.equal(
    refused[0],
    "the upstream cannot be reached: client error (Connect): invalid peer certificate: UnknownIssuer",
  );
  assert.match(refused[1], /SSL_CERT_FILE/);
  assert.match((await said(`${asked}client error (Connect): … InvalidContentType`))[1], /http:/);
});

Deno.test("an upstream that is too slow is 504", async () => {
  const { clock, text } = setup(() => new Promise(() => {}));
  const answer = text("/a", { method: "POST", body: "x" });
  await nextTurn(); // The body is read first.
  clock.advance(30_000);
  assert.match(await answer, /^504 miss .*within 30 s/);
});

Deno.test("a body that breaks off is not kept", async () => {
  let feed!: ReadableStreamDefaultController<Uint8Array>;
  const { ask, cache } = setup(() =>
    new Response(new ReadableStream({ start: (controller) => void (feed = controller) }))
  );
  const { response } = await ask("/half");
  feed.enqueue(new TextEncoder().encode("half"));
  feed.error(new Error("reset"));
  await assert.rejects(response.text(), /reset/);
  assert.equal(cache.stats().entries, 0);
});

Deno.test("a client whose body breaks off is the daemon's to answer, not a failure of the upstream", async () => {
  const { ask } = setup(async (_, { body }) => new Response(await new Response(body).text()));
  const broken = new ReadableStream({ pull: (controller) => controller.error(new Error("too slow")) });
  await assert.rejects(ask("/a", { method: "POST", body: broken }), /too slow/);
});
