import assert from "node:assert/strict";
import { FakeClock } from "../system/fake_clock.ts";
import { LINE_LIMIT, splitMark } from "./line_splitter.ts";
import { createLineWriter } from "./line_writer.ts";
import type { RotatingFile } from "./rotating_file.ts";

const SPLIT_MARK = splitMark("appd");

const clock = new FakeClock(Date.UTC(2025, 10, 1, 10, 30, 0, 123));
const STAMP = "2025-11-01T10:30:00.123Z ";

/** A file in memory, with `content` in it already. */
function memory(content = ""): RotatingFile & { text(): string } {
  const parts: Uint8Array[] = [new TextEncoder().encode(content)];
  const text = () => parts.map((part) => new TextDecoder("latin1").decode(part)).join("");
  return {
    path: "/memory",
    problem: undefined,
    dropped: { lines: 0, bytes: 0 },
    get lineBytes() {
      return text().length - text().lastIndexOf("\n") - 1;
    },
    write: (bytes) => void parts.push(bytes.slice()),
    passage: () => undefined,
    rotate: () => Promise.resolve(),
    reopen() {},
    setPolicy() {},
    close: () => Promise.resolve(),
    text,
  };
}

function written(chunks: readonly string[], { timestamp = false, before = "", program = "appd" } = {}): string {
  const file = memory(before);
  const writer = createLineWriter(file, { timestamp, clock, program });
  for (const chunk of chunks) writer.write(new TextEncoder().encode(chunk));
  return file.text();
}

Deno.test("bytes pass unchanged, however they are cut", () => {
  assert.equal(written(["a\nb", "", "c\n\n", "d"]), "a\nbc\n\nd");
});

Deno.test("every line gets the time, a line in pieces once", () => {
  assert.equal(
    written(["a\nb", "c", "\n\nd\n", "e"], { timestamp: true }),
    `${STAMP}a\n${STAMP}bc\n${STAMP}\n${STAMP}d\n${STAMP}e`,
  );
});

Deno.test("a line that an earlier run began is gone on with", () => {
  assert.equal(written(["b\nc\n"], { timestamp: true, before: "a" }), `ab\n${STAMP}c\n`);
  const long = "x".repeat(LINE_LIMIT);
  assert.equal(written(["y"], { before: long }), `${long}${SPLIT_MARK}\ny`);
});

Deno.test("a line of 64 KiB stays whole, one byte more splits it", () => {
  const full = "x".repeat(LINE_LIMIT);
  for (const cut of [1, 1000, LINE_LIMIT - 1, LINE_LIMIT]) {
    const chunks = (text: string) => [text.slice(0, cut), text.slice(cut)];
    assert.equal(written(chunks(`${full}\nnext\n`)), `${full}\nnext\n`);
    assert.equal(written(chunks(`${full}y\nnext\n`)), `${full}${SPLIT_MARK}\ny\nnext\n`);
  }
});

Deno.test("the mark of a split line is the program's whose log it is", () => {
  const line = "x".repeat(LINE_LIMIT);
  assert.equal(written([`${line}y`], { program: "pear" }), `${line} [pear: line continues]\ny`);
});

Deno.test("a line of many pieces, in chunks of any size", () => {
  const text = "x".repeat(3 * LINE_LIMIT + 5) + "\nend\n";
  const whole = "x".repeat(LINE_LIMIT) + SPLIT_MARK + "\n";
  for (const size of [7000, LINE_LIMIT, 100_000, text.length]) {
    const chunks = Array.from(
      { length: Math.ceil(text.length / size) },
      (_, n) => text.slice(n * size, (n + 1) * size),
    );
    assert.equal(written(chunks), `${whole.repeat(3)}xxxxx\nend\n`);
    assert.equal(written(chunks, { timestamp: true }), `${`${STAMP}${whole}`.repeat(3)}${STAMP}xxxxx\n${STAMP}end\n`);
  }
});

Deno.test("many empty lines at once, with timestamps", () => {
  assert.equal(written(["\n".repeat(20_000)], { timestamp: true }), `${STAMP}\n`.repeat(20_000));
});

Deno.test("an open line can be ended", () => {
  const file = memory();
  const writer = createLineWriter(file, { timestamp: true, clock });
  writer.write(new TextEncoder().encode("a"));
  writer.endLine();
  writer.endLine();
  assert.equal(file.text(), `${STAMP}a\n`);
});

Deno.test("bytes that cannot make a line too long may pass unseen", () => {
  const way = { room: Infinity, descriptor: 5, settle() {} };
  const file = { ...memory("ab"), passage: () => way, lineBytes: 2 };
  const writer = createLineWriter(file, { timestamp: false, clock });
  assert.equal(writer.passage()?.room, LINE_LIMIT - 2);
  writer.passage()?.settle(new TextEncoder().encode("c\nde"), { landed: 4 });
  assert.equal(writer.passage()?.room, LINE_LIMIT - 2);
  writer.passage()?.settle(new TextEncoder().encode("x".repeat(LINE_LIMIT - 2)), { landed: LINE_LIMIT - 2 });
  assert.equal(writer.passage()?.room, 0);
  assert.equal(createLineWriter(file, { timestamp: true, clock }).passage(), undefined);
});
