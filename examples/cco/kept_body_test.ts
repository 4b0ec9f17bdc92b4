import assert from "node:assert/strict";
import { KeptBody } from "./kept_body.ts";

/** A source that is fed by hand. */
function source() {
  let feed!: ReadableStreamDefaultController<Uint8Array>;
  const told = { cancelled: false };
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => void (feed = controller),
    cancel: () => void (told.cancelled = true),
  });
  return { stream, told, feed, say: (text: string) => feed.enqueue(new TextEncoder().encode(text)) };
}

const text = (stream: ReadableStream<Uint8Array>) => new Response(stream).text();

Deno.test("a body is handed on and kept", async () => {
  const { stream, feed, say } = source();
  const body = new KeptBody(stream, 100);
  const read = text(body.stream());
  for (const part of ["one ", "two ", "three"]) say(part);
  feed.close();
  assert.equal(await read, "one two three");
  const ending = await body.ended;
  assert.equal(ending.kind === "whole" && new TextDecoder().decode(ending.bytes), "one two three");
});

Deno.test("its first part passes before there is a second", async () => {
  const { stream, feed, say } = source();
  const reader = new KeptBody(stream, 100).stream().getReader();
  say("first");
  assert.equal(new TextDecoder().decode((await reader.read()).value), "first");
  feed.close();
  assert.equal((await reader.read()).done, true);
});

Deno.test("a client that does not read, or goes away, does not keep it from being kept", async () => {
  const { stream, told, feed, say } = source();
  const body = new KeptBody(stream, 100);
  await body.stream().cancel();
  say("all the same");
  feed.close();
  assert.equal((await body.ended).kind, "whole");
  assert.equal(told.cancelled, false);
});

Deno.test("what is too long is not kept, passes whole, and at the client's pace", async () => {
  const { stream, feed, say } = source();
  const body = new KeptBody(stream, 8);
  say("12345");
  say("67890");
  assert.equal((await body.ended).kind, "too long");
  const read = text(body.stream());
  say("the rest");
  feed.close();
  assert.equal(await read, "1234567890the rest");
});

Deno.test("the source of what is too long hears that the client went away", async () => {
  const { stream, told, say } = source();
  const body = new KeptBody(stream, 2);
  say("123");
  await body.ended;
  await body.stream().cancel();
  assert.equal(told.cancelled, true);
});

Deno.test("a body that breaks off breaks off for the client too, after what had come", async () => {
  const { stream, feed, say } = source();
  const body = new KeptBody(stream, 100);
  const reader = body.stream().getReader();
  say("half");
  assert.equal((await reader.read()).value?.length, 4);
  feed.error(new Error("connection reset"));
  await assert.rejects(reader.read(), /connection reset/);
  assert.equal((await body.ended).kind, "broken");
});
