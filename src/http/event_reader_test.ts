import assert from "node:assert/strict";
import { readMessages, type StreamMessage } from "./event_reader.ts";

/** What is read of `pieces`, each one read. */
async function read(...pieces: string[]): Promise<StreamMessage[]> {
  const body = ReadableStream.from(pieces.map((piece) => new TextEncoder().encode(piece)));
  return await Array.fromAsync(readMessages(body));
}

Deno.test("fields, comments, several data lines and all line ends", async () => {
  const both = [{ id: "1", event: "a", data: "x\ny" }, { id: "1", event: "message", data: "z" }];
  const text = ": hello\nretry: 5\nid: 1\nevent: a\ndata: x\ndata:y\n\n\ndata: z\n\n";
  assert.deepEqual(await read(text), both);
  assert.deepEqual(await read(text.replaceAll("\n", "\r\n")), both);
  assert.deepEqual(await read(text.replaceAll("\n", "\r")), both);
  assert.deepEqual(await read(...text.replaceAll("\n", "\r\n")), both, "byte by byte");
});

Deno.test("a message without data, or without its end, is none", async () => {
  assert.deepEqual(await read("event: a\n\n", "data: cut", " off\n"), []);
});
