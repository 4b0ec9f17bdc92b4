import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { systemClock } from "../system/clock.ts";
import { systemFiles } from "../system/files.ts";
import { createCompressor } from "./compressor.ts";
import { followLog, type LogQuery, readLog } from "./read_log.ts";
import { openRotatingFile } from "./open_rotating_file.ts";

const ALL: LogQuery = { lines: Infinity };

interface Place extends Disposable {
  readonly path: string;
  put(name: string, content: string): void;
}

function place(): Place {
  const directory = fs.mkdtempSync("/tmp/appd-read-");
  return {
    path: join(directory, "out.log"),
    put(name, content) {
      fs.writeFileSync(join(directory, name), name.endsWith(".gz") ? gzipSync(content) : content);
    },
    [Symbol.dispose]: () => fs.rmSync(directory, { recursive: true }),
  };
}

async function read(path: string, query: Partial<LogQuery> = {}): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of readLog(path, { ...ALL, ...query })) lines.push(new TextDecoder().decode(line));
  return lines;
}

/** Three archives, one of them compressed and one in both forms, and a current file. */
function fill(at: Place): void {
  at.put("out.log.20250101T000000.000Z.gz", "1\n2\n");
  at.put("out.log.20250102T000000.000Z", "3\n4\n");
  at.put("out.log.20250102T000000.000Z.gz", "3\n4\n");
  at.put("out.log.20250102T000000.000Z-1", "5\n");
  at.put(".out.log.20250103T000000.000Z.gz.tmp", "rubbish");
  at.put("out.log.1", "not ours\n");
  at.put("out.log", "6\n7\nunfinished");
}

Deno.test("reads archives and the current file in order, each line once", async () => {
  using at = place();
  assert.deepEqual(await read(at.path), [], "no log at all");
  fill(at);
  assert.deepEqual(await read(at.path), ["1", "2", "3", "4", "5", "6", "7", "unfinished"]);
});

Deno.test("the last lines, whatever file they are in", async () => {
  using at = place();
  fill(at);
  const all = ["1", "2", "3", "4", "5", "6", "7", "unfinished"];
  for (let lines = 0; lines < 10; lines++) {
    assert.deepEqual(await read(at.path, { lines }), all.slice(lines === 0 ? all.length : -lines));
  }
});

Deno.test("reads no more archives than it must", async () => {
  using at = place();
  fill(at);
  const opened: string[] = [];
  const files = {
    ...systemFiles,
    open(...args: Parameters<typeof systemFiles.open>) {
      opened.push(args[0]);
      return systemFiles.open(...args);
    },
  };
  for await (const _line of readLog(at.path, { lines: 3 }, { files }));
  assert.deepEqual(opened, [at.path]);
});

Deno.test("long lines, empty lines and block borders read the same in both directions", async () => {
  using at = place();
  const lines = ["", "x".repeat(70_000), "", "y".repeat(65_536), "z".repeat(65_535), "", "end", ""];
  at.put("out.log", lines.map((line) => `${line}\n`).join(""));
  assert.deepEqual(await read(at.path), lines);
  assert.deepEqual(await read(at.path, { lines: 100 }), lines);
  assert.deepEqual(await read(at.path, { lines: 4 }), lines.slice(-4));
});

Deno.test("since a time: text, JSON, and lines without a time that follow", async () => {
  using at = place();
  at.put("out.log.20250101T000000.000Z", "2024-12-31T10:00:00.000Z INFO  a: old\n");
  at.put(
    "out.log",
    "2025-01-01T10:00:00.000Z INFO  a: before\n  and its stack\n2025-01-01T11:00:00.000Z INFO  a: after\n  and its stack\n" +
      '{"timestamp":"2025-01-01T11:30:00.000Z","level":"info","logger":"a","message":"json"}\n',
  );
  const lines = await read(at.path, { since: Date.UTC(2025, 0, 1, 10, 30) });
  assert.deepEqual(
    lines.map((line) => line.slice(-11)),
    ["INFO  a: after".slice(-11), "d its stack", 'age":"json"}']
      .map((end) => end.slice(-11)),
  );
  assert.equal((await read(at.path, { since: Date.UTC(2025, 0, 1, 10, 30), lines: 1 })).length, 1);
});

Deno.test("a level and graver ones, and a pattern", async () => {
  using at = place();
  at.put(
    "out.log",
    "2025-01-01T10:00:00.000Z DEBUG a: one\n2025-01-01T10:00:00.000Z WARN  a: two\nERROR not a record\n" +
      '{"timestamp":"2025-01-01T10:00:00.000Z","level":"error","logger":"a","message":"level\\":\\"info"}\n',
  );
  assert.deepEqual((await read(at.path, { level: "warn" })).map((line) => line.slice(-5)), [": two", 'nfo"}']);
  assert.deepEqual((await read(at.path, { grep: /TW./gi, lines: 5 })).length, 1);
});

Deno.test("a damaged archive shows what it can and says so", async () => {
  using at = place();
  const whole = gzipSync("kept\n".repeat(10_000));
  at.put("out.log", "current\n");
  fs.writeFileSync(`${at.path}.20250101T000000.000Z.gz`, whole.subarray(0, whole.length - 12));
  const complaints: string[] = [];
  const lines: string[] = [];
  for await (const line of readLog(at.path, ALL, { complain: (text) => void complaints.push(text) })) {
    lines.push(new TextDecoder().decode(line));
  }
  assert.equal(lines.at(-1), "current");
  assert.match(complaints.join(), /^cannot read all of ".*\.gz": unexpected end of file$/);
});

for (const compress of [false, true]) {
  Deno.test(`follows across rotations, each line once, compression ${compress ? "on" : "off"}`, async () => {
    using at = place();
    await using compressor = createCompressor({ files: systemFiles, clock: systemClock });
    const policy = { rotateSize: 700, rotateEvery: 0, maxFiles: 10_000, maxAge: 0, maxTotal: 0, compress };
    const file = openRotatingFile({ path: at.path, policy, files: systemFiles, clock: systemClock, compressor });
    const text = new TextEncoder();
    for (let n = 0; n < 100; n++) file.write(text.encode(`line ${n}\n`));
    const stop = new AbortController();
    const seen: string[] = [];
    let next = 100;
    const query = { lines: 10 };
    for await (const line of followLog(at.path, stop.signal, { query, interval: 1 })) {
      seen.push(new TextDecoder().decode(line));
      const burst = Math.min(1 + (next * 7919) % 300, 3000 - next);
      for (let n = 0; n < burst; n++) file.write(text.encode(`line ${next++}\n`));
      if (seen.at(-1) === "line 2999") stop.abort();
    }
    await file.close();
    assert.deepEqual(seen, Array.from({ length: 2910 }, (_, index) => `line ${90 + index}`));
  });
}

Deno.test("follows a log that is not there yet, and one that something else moves", async () => {
  using at = place();
  const stop = new AbortController();
  const seen: string[] = [];
  queueMicrotask(() => at.put("out.log", "one\ntw"));
  for await (const line of followLog(at.path, stop.signal, { interval: 1 })) {
    seen.push(new TextDecoder().decode(line));
    if (seen.length === 1) {
      fs.appendFileSync(at.path, "o\n");
    } else if (seen.length === 2) {
      fs.renameSync(at.path, `${at.path}.1`);
      fs.appendFileSync(`${at.path}.1`, "late\n");
      at.put("out.log", "new\n");
    } else if (seen.length === 4) stop.abort();
  }
  assert.deepEqual(seen, ["one", "two", "late", "new"]);
});

Deno.test("says so when archives were removed before they could be followed", async () => {
  using at = place();
  const stop = new AbortController();
  const complaints: string[] = [];
  const seen: string[] = [];
  at.put("out.log", "one\n");
  const options = { query: { lines: 1 }, interval: 1, complain: (text: string) => void complaints.push(text) };
  for await (const line of followLog(at.path, stop.signal, options)) {
    seen.push(new TextDecoder().decode(line));
    if (seen.length === 1) {
      at.put("out.log.20250103T000000.000Z", "three\n"); // The archive with the rest of the first file is gone.
      fs.rmSync(at.path);
      at.put("out.log", "four\n");
    } else if (seen.length === 3) stop.abort();
  }
  assert.deepEqual(seen, ["one", "three", "four"]);
  assert.match(complaints.join(), /lines are missing/);
});

Deno.test("the records of one logger and of those below it, in text and as JSON", async () => {
  using at = place();
  const json = (logger: string, message: string) =>
    `{"timestamp":"2025-01-01T10:00:00.000Z","level":"info","logger":"${logger}","message":"${message}"}\n`;
  at.put(
    "out.log",
    "2025-01-01T10:00:00.000Z INFO  a.b: one\n2025-01-01T10:00:00.000Z WARN  a.bc: two a.b: x\n" +
      "no record of a.b: three\n2025-01-01T10:00:00.000Z ERROR a.b.c: four\n" +
      json("a.b", "five") + json("a.bc", 'six\\",\\"logger\\":\\"a.b\\"'),
  );
  const found = (await read(at.path, { logger: "a.b" })).map((line) => /(one|two|three|four|five|six)/.exec(line)?.[0]);
  assert.deepEqual(found, ["one", "four", "five"]);
});
