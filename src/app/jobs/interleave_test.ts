import assert from "node:assert/strict";
import type { Passage } from "../../programs/program_spec.ts";
import { type Inlet, Interleaver } from "./interleave.ts";

/** An interleaver, what came out of it, and a way to write texts. */
function stream() {
  let text = "";
  const write = (bytes: Uint8Array) => void (text += new TextDecoder().decode(bytes));
  const passage = (): Passage => ({ room: Infinity, descriptor: 9, settle: (bytes) => write(bytes) });
  const endLine = () => void (text += text === "" || text.endsWith("\n") ? "" : "\n");
  const runs = new Interleaver({ write, passage, endLine });
  return { join: () => runs.join(), text: () => text };
}

function say(to: Inlet, text: string): void {
  const bytes = new TextEncoder().encode(text);
  to.write(bytes);
  bytes.fill(0x21); // As a buffer that is used again.
}

Deno.test("a run that is alone writes through, byte by byte", () => {
  const { join, text } = stream();
  const a = join();
  say(a, "one\ntw");
  assert.equal(text(), "one\ntw");
  say(a, "o\n");
  assert.equal(text(), "one\ntwo\n");
});

Deno.test("the lines of two runs are never torn", () => {
  const { join, text } = stream();
  const [a, b] = [join(), join()];
  say(a, "a1\na");
  say(b, "b1\nb");
  say(a, "2");
  say(b, "2\n");
  say(a, "\na3\n");
  assert.equal(text(), "a1\nb1\nb2\na2\na3\n");
});

Deno.test("a line that was begun alone is ended before another run's line", () => {
  const { join, text } = stream();
  const a = join();
  say(a, "working");
  const b = join();
  say(b, "b1\nb2");
  assert.equal(text(), "working");
  say(a, " on");
  say(a, " it\nnext");
  assert.equal(text(), "working on it\nb1\n");
  b.close();
  assert.equal(text(), "working on it\nb1\nb2\n");
  say(a, "\n");
  assert.equal(text(), "working on it\nb1\nb2\nnext\n");
});

Deno.test("the end of a run ends its line, and takes what it had to wait with", () => {
  const { join, text } = stream();
  const [a, b, c] = [join(), join(), join()];
  say(a, "half");
  say(b, "whole\n");
  a.close();
  assert.equal(text(), "whole\nhalf\n");
  say(c, "c");
  b.close();
  c.close();
  assert.equal(text(), "whole\nhalf\nc\n");
});

Deno.test("a run that ends while another one's line is open does not wait for it", () => {
  const { join, text } = stream();
  const a = join();
  say(a, "prompt>");
  const b = join();
  say(b, "last words");
  b.close();
  assert.equal(text(), "prompt>\nlast words\n");
  say(a, " yes\n");
  assert.equal(text(), "prompt>\nlast words\n yes\n");
});

Deno.test("nobody waits with more than 64 KiB", () => {
  const { join, text } = stream();
  const a = join();
  say(a, "prompt>");
  const b = join();
  const line = `${"b".repeat(999)}\n`;
  for (let i = 0; i < 66; i++) say(b, line);
  assert.equal(text(), `prompt>\n${line.repeat(66)}`);
  const c = join();
  for (let i = 0; i < 7; i++) say(c, "c".repeat(10_000));
  assert.ok(text().endsWith("c".repeat(70_000)));
});

Deno.test("the short way is for a run that is alone and has nothing to wait with", () => {
  const { join, text } = stream();
  const a = join();
  a.passage()?.settle(new TextEncoder().encode("a1\na2"), { landed: 5 });
  const b = join();
  assert.equal(a.passage(), undefined);
  say(b, "b1\n");
  a.close();
  assert.equal(text(), "a1\na2\nb1\n");
  assert.equal(b.passage()?.descriptor, 9);
  say(b, "b2");
  assert.notEqual(b.passage(), undefined);
});
