import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { systemClock } from "../system/clock.ts";
import { systemFiles } from "../system/files.ts";
import { gzTempOf } from "./archives.ts";
import { createCompressor } from "./compressor.ts";

async function inDirectory(fn: (path: string) => Promise<void>): Promise<void> {
  const directory = fs.mkdtempSync("/tmp/appd-gzip-");
  try {
    await fn(join(directory, "archive"));
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}

/** How often it is measured anew: what else this machine does blocks a process, too. */
const ROUNDS = 5;

const LINES = "2025-11-01T10:30:00.123Z INFO  appd.http: GET /health 200\n".repeat(100_000);

Deno.test("the archive has the content, then the original goes; the loop keeps running", async () => {
  await inDirectory(async (path) => {
    await using compressor = createCompressor({ files: systemFiles, clock: systemClock });
    let least = Infinity;
    for (let round = 0; round < ROUNDS && least >= 50; round++) {
      fs.writeFileSync(path, LINES);
      let [longest, last] = [0, performance.now()];
      const ticker = setInterval(() => {
        const now = performance.now();
        [longest, last] = [Math.max(longest, now - last), now];
        compressor.writing();
      }, 1);
      await compressor.compress(path);
      clearInterval(ticker);
      assert.equal(gunzipSync(fs.readFileSync(`${path}.gz`)).toString(), LINES);
      assert.equal(fs.existsSync(path), false);
      least = Math.min(least, longest);
    }
    assert.ok(least < 50, `blocked for ${least} ms`);
  });
});

Deno.test("asked twice it works once; an original that is gone is no failure", async () => {
  await inDirectory(async (path) => {
    fs.writeFileSync(path, LINES);
    await using compressor = createCompressor({ files: systemFiles, clock: systemClock });
    const [first, second] = [compressor.compress(path), compressor.compress(path)];
    assert.equal(first, second);
    assert.equal(compressor.has(path), true);
    await first;
    await compressor.compress(path);
    assert.equal(gunzipSync(fs.readFileSync(`${path}.gz`)).length, LINES.length);
  });
});

Deno.test("an original that retention removes meanwhile leaves nothing", async () => {
  await inDirectory(async (path) => {
    fs.writeFileSync(path, LINES);
    await using compressor = createCompressor({
      files: systemFiles,
      clock: systemClock,
      fsync: () => Promise.resolve(fs.unlinkSync(path)),
    });
    await compressor.compress(path);
    assert.deepEqual(fs.readdirSync(join(path, "..")), []);
  });
});

Deno.test("disposed in the middle it leaves the original, and no temp file", async () => {
  await inDirectory(async (path) => {
    fs.writeFileSync(path, LINES);
    const compressor = createCompressor({ files: systemFiles, clock: systemClock });
    const job = compressor.compress(path);
    const later = compressor.compress(`${path}-2`);
    while (!fs.existsSync(gzTempOf(path))) await new Promise((resolve) => setTimeout(resolve));
    await compressor[Symbol.asyncDispose]();
    await Promise.all([job, later]);
    assert.deepEqual(fs.readdirSync(join(path, "..")), ["archive"]);
  });
});

Deno.test("a failure is told, keeps the original, and does not stop the queue", async () => {
  await inDirectory(async (path) => {
    fs.writeFileSync(path, LINES);
    fs.writeFileSync(`${path}-2`, LINES);
    let left = 1;
    const fsync = () =>
      left-- > 0 ? Promise.reject(Object.assign(new Error("EIO"), { code: "EIO" })) : Promise.resolve();
    await using compressor = createCompressor({ files: systemFiles, clock: systemClock, fsync });
    const first = compressor.compress(path);
    const second = compressor.compress(`${path}-2`);
    await assert.rejects(first, { code: "EIO" });
    await second;
    assert.deepEqual(fs.readdirSync(join(path, "..")).sort(), ["archive", "archive-2.gz"]);
  });
});
