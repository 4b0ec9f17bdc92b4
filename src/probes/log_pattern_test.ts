import assert from "node:assert/strict";
import { logPattern } from "./log_pattern.ts";
import type { Answer } from "./probe.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function bench(pattern: string) {
  const told: Answer[] = [];
  const made = logPattern(pattern);
  const { probe } = made;
  const begin = () => probe((answer) => told.push(answer));
  return {
    told,
    begin,
    feed: (chunk: string | Uint8Array) => made.feed?.(typeof chunk === "string" ? bytes(chunk) : chunk),
  };
}

for (
  const [what, pattern, chunks, matches] of [
    ["a whole line", "ready", ["starting\nserver is ready\n"], true],
    ["a line split over two chunks", "is ready", ["starting\nserver is re", "ady\n"], true],
    ["a line split within a character", "größe \\d", [
      bytes("gr\u00f6\u00dfe 1").slice(0, 3),
      bytes("größe 1\n").slice(3),
    ], true],
    ["its own end of line only", "^ready$", ["ready\r\n"], true],
    ["no match across lines", "a.*b", ["a\nb\n"], false],
    ["no line before its end", "ready", ["ready"], false],
    ["bytes that are no text", "ready", [new Uint8Array([0xff, 0, 0xfe]), " ready\n"], true],
    ["an end that comes alone", "^ready$", ["ready", "\n"], true],
  ] as const
) {
  Deno.test(`log pattern: ${what}`, () => {
    const t = bench(pattern);
    using _life = t.begin();
    for (const chunk of chunks) t.feed(chunk);
    assert.equal(t.told.length, matches ? 1 : 0);
  });
}

Deno.test("log pattern: one match in a life, a new one in the next, nothing between lives", () => {
  const t = bench("ready");
  t.feed("ready\n");
  const first = t.begin();
  t.feed("half ");
  t.feed("ready\nready\n");
  t.feed("ready\n");
  assert.deepEqual(t.told, [{ ok: true, why: 'its log says "half ready"', decisive: true }]);
  first[Symbol.dispose]();
  t.feed("ready\n");
  using _second = t.begin();
  t.feed("nothing\n");
  assert.equal(t.told.length, 1);
  t.feed("ready\n");
  assert.equal(t.told.length, 2);
});

Deno.test("log pattern: the old life's end does not end a search of the next", () => {
  const t = bench("ready");
  const first = t.begin();
  using _second = t.begin();
  first[Symbol.dispose]();
  t.feed("ready\n");
  assert.equal(t.told.length, 1);
});

Deno.test("log pattern: a line without end is looked at in pieces of 64 KiB, and the reused buffer is not kept", () => {
  const t = bench("^needle");
  using _life = t.begin();
  const buffer = new Uint8Array(64 * 1024);
  buffer.fill(120);
  t.feed(buffer);
  t.feed(bytes("nee"));
  const reused = bytes("dle\n");
  t.feed(reused);
  reused.fill(0);
  assert.equal(t.told.length, 1);
  assert.ok((t.told[0]?.why.length ?? 0) < 300);
});

Deno.test("log pattern: 64 MiB without a newline are not held", () => {
  const t = bench("needle");
  using _life = t.begin();
  const buffer = new Uint8Array(1024 * 1024).fill(120);
  const before = Deno.memoryUsage().rss;
  for (let i = 0; i < 64; i++) t.feed(buffer);
  assert.ok(Deno.memoryUsage().rss - before < 32 * 1024 * 1024);
  assert.equal(t.told.length, 0);
});
