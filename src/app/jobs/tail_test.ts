import assert from "node:assert/strict";
import { Tail } from "./tail.ts";

function tailOf(...texts: readonly string[]): string {
  return tailOfAll(texts);
}

function tailOfAll(texts: readonly string[]): string {
  const tail = new Tail();
  for (const text of texts) tail.add(new TextEncoder().encode(text));
  return tail.text;
}

Deno.test("little output is kept whole, whichever pieces it came in", () => {
  assert.equal(tailOf(), "");
  assert.equal(tailOf("one\ntw", "o\nthree"), "one\ntwo\nthree");
  assert.equal(tailOf("\n\nx\n"), "\n\nx\n");
});

Deno.test("of many lines the last 100 are kept", () => {
  const lines = Array.from({ length: 300 }, (_, i) => `${i}\n`);
  assert.equal(tailOf(...lines), lines.slice(200).join(""));
  assert.equal(tailOf(lines.join(""), "open"), `${lines.slice(201).join("")}open`);
});

for (const piece of [1, 7, 4096, 8192, 8193, 60_000]) {
  Deno.test(`of much output the last whole lines within 8 KiB are kept, in pieces of ${piece}`, () => {
    const all = Array.from({ length: 2000 }, (_, i) => `line ${i} ${"x".repeat(i % 300)}\n`).join("");
    const pieces = Array.from(
      { length: Math.ceil(all.length / piece) },
      (_, i) => all.slice(i * piece, (i + 1) * piece),
    );
    const text = tailOfAll(pieces);
    assert.ok(all.endsWith(text) && all.at(-text.length - 1) === "\n", "whole lines");
    const next = all.slice(0, -text.length - 1).lastIndexOf("\n") + 1;
    assert.ok(text.length <= 8192 && all.length - next > 8192, "as many as fit");
  });
}

Deno.test("a line longer than that keeps its end", () => {
  assert.equal(tailOf("a\n", "b".repeat(20_000)), "b".repeat(8192));
  assert.equal(tailOf("a\n", "b".repeat(20_000), "\n"), `${"b".repeat(8191)}\n`);
});

Deno.test("bytes that are no text show as such, and control characters stay", () => {
  const tail = new Tail();
  tail.add(Uint8Array.of(0xff, 0x1b, 0x5b, 0x41, 0x00, 0x0a));
  assert.equal(tail.text, "\ufffd\x1b[A\0\n");
});
