import assert from "node:assert/strict";
import { type Container, containerOf } from "./container.ts";

const text = (value: string) => new TextEncoder().encode(value);

function packets(count: number): Uint8Array {
  const bytes = new Uint8Array(188 * count);
  for (let packet = 0; packet < count; packet++) bytes[packet * 188] = 0x47;
  return bytes;
}

const HEADS: readonly (readonly [what: string, head: Uint8Array, expected: Container | undefined])[] = [
  ["Matroska", new Uint8Array([0x1a, 0x45, 0xdf, 0xa3, 0x9f]), "matroska"],
  ["MP4", text("\0\0\0\x20ftypisom"), "mp4"],
  ["old QuickTime", text("\0\0\x10\0moov"), "mp4"],
  ["AVI", text("RIFF\x10\0\0\0AVI LIST"), "avi"],
  ["a sound, RIFF too", text("RIFF\x10\0\0\0WAVEfmt "), undefined],
  ["transport stream", packets(3), "mpeg-ts"],
  ["too short for a transport stream", packets(2), undefined],
  ["program stream", new Uint8Array([0, 0, 1, 0xba, 0x44]), "mpeg-ps"],
  ["Flash", text("FLV\x01\x05"), "flv"],
  ["text", text("this is no video"), undefined],
  ["a picture", new Uint8Array([0x89, 0x50, 0x4e, 0x47]), undefined],
  ["nothing", new Uint8Array(0), undefined],
];

for (const [what, head, expected] of HEADS) {
  Deno.test(`a file's container by its beginning: ${what}`, () => assert.equal(containerOf(head), expected));
}
