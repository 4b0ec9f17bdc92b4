import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { gunzip, gzipEncoder } from "./gzip.ts";

const DATA = new Uint8Array(300_000).map((_, index) => (index * 7919) >> 5);

async function compressed(): Promise<Uint8Array> {
  const encoder = gzipEncoder();
  const parts: Uint8Array[] = [];
  for (let at = 0; at < DATA.length; at += 10_000) parts.push(...await encoder.push(DATA.subarray(at, at + 10_000)));
  parts.push(...await encoder.finish());
  return new Uint8Array(await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}

async function content(...source: Uint8Array[]): Promise<Uint8Array> {
  const parts: number[] = [];
  for await (const part of gunzip(source)) parts.push(...part);
  return Uint8Array.from(parts);
}

Deno.test("what went in comes out, here and in other programs", async () => {
  const bytes = await compressed();
  assert.deepEqual(new Uint8Array(gunzipSync(bytes)), DATA);
  assert.deepEqual(await content(bytes.subarray(0, 7), bytes.subarray(7)), DATA);
});

Deno.test("a damaged or cut file throws after what could be read", async () => {
  const bytes = await compressed();
  let read = 0;
  await assert.rejects(async () => {
    for await (const part of gunzip([bytes.subarray(0, bytes.length - 9)])) read += part.length;
  }, /unexpected end of file/);
  assert.ok(read > 0);
  await assert.rejects(content(new Uint8Array(100)), /incorrect header check/);
  await assert.rejects(content(), /unexpected end of file/);
});

Deno.test("a reader may stop early", async () => {
  for await (const part of gunzip([await compressed()])) {
    assert.ok(part.length > 0);
    break;
  }
});
