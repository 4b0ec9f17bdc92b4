import assert from "node:assert/strict";
import { MessageLines } from "./message_lines.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("lines come out whole, however they were cut: between letters, and inside of one", () => {
  const text = "one\n\nüber\r\nlast";
  for (let size = 1; size <= text.length; size++) {
    const lines = new MessageLines();
    const found: string[] = [];
    const all = bytes(text);
    for (let at = 0; at < all.length; at += size) found.push(...lines.add(all.subarray(at, at + size)));
    assert.deepEqual(found, ["one", "", "über\r"], `pieces of ${size}`);
  }
});

Deno.test("a line may have as many bytes as the limit, and not one more, in one piece or in many", () => {
  const lines = new MessageLines(8);
  assert.deepEqual([...lines.add(bytes("12345678\n1234"))], ["12345678"]);
  assert.deepEqual([...lines.add(bytes("5678\n"))], ["12345678"]);
  assert.throws(() => [...lines.add(bytes("123456789\n"))], /more than 8 bytes/);
});

Deno.test("what came before a line that is too long is not lost with it", () => {
  const found: string[] = [];
  assert.throws(() => {
    for (const line of new MessageLines(4).add(bytes("a\nb\ntoo long"))) found.push(line);
  });
  assert.deepEqual(found, ["a", "b"]);
});
