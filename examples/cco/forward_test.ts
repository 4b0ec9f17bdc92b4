import assert from "node:assert/strict";
import { answerFields, endToEnd, requestFields, targetOf } from "./forward.ts";

Deno.test("fields of the connection stay behind, and those that Connection names", () => {
  const headers = new Headers({
    ...{ connection: "close, X-Mine, bad name", "x-mine": "1", "keep-alive": "5", te: "trailers", trailer: "x" },
    ...{ "proxy-authorization": "Basic eDp5", upgrade: "h2c", "transfer-encoding": "chunked", "x-other": "2" },
  });
  assert.deepEqual([...endToEnd(headers)], [["x-other", "2"]]);
});

Deno.test("a request goes on with its own fields, not with those for this server", () => {
  const sent = requestFields(
    new Headers({
      ...{ host: "127.0.0.1:3000", "content-length": "4", expect: "100-continue", "accept-encoding": "br" },
      ...{ authorization: "Bearer abc", via: "1.0 before" },
    }),
  );
  assert.deepEqual([...sent], [
    ["accept-encoding", "identity"],
    ["authorization", "Bearer abc"],
    ["via", "1.0 before, 1.1 cco"],
  ]);
});

Deno.test("the token of this daemon goes no further, whatever its spelling; another one is the upstream's", () => {
  const sent = (authorization: string) => requestFields(new Headers({ authorization }), "s3cret").get("authorization");
  assert.deepEqual([sent("Bearer s3cret"), sent("bearer  s3cret")], [null, null]);
  assert.equal(sent("Bearer abc"), "Bearer abc");
});

Deno.test("an answer keeps each of its cookies", () => {
  const headers = new Headers([["set-cookie", "a=1"], ["set-cookie", "b=2"], ["connection", "close"]]);
  assert.deepEqual([...answerFields(headers)], [["content-security-policy", "sandbox"], ["set-cookie", "a=1"], [
    "set-cookie",
    "b=2",
  ], ["via", "1.1 cco"]]);
});

Deno.test("the path below the prefix is the path at the upstream", () => {
  const at = (upstream: string, path: string) => targetOf(upstream, new URL(path, "http://127.0.0.1:3000"));
  assert.equal(at("https://api.example.com", "/proxy/v1/models?limit=2"), "https://api.example.com/v1/models?limit=2");
  assert.equal(at("https://example.com/api/", "/proxy/v1"), "https://example.com/api/v1");
  assert.equal(at("https://example.com", "/proxy"), "https://example.com/");
});

Deno.test("no path leads to another host, or out of the upstream's own path", () => {
  const at = (path: string) => targetOf("https://example.com/api", new URL(`http://127.0.0.1:3000${path}`));
  assert.equal(new URL(at("/proxy//evil.example/x")).host, "example.com");
  assert.equal(new URL(at("/proxy/@evil.example/x")).host, "example.com");
  assert.equal(at("/proxy/a/%2e%2e/b"), "https://example.com/api/b");
});

Deno.test("another spelling of the prefix adds nothing to the upstream's host or port", () => {
  const at = (path: string) => targetOf("http://127.0.0.1:80", new URL(`http://127.0.0.1:3000${path}`));
  assert.equal(at("/prox%79/x"), "http://127.0.0.1:80/x");
  assert.equal(at("/%70%72oxy"), "http://127.0.0.1:80/");
});
