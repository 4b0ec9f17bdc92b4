/** Fault 24: output without a newline, and random bytes. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createLineWriter } from "../../src/logging/line_writer.ts";
import { inDirectory, startEngine } from "./log_lab.ts";
import { logFiles, readWhole } from "./numbered_lines.ts";
import { random, sized } from "./seed.ts";
import { withoutMarks } from "./split_marks.ts";

const MiB = 1024 * 1024;
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
