/** Fault 38: malformed requests, byte for byte over a real connection. Whatever comes in, nothing is the server's fault. */
import assert from "node:assert/strict";
import { createApi } from "../../src/http/api.ts";
import { fakeDaemon } from "../../src/http/fake_daemon.ts";
import type { Listener } from "../../src/http/listener.ts";
import { serveTcp } from "../../src/http/tcp_listener.ts";
import { sendRaw } from "../../src/http/testing_client.ts";
import { random, sized } from "./seed.ts";

const OWN_REFUSALS: readonly number[] = [0, 400, 401, 403, 404, 405, 408, 411, 413, 414, 421, 431];

function serve(): { listener: Listener; calls: readonly string[] } {
  const listener: Listener = serveTcp({
    hostname: "127.0.0.1",
    port: 0,
    handler: (request) => app.fetch(request),
  });
  const daemon = fakeDaemon({ port: () => listener.port, token: "the-token" });
  const app = createApi(daemon);
  return { listener, calls: daemon.calls };
}

/** Well-formed requests, as bytes, to be spoilt. */
function goodRequests(port: number): string[] {
  const host = `Host: 127.0.0.1:${port}\r\n`;
  return [
    `GET /health HTTP/1.1\r\n${host}\r\n`,
    `GET /api/v1/logs?program=web&lines=5 HTTP/1.1\r\n${host}Accept: */*\r\nUser-Agent: x/1\r\n\r\n`,
    `HEAD / HTTP/1.0\r\n${host}\r\n`,
    `POST /api/v1/stop HTTP/1.1\r\n${host}Content-Length: 15\r\n\r\n{"timeout_s":1}`,
    `GET http://127.0.0.1:${port}/metrics HTTP/1.1\r\n${host}\r\n`,
  ];
}

const SPOILERS: readonly string[] = [
  "\r\n",
  "\n",
  "\r",
  "\0",
  " ",
  "\t",
  ":",
  "%",
  "%00",
  "%zz",
  "..",
  "/../",
  "\\",
  "?",
  "#",
  "[",
  "\xff",
  "\x7f",
  "é",
  "Host: evil.example\r\n",
  "Transfer-Encoding: chunked\r\n",
  "Content-Length: 5\r\n",
  "Content-Length: 99999999999999999999\r\n",
  " folded\r\n",
  "HTTP/9.9",
  "a".repeat(5000),
  "X: y\r\n".repeat(120),
];

/** One to three edits: insert, delete, replace, double or cut. */
function mutate(text: string, dice: ReturnType<typeof random>): string {
  for (let edits = 1 + dice.next(3); edits > 0; edits--) {
    const at = dice.next(text.length + 1);
    const length = 1 + dice.next(8);
    const spoiler = SPOILERS[dice.next(SPOILERS.length)] ?? "";
    const before = text.slice(0, at);
    text = [
      () => before + spoiler + text.slice(at),
      () => before + text.slice(at + length),
      () => before + String.fromCharCode(dice.next(256)) + text.slice(at + 1),
      () => before + text.slice(Math.max(0, at - length)),
      () => before,
    ][dice.next(5)]?.() ?? text;
  }
  return text;
}

Deno.test("38: mutated requests give no 5xx, reach no action, and the next good one is served", async () => {
  const { listener, calls } = serve();
  await using _closing = listener;
  const dice = random("malformed");
  const good = goodRequests(listener.port);
  const seen: Record<number, number> = {};
  for (let round = 0; round < sized(100, 500); round++) {
    const request = mutate(good[dice.next(good.length)] ?? "", dice);
    const { status } = await sendRaw(listener.port, request);
    seen[status] = (seen[status] ?? 0) + 1;
    assert.ok(status < 500, `seed ${dice.seed}: ${status} for ${JSON.stringify(request)}`);
  }
  const refused = Object.entries(seen).filter(([status]) => status !== "200").reduce((sum, [, n]) => sum + n, 0);
  assert.ok(refused > 0, JSON.stringify(seen));
  assert.deepEqual(calls.filter((call) => !call.startsWith("logs")), []);
  assert.equal((await sendRaw(listener.port, good[0] ?? "")).status, 200);
});

const NAMED: readonly (readonly [what: string, request: (host: string) => string, status: number])[] = [
  ["no Host", () => "GET /health HTTP/1.1\r\n\r\n", 400],
  ["no Host in HTTP/1.0", () => "GET /health HTTP/1.0\r\n\r\n", 421],
  ["two Hosts", (host) => `GET /health HTTP/1.1\r\n${host}${host}\r\n`, 400],
  ["two Hosts, the second evil", (host) => `GET /health HTTP/1.1\r\n${host}Host: evil.example\r\n\r\n`, 400],
  ["an evil absolute target", (host) => `GET http://evil.example/health HTTP/1.1\r\n${host}\r\n`, 421],
  [
    "length and chunks",
    (host) => `POST /api/v1/stop HTTP/1.1\r\n${host}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    400,
  ],
  [
    "two lengths",
    (host) => `POST /api/v1/stop HTTP/1.1\r\n${host}Content-Length: 0\r\nContent-Length: 4\r\n\r\nabcd`,
    400,
  ],
  ["bare line feeds", () => "GET /health HTTP/1.1\nHost: localhost\n\n", 400],
  ["an HTTP/2 preface", () => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400],
  ["a TLS hello", () => "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n", 400],
  ["a header without end", (host) => `GET /health HTTP/1.1\r\n${host}X: ${"a".repeat(40_000)}`, 431],
  ["CONNECT", (host) => `CONNECT evil.example:443 HTTP/1.1\r\n${host}\r\n`, 400],
  ["TRACE", (host) => `TRACE /health HTTP/1.1\r\n${host}\r\n`, 405],
];

for (const [what, request, status] of NAMED) {
  Deno.test(`38: ${what} gets ${status}`, async () => {
    const { listener } = serve();
    await using _closing = listener;
    const answer = await sendRaw(listener.port, request(`Host: 127.0.0.1:${listener.port}\r\n`));
    assert.equal(answer.status, status);
    assert.ok(OWN_REFUSALS.includes(answer.status));
    assert.match(answer.text, /\r\ncontent-security-policy: default-src 'none'/);
    assert.doesNotMatch(answer.text, /\.ts:\d+|\bat /);
  });
}
