/** Fault 24: output without a newline, and random bytes. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { LINE_LIMIT, SPLIT_MARK } from "../../src/logging/line_splitter.ts";
import { createLineWriter } from "../../src/logging/line_writer.ts";
import { inDirectory, startEngine } from "./log_lab.ts";
import { logFiles, readWhole } from "./numbered_lines.ts";
import { random, sized } from "./seed.ts";

const MiB = 1024 * 1024;
const MARK = Buffer.from(`${SPLIT_MARK}\n`);

/** The bytes that were written: marks stand where a piece is exactly as long as the limit. */
function withoutMarks(content: Uint8Array): Uint8Array[] {
  const bytes = Buffer.from(content);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const newline = bytes.indexOf(10, at);
    const end = newline < 0 ? bytes.length : newline + 1;
    const split = end - at === LINE_LIMIT + MARK.length && bytes.subarray(at + LINE_LIMIT, end).equals(MARK);
    pieces.push(bytes.subarray(at, split ? end - MARK.length : end));
    at = end;
  }
  return pieces;
}

async function roundTrip(total: number, fill: (chunk: Uint8Array) => void): Promise<{ grown: number }> {
  const [written, read] = [createHash("sha256"), createHash("sha256")];
  let grown = 0;
  await inDirectory(async (path) => {
    const engine = startEngine({ path, policy: { rotateSize: 8 * MiB } });
    const writer = createLineWriter(engine.file, { timestamp: false, clock: engine.clock });
    const before = Deno.memoryUsage().rss;
    const chunk = new Uint8Array(64 * 1024);
    for (let done = 0; done < total; done += chunk.length) {
      fill(chunk);
      const length = 1 + done % chunk.length;
      for (const part of [chunk.subarray(0, length), chunk.subarray(length)]) {
        written.update(part);
        writer.write(part);
      }
    }
    grown = Deno.memoryUsage().rss - before;
    await engine.close();
    const files = logFiles(path);
    assert.ok(files.length > total / (9 * MiB), "it could be rotated");
    for (const piece of files.flatMap((file) => withoutMarks(readWhole(file)))) read.update(piece);
  });
  assert.equal(read.digest("hex"), written.digest("hex"), "bytes intact");
  return { grown };
}

Deno.test("24: output without a newline is split and marked, and its bytes come back", async () => {
  const { grown } = await roundTrip(sized(32, 1024) * MiB, (chunk) => chunk.fill(0x78));
  assert.ok(grown < 32 * MiB, `${grown} bytes more memory`);
});

Deno.test("24: random bytes come back", async () => {
  random("binary");
  const { grown } = await roundTrip(sized(16, 256) * MiB, (chunk) => crypto.getRandomValues(chunk));
  assert.ok(grown < 32 * MiB, `${grown} bytes more memory`);
});
