import assert from "node:assert/strict";
import { parseRequestHead, type RequestHead } from "./request_head.ts";

function head(...lines: string[]): RequestHead {
  const result = parseRequestHead(lines.join("\r\n"));
  assert.ok("head" in result, JSON.stringify(result));
  return result.head;
}

function refusal(...lines: string[]): number {
  const result = parseRequestHead(lines.join("\r\n"));
  assert.ok("problem" in result, lines[0]);
  return result.problem.status;
}

Deno.test("an ordinary request", () => {
  const { method, url, headers, version, length } = head(
    "POST /a?b=c HTTP/1.1",
    "Host: h:1",
    "Content-Length: 5",
    "X:  y ",
  );
  assert.deepEqual([method, url.href, version, length], ["POST", "http://h:1/a?b=c", "1.1", 5]);
  assert.equal(headers.get("x"), "y");
});

Deno.test("HTTP/1.0 may come without Host, an absolute target names its own authority", () => {
  assert.equal(head("GET / HTTP/1.0").url.host, "localhost");
  assert.equal(head("GET http://evil/ HTTP/1.1", "Host: h").url.host, "evil");
});

const REFUSALS: readonly (readonly [status: number, ...lines: string[]])[] = [
  [400, ""],
  [400, "GET /"],
  [400, "GET  / HTTP/1.1", "Host: h"],
  [400, "GET / HTTP/1.1 ", "Host: h"],
  [400, " GET / HTTP/1.1", "Host: h"],
  [400, "G(T / HTTP/1.1", "Host: h"],
  [400, "GET /\xff HTTP/1.1", "Host: h"],
  [400, "GET / HTTP/2.0", "Host: h"],
  [400, "GET / HTTP/9.9", "Host: h"],
  [400, "GET / http/1.1", "Host: h"],
  [400, "GET / HTTP/1.1"],
  [400, "GET / HTTP/1.1", "Host: h", "Host: h"],
  [400, "GET / HTTP/1.1", "Host: h", "host: evil"],
  [400, "GET / HTTP/1.1", "Host:"],
  [400, "GET / HTTP/1.1", "Host: a b"],
  [400, "GET / HTTP/1.1", "Host: [::1"],
  [400, "GET / HTTP/1.1", "Host: %zz:99999999"],
  [400, "GET / HTTP/1.1", "Host: user@h"],
  [400, "GET / HTTP/1.1", "Host: h/x"],
  [400, "GET * HTTP/1.1", "Host: h"],
  [400, "CONNECT h:80 HTTP/1.1", "Host: h"],
  [400, "GET ftp://h/ HTTP/1.1", "Host: h"],
  [400, "GET http://u:p@h/ HTTP/1.1", "Host: h"],
  [400, "GET / HTTP/1.1", "Host: h", "X : y"],
  [400, "GET / HTTP/1.1", "Host: h", " folded"],
  [400, "GET / HTTP/1.1", "Host: h", "no colon"],
  [400, "GET / HTTP/1.1", "Host: h", ": no name"],
  [400, "GET / HTTP/1.1", "Host: h", "X: a\x00b"],
  [400, "GET / HTTP/1.1", "Host: h", "X: a\rb"],
  [400, "POST / HTTP/1.1", "Host: h", "Content-Length: 5", "Transfer-Encoding: chunked"],
  [400, "POST / HTTP/1.1", "Host: h", "Content-Length: 5", "Content-Length: 5"],
  [400, "POST / HTTP/1.1", "Host: h", "Content-Length: +5"],
  [400, "POST / HTTP/1.1", "Host: h", "Content-Length: 0x5"],
  [400, "POST / HTTP/1.1", "Host: h", "Content-Length: -1"],
  [400, "POST / HTTP/1.1", "Host: h", "Content-Length:"],
  [411, "POST / HTTP/1.1", "Host: h", "Transfer-Encoding: chunked"],
  [414, `GET /${"a".repeat(9000)} HTTP/1.1`, "Host: h"],
  [431, "GET / HTTP/1.1", "Host: h", ...Array<string>(100).fill("X: y")],
];

for (const [status, ...lines] of REFUSALS) {
  Deno.test(`${status} for ${JSON.stringify(lines.slice(0, 4).join(" | ").slice(0, 90))}`, () => {
    assert.equal(refusal(...lines), status);
  });
}
