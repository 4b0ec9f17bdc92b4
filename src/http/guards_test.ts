import assert from "node:assert/strict";
import { checkRequest, equalInConstantTime, type GuardPolicy, isLoopback } from "./guards.ts";

const LOCAL: GuardPolicy = { access: "tcp", port: () => 8321, bind: "127.0.0.1", realm: "appd" };
const TOKEN = "s3cret-token";

interface Ask {
  readonly url?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Status of the refusal, or 200. */
function check(ask: Ask, policy: GuardPolicy = LOCAL): number {
  const headers = { host: "127.0.0.1:8321", ...ask.headers };
  const request = new Request(ask.url ?? "http://127.0.0.1:8321/health", { method: ask.method ?? "GET", headers });
  return checkRequest(request, policy)?.status ?? 200;
}

const HOSTS: readonly (readonly [host: string, status: number])[] = [
  ["127.0.0.1:8321", 200],
  ["localhost:8321", 200],
  ["LocalHost:8321", 200],
  ["[::1]:8321", 200],
  ["127.0.0.1", 421],
  ["localhost", 421],
  ["127.0.0.1:80", 421],
  ["127.0.0.1:83210", 421],
  ["127.0.0.1:08321", 421],
  ["evil.example", 421],
  ["evil.example:8321", 421],
  ["127.0.0.1.evil:8321", 421],
  ["localhost.:8321", 421],
  ["localhost.evil.example:8321", 421],
  ["127.1:8321", 421],
  ["2130706433:8321", 421],
  ["0.0.0.0:8321", 421],
  ["[::ffff:127.0.0.1]:8321", 421],
  ["::1:8321", 421],
  ["user@127.0.0.1:8321", 421],
  ["127.0.0.1:8321, evil.example", 421],
  ["127.0.0.1:8321, 127.0.0.1:8321", 421],
  ["", 421],
];

for (const [host, status] of HOSTS) {
  Deno.test(`Host "${host}" gets ${status}`, () => assert.equal(check({ headers: { host } }), status));
}

Deno.test("an absolute target must name us too", () => {
  assert.equal(check({ url: "http://evil.example/health" }), 421);
  assert.equal(check({ url: "http://localhost:8321/health" }), 200);
});

Deno.test("no Host field is no name of ours", () => {
  assert.equal(checkRequest(new Request("http://127.0.0.1:8321/"), LOCAL)?.status, 421);
});

Deno.test("port 80 may be left out, as browsers do", () => {
  const policy = { ...LOCAL, port: () => 80 };
  assert.equal(check({ url: "http://localhost/", headers: { host: "localhost" } }, policy), 200);
});

const REFUSED: readonly (readonly [string, Ask, number])[] = [
  ["a foreign origin", { headers: { origin: "http://evil.example" } }, 403],
  ["our own origin", { headers: { origin: "http://127.0.0.1:8321" } }, 403],
  ["the null origin", { headers: { origin: "null" } }, 403],
  ["a cross-site fetch", { headers: { "sec-fetch-site": "cross-site" } }, 403],
  ["another port of this host", { headers: { "sec-fetch-site": "same-site" } }, 403],
  ["the dashboard's fetch", { headers: { "sec-fetch-site": "same-origin" } }, 200],
  ["a typed address", { headers: { "sec-fetch-site": "none" } }, 200],
  ["a web socket", { headers: { upgrade: "websocket", connection: "Upgrade" } }, 403],
  ["a connection upgrade", { headers: { connection: "keep-alive, Upgrade" } }, 403],
  ["POST", { method: "POST" }, 405],
  ["PUT", { method: "PUT" }, 405],
  ["OPTIONS", { method: "OPTIONS" }, 405],
  ["a method of its own", { method: "FROB" }, 405],
  ["HEAD", { method: "HEAD" }, 200],
  ["a long body", { headers: { "content-length": "65537" } }, 413],
];

for (const [what, ask, status] of REFUSED) {
  Deno.test(`over TCP ${what} gets ${status}`, () => assert.equal(check(ask), status));
}

Deno.test("the token opens POST over TCP, nothing near it does", () => {
  const policy = { ...LOCAL, token: TOKEN };
  const post = (authorization?: string) =>
    check({ method: "POST", headers: authorization === undefined ? {} : { authorization } }, policy);
  assert.equal(post(`Bearer ${TOKEN}`), 200);
  assert.equal(post(`bearer ${TOKEN}`), 200);
  for (
    const wrong of [
      undefined,
      "",
      "Bearer",
      "Bearer ",
      `Bearer ${TOKEN}x`,
      TOKEN,
      `Basic ${TOKEN}`,
      "Bearer S3cret-token",
    ]
  ) {
    assert.equal(post(wrong), 401, String(wrong));
  }
  assert.equal(check({ method: "PUT", headers: { authorization: `Bearer ${TOKEN}` } }, policy), 405);
  const page = { origin: "http://evil.example", authorization: `Bearer ${TOKEN}` };
  assert.equal(check({ method: "POST", headers: page }, policy), 403);
});

Deno.test("an empty token opens nothing", () => {
  assert.equal(check({ method: "POST", headers: { authorization: "Bearer x" } }, { ...LOCAL, token: "" }), 401);
});

Deno.test("beyond loopback reading needs the token too, except for the two yes-or-no probes", () => {
  const policy = { ...LOCAL, bind: "0.0.0.0", token: TOKEN };
  const at = (path: string, headers = {}) =>
    check({ url: `http://192.0.2.7:8321${path}`, headers: { host: "192.0.2.7:8321", ...headers } }, policy);
  assert.equal(at("/api/v1/status"), 401);
  assert.equal(at("/api/v1/status", { authorization: `Bearer ${TOKEN}` }), 200);
  assert.equal(at("/livez"), 200);
  assert.equal(at("/readyz"), 200);
  assert.equal(at("/health"), 401);
  assert.equal(at("/livez", { host: "evil.example:8321" }), 421);
});

Deno.test("over the socket Host does not matter, pages are still refused", () => {
  const policy: GuardPolicy = { ...LOCAL, access: "socket" };
  assert.equal(check({ method: "POST", headers: { host: "anything" } }, policy), 200);
  assert.equal(check({ method: "POST", headers: { origin: "http://evil.example" } }, policy), 403);
  assert.equal(check({ method: "DELETE" }, policy), 405);
});

Deno.test("equal in constant time is equal", () => {
  assert.equal(equalInConstantTime("abc", "abc"), true);
  for (const given of ["", "ab", "abd", "abcabc", "abcd"]) {
    assert.equal(equalInConstantTime(given, "abc"), false, given);
  }
});

Deno.test("loopback is what only this host reaches", () => {
  for (const bind of ["127.0.0.1", "127.9.9.9", "::1", "localhost"]) assert.equal(isLoopback(bind), true, bind);
  for (const bind of ["0.0.0.0", "::", "192.0.2.7", "127.example.com"]) assert.equal(isLoopback(bind), false, bind);
});

Deno.test("the token is asked for in the name of the program", () => {
  const policy: GuardPolicy = { ...LOCAL, bind: "0.0.0.0", token: "t".repeat(32), realm: "pear" };
  const request = new Request("http://127.0.0.1:8321/health", { headers: { host: "127.0.0.1:8321" } });
  assert.equal(checkRequest(request, policy)?.headers?.["www-authenticate"], 'Bearer realm="pear"');
});
