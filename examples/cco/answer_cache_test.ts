import assert from "node:assert/strict";
import { FakeClock } from "../../src/system/fake_clock.ts";
import { AnswerCache } from "./answer_cache.ts";
import type { Asked } from "./cache_policy.ts";

const URL_1 = "https://api.example.com/v1/models";

function asked(headers: Record<string, string> = {}, url = URL_1, method = "GET"): Asked {
  return { method, url, headers: new Headers(headers) };
}

function setup({ size = 10_000, ttl = 60_000 } = {}) {
  const clock = new FakeClock();
  const cache = new AnswerCache({ size, ttl, clock });
  const keep = (request: Asked, headers: Record<string, string> = {}, { status = 200, text = "body" } = {}) => {
    const keeper = cache.keeper(request, new Response(null, { status, headers }));
    keeper?.(new TextEncoder().encode(text));
    return keeper !== undefined;
  };
  const find = (request: Asked) => {
    const found = cache.find(request);
    return found && new TextDecoder().decode(found.bytes);
  };
  return { clock, cache, keep, find };
}

Deno.test("an answer without a word on caching is good for the whole time to live, and not longer", () => {
  const { clock, keep, find } = setup({ ttl: 60_000 });
  assert.ok(keep(asked()));
  clock.advance(59_999);
  assert.equal(find(asked()), "body");
  clock.advance(1);
  assert.equal(find(asked()), undefined);
});

Deno.test("Cache-Control shortens the time to live and never lengthens it", () => {
  const short = setup();
  short.keep(asked(), { "cache-control": "max-age=10" });
  short.clock.advance(9_000);
  assert.equal(short.find(asked()), "body");
  short.clock.advance(1_000);
  assert.equal(short.find(asked()), undefined);

  const long = setup({ ttl: 60_000 });
  long.keep(asked(), { "cache-control": "s-maxage=86400" });
  long.clock.advance(60_000);
  assert.equal(long.find(asked()), undefined);
});

Deno.test("Expires counts where there is no max-age", () => {
  const { clock, keep, find } = setup();
  const [date, expires] = [0, 5_000].map((ms) => new Date(clock.now() + ms).toUTCString()) as [string, string];
  keep(asked(), { date, expires });
  clock.advance(4_000);
  assert.equal(find(asked()), "body");
  clock.advance(1_000);
  assert.equal(find(asked()), undefined);
});

Deno.test("what must not be kept is not", () => {
  const { keep } = setup();
  for (const control of ["no-store", "private", "no-cache", "max-age=0", "No-Store", "max-age=9, must-revalidate"]) {
    assert.equal(keep(asked(), { "cache-control": control }), false, control);
  }
  assert.equal(keep(asked(), { "set-cookie": "session=1" }), false);
  assert.equal(keep(asked(), { vary: "*" }), false);
  assert.equal(keep(asked(), { "content-type": "text/event-stream" }), false);
  assert.equal(keep(asked({ "cache-control": "no-store" })), false);
  assert.equal(keep(asked({ authorization: "Bearer a" })), false);
  for (const status of [206, 302, 500]) assert.equal(keep(asked(), {}, { status }), false, `${status}`);
});

Deno.test("what may be kept is", () => {
  const { keep } = setup();
  assert.ok(keep(asked({ authorization: "Bearer a" }), { "cache-control": "public, max-age=9" }));
  assert.ok(keep(asked(), { "cache-control": "max-age=9" }, { status: 302 }));
  assert.ok(keep(asked({ "cache-control": "no-cache" })), "a reload refreshes what others get");
  for (const status of [203, 204, 301, 404, 410]) assert.ok(keep(asked(), {}, { status }), `${status}`);
});

Deno.test("only whole GETs are covered", () => {
  const { cache } = setup();
  assert.ok(cache.covers(asked()));
  assert.equal(cache.covers(asked({}, URL_1, "POST")), false);
  assert.equal(cache.covers(asked({}, URL_1, "HEAD")), false);
  assert.equal(cache.covers(asked({ range: "bytes=0-9" })), false);
  assert.equal(cache.covers(asked({ "if-none-match": '"1"' })), false);
});

Deno.test("answers that vary are kept side by side", () => {
  const { keep, find } = setup();
  const vary = { vary: "Accept, Accept-Language" };
  keep(asked({ accept: "text/html" }), vary, { text: "page" });
  keep(asked({ accept: "application/json" }), vary, { text: "data" });
  assert.equal(find(asked({ accept: "text/html" })), "page");
  assert.equal(find(asked({ accept: "application/json" })), "data");
  assert.equal(find(asked({ accept: "text/html", "accept-language": "en" })), undefined);
});

Deno.test("one caller's answer is never another's", () => {
  const { keep, find } = setup();
  keep(asked({ "x-api-key": "one" }), {}, { text: "of one" });
  assert.equal(find(asked({ "x-api-key": "two" })), undefined);
  assert.equal(find(asked()), undefined);
  assert.equal(find(asked({ "x-api-key": "one" })), "of one");
});

Deno.test("a request may ask for something fresher", () => {
  const { clock, keep, find } = setup();
  keep(asked());
  clock.advance(5_000);
  assert.equal(find(asked({ "cache-control": "no-cache" })), undefined);
  assert.equal(find(asked({ pragma: "no-cache" })), undefined);
  assert.equal(find(asked({ "cache-control": "max-age=4" })), undefined);
  assert.equal(find(asked({ "cache-control": "max-age=6" })), "body");
});

Deno.test("the age is what the answer came with, and the time since", () => {
  const { clock, cache, keep } = setup();
  keep(asked(), { "cache-control": "max-age=50", age: "7" });
  clock.advance(3_900);
  assert.equal(cache.find(asked())?.headers.get("age"), "10");
});

Deno.test("the least recently used answers make room", () => {
  const { cache, keep, find } = setup({ size: 600 });
  const at = (name: string) => asked({}, `https://api.example.com/${name}`);
  for (const name of ["a", "b"]) keep(at(name), {}, { text: "x".repeat(200) });
  assert.ok(find(at("a")));
  keep(at("c"), {}, { text: "x".repeat(200) });
  assert.deepEqual(["a", "b", "c"].map((name) => find(at(name)) !== undefined), [true, false, true]);
  const { entries, bytes, evictions } = cache.stats();
  assert.deepEqual([entries, evictions], [2, 1]);
  assert.ok(bytes > 400 && bytes <= 600, `${bytes}`);
});

Deno.test("an answer larger than the cache is not tried, by its own word", () => {
  const { cache, keep } = setup({ size: 100 });
  assert.equal(cache.largest, 100);
  assert.equal(keep(asked(), { "content-length": "101" }), false);
});

Deno.test("a changed address is forgotten, all its variants and callers, and no other", () => {
  const { cache, keep, find } = setup();
  keep(asked());
  keep(asked({ "x-api-key": "one" }));
  keep(asked({}, `${URL_1}/other`));
  cache.forget(URL_1);
  assert.deepEqual([find(asked()), find(asked({ "x-api-key": "one" }))], [undefined, undefined]);
  assert.equal(find(asked({}, `${URL_1}/other`)), "body");
});

Deno.test("clear forgets everything and says how much that was", () => {
  const { cache, keep, find } = setup();
  keep(asked());
  keep(asked({}, `${URL_1}/other`));
  assert.equal(cache.clear(), 2);
  assert.equal(find(asked()), undefined);
  cache.count({ hit: false });
  assert.deepEqual(cache.stats(), { entries: 0, bytes: 0, limit_bytes: 10_000, hits: 0, misses: 1, evictions: 0 });
});
