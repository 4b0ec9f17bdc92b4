import assert from "node:assert/strict";
import { HeadReader } from "./http_head.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

for (
  const [text, status] of [
    ["HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200],
    ["HTTP/1.0 503 Service Unavailable\r\n\r\nbody", 503],
    ["HTTP/1.1 204\r\n\r\n", 204],
    ["HTTP/1.1 302 Found\nLocation: /x\n\n", 302],
    ["HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 201 Created\r\n\r\n", 201],
    ["HTTP/1.1 101 Switching Protocols\r\n\r\n", 101],
  ] as const
) {
  Deno.test(`head ${JSON.stringify(text)} has status ${status}, however it is cut`, () => {
    assert.equal(new HeadReader().take(bytes(text)), status);
    const reader = new HeadReader();
    const seen = [...bytes(text)].map((byte) => reader.take(new Uint8Array([byte]))).find((one) => one !== undefined);
    assert.equal(seen, status);
  });
}

for (
  const text of [
    "SSH-2.0-OpenSSH_9.2\r\n",
    "\x15\x03\x01\x00",
    "HTTP/2 200\r\n\r\n",
    "HTTP/1.1 999 x\r\n\r\n",
    "HTTP/1.1 20\r\n",
  ]
) {
  Deno.test(`${JSON.stringify(text)} is not HTTP`, () => {
    assert.throws(() => new HeadReader().take(bytes(text)), /not HTTP/);
  });
}

Deno.test("a head without end is refused", () => {
  const reader = new HeadReader();
  reader.take(bytes("HTTP/1.1 200 OK\r\n"));
  assert.throws(() => {
    for (let i = 0; i < 100; i++) reader.take(bytes(`X-Filler: ${"x".repeat(1000)}\r\n`));
  }, /16 KiB/);
});
