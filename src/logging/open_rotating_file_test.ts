import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { FakeClock } from "../system/fake_clock.ts";
import { systemClock } from "../system/clock.ts";
import { type Files, systemFiles } from "../system/files.ts";
import { gzTempOf, nextPathOf } from "./archives.ts";
import { createCompressor } from "./compressor.ts";
import { openRotatingFile } from "./open_rotating_file.ts";
import type { RotatingFileOptions } from "./rotating_file.ts";
import type { RotationPolicy } from "./rotation_policy.ts";

const KEEP_ALL: RotationPolicy = {
  rotateSize: 0,
  rotateEvery: 0,
  maxFiles: 1000,
  maxAge: 0,
  maxTotal: 0,
  compress: false,
};
const text = (value: string) => new TextEncoder().encode(value);

interface Setup extends AsyncDisposable {
  readonly directory: string;
  readonly path: string;
  readonly clock: FakeClock;
  readonly complaints: string[];
  open(policy?: Partial<RotationPolicy>, more?: Partial<RotatingFileOptions>): ReturnType<typeof openRotatingFile>;
  archives(): string[];
  read(name?: string): string;
}

function setup(files: Files = systemFiles): Setup {
  const directory = fs.mkdtempSync("/tmp/appd-log-");
  const path = join(directory, "out.log");
  const clock = new FakeClock();
  const complaints: string[] = [];
  const compressor = createCompressor({ files, clock: systemClock });
  const opened: ReturnType<typeof openRotatingFile>[] = [];
  return {
    directory,
    path,
    clock,
    complaints,
    open(policy = {}, more = {}) {
      const complain = (line: string) => void complaints.push(line);
      const options = { path, policy: { ...KEEP_ALL, ...policy }, files, clock, compressor, complain, ...more };
      const file = openRotatingFile(options);
      opened.push(file);
      return file;
    },
    archives: () => fs.readdirSync(directory).filter((name) => name !== "out.log").sort(),
    read: (name = "out.log") => fs.readFileSync(join(directory, name), "utf8"),
    async [Symbol.asyncDispose]() {
      for (const file of opened) await file.close();
      await compressor[Symbol.asyncDispose]();
      fs.rmSync(directory, { recursive: true, force: true });
    },
  };
}

Deno.test("rotates before a line that would not fit, and never inside one", async () => {
  await using t = setup();
  const file = t.open({ rotateSize: 10 });
  file.write(text("aaaa\nbbbb\ncc"));
  file.write(text("cc\ndddd\n"));
  const [first = "", ...others] = t.archives();
  assert.equal(t.read(first), "aaaa\nbbbb\n");
  assert.equal(t.read(), "cccc\ndddd\n");
  assert.deepEqual(others, []);
  assert.equal(first, "out.log.20251101T103000.000Z");
});

Deno.test("a line longer than the size limit stays whole", async () => {
  await using t = setup();
  const file = t.open({ rotateSize: 4 });
  file.write(text("0123456789\nab\nc\nd\n"));
  assert.deepEqual(t.archives().map(t.read), ["0123456789\n", "ab\n"]);
  assert.equal(t.read(), "c\nd\n");
});

Deno.test("archives of one millisecond, and of a clock set back, keep their order", async () => {
  await using t = setup();
  const file = t.open({ rotateSize: 2 });
  file.write(text("1\n2\n3\n"));
  t.clock.jump(-86_400_000);
  file.write(text("4\n"));
  assert.deepEqual(t.archives(), [
    "out.log.20251101T103000.000Z",
    "out.log.20251101T103000.000Z-1",
    "out.log.20251101T103000.000Z-2",
  ]);
  assert.deepEqual(t.archives().map(t.read), ["1\n", "2\n", "3\n"]);
});

Deno.test("an archive name that is taken is never overwritten", async () => {
  await using t = setup();
  const file = t.open();
  fs.writeFileSync(`${t.path}.20251101T103000.000Z`, "taken\n");
  fs.writeFileSync(`${t.path}.20251101T103000.000Z-1.gz`, "taken");
  file.write(text("ours\n"));
  await file.rotate();
  assert.deepEqual(t.archives().map(t.read), ["taken\n", "taken", "ours\n"]);
});

Deno.test("rotates when its period is over, also a file of an earlier run, but never an empty one", async () => {
  await using t = setup();
  const file = t.open({ rotateEvery: 86_400_000 });
  t.clock.advance(86_400_000);
  file.write(text("day two\n"));
  assert.deepEqual(t.archives(), []);
  t.clock.advance(86_400_000);
  assert.equal(t.archives().length, 1, "rotated without a write");
  file.write(text("day three\n"));
  await file.close();
  fs.utimesSync(t.path, t.clock.now() / 1000, t.clock.now() / 1000);
  t.clock.advance(86_400_000);
  t.open({ rotateEvery: 86_400_000 }).write(text("day four\n"));
  assert.equal(t.read(), "day four\n");
});

Deno.test("rotates on demand, compresses, and says so by resolving", async () => {
  await using t = setup();
  const file = t.open({ compress: true });
  file.write(text("one\n"));
  await file.rotate();
  const [archive = ""] = t.archives();
  assert.match(archive, /^out\.log\.\d{8}T\d{6}\.\d{3}Z\.gz$/);
  assert.equal(gunzipSync(fs.readFileSync(join(t.directory, archive))).toString(), "one\n");
  assert.equal(t.read(), "");
  t.clock.advance(1000);
  await file.rotate();
  assert.equal(t.archives().length, 1, "an empty file is not rotated");
});

Deno.test("a storm of demands is one rotation and one more", async () => {
  await using t = setup();
  const file = t.open();
  file.write(text("one\n"));
  const all = Array.from({ length: 500 }, () => file.rotate());
  file.write(text("two\n"));
  await all[0];
  await Promise.resolve();
  t.clock.advance(1000);
  await Promise.all(all);
  assert.deepEqual(t.archives().map(t.read), ["one\n", "two\n"]);
});

Deno.test("a rotation on demand waits for the newline, but not for ever", async () => {
  await using t = setup();
  const file = t.open();
  file.write(text("begin"));
  const done = file.rotate();
  t.clock.advance(2000);
  await done;
  assert.deepEqual(t.archives(), []);
  file.write(text(" end\nnext"));
  assert.deepEqual(t.archives().map(t.read), ["begin end\n"]);
  assert.equal(t.read(), "next");
});

Deno.test("keeps the number, the age and the total that the policy allows", async () => {
  await using t = setup();
  const file = t.open({ rotateSize: 2, maxFiles: 3, maxAge: 60_000 });
  for (let n = 0; n < 8; n++) file.write(text(`${n}\n`));
  assert.deepEqual(t.archives().map(t.read), ["4\n", "5\n", "6\n"]);
  t.clock.advance(120_000);
  assert.deepEqual(t.archives(), []);
  file.setPolicy({ ...KEEP_ALL, rotateSize: 10, maxTotal: 35 });
  for (let n = 0; n < 20; n++) file.write(text("123456789\n"));
  const total = [...t.archives(), "out.log"].reduce((sum, name) => sum + t.read(name).length, 0);
  assert.ok(total <= 35, `${total} bytes`);
});

Deno.test("reopens a file that was moved, at the newline", async () => {
  await using t = setup();
  const file = t.open();
  file.write(text("old\nhalf"));
  fs.renameSync(t.path, `${t.path}.1`);
  file.reopen();
  file.write(text(" line\nnew\n"));
  assert.equal(t.read("out.log.1"), "old\nhalf line\n");
  assert.equal(t.read(), "new\n");
});

Deno.test("rotate on demand leaves a file alone that logrotate has moved, and opens a new one", async () => {
  await using t = setup();
  const file = t.open();
  file.write(text("old\n"));
  fs.renameSync(t.path, `${t.path}.1`);
  await file.rotate();
  file.write(text("new\n"));
  assert.deepEqual(t.archives(), ["out.log.1"]);
  assert.equal(t.read(), "new\n");
});

Deno.test("a deleted directory comes back within a second, with the lines that went with it", async () => {
  await using t = setup();
  const file = t.open();
  file.write(text("kept before\n"));
  t.clock.advance(1000);
  file.write(text("seen\n"));
  fs.rmSync(t.directory, { recursive: true });
  file.write(text("written into nowhere\nand a ha"));
  t.clock.advance(1000);
  file.write(text("lf\nafter\n"));
  assert.equal(t.read(), "seen\nwritten into nowhere\nand a half\nafter\n");
  assert.equal(file.problem, undefined);
});

Deno.test("a truncated file is gone on with", async () => {
  await using t = setup();
  const file = t.open({ rotateSize: 20 });
  file.write(text("0123456789\n"));
  fs.truncateSync(t.path, 0);
  t.clock.advance(1000);
  file.write(text("0123456789\n"));
  assert.deepEqual(t.archives(), []);
  assert.equal(t.read(), "0123456789\n");
});

Deno.test("takes up a file with an unfinished line, and removes what a crash left", async () => {
  await using t = setup();
  fs.writeFileSync(t.path, "one\nhal");
  fs.writeFileSync(nextPathOf(t.path), "");
  fs.writeFileSync(`${t.path}.20251031T000000.000Z`, "");
  fs.writeFileSync(`${t.path}.20251030T000000.000Z`, "older\n");
  fs.writeFileSync(gzTempOf(`${t.path}.20251030T000000.000Z`), "garbage");
  fs.writeFileSync(`${t.path}.old.tmp`, "not ours");
  const file = t.open();
  assert.equal(file.lineBytes, 3);
  assert.deepEqual(t.archives(), ["out.log.20251030T000000.000Z", "out.log.old.tmp"]);
  file.write(text("f\n"));
  assert.equal(t.read(), "one\nhalf\n");
});

Deno.test("an original beside its archive is compressed again and counts once", async () => {
  await using t = setup();
  fs.writeFileSync(`${t.path}.20251030T000000.000Z`, "whole\n");
  fs.writeFileSync(`${t.path}.20251030T000000.000Z.gz`, "half a gz");
  const file = t.open({ compress: true });
  await file.rotate();
  assert.deepEqual(t.archives(), ["out.log.20251030T000000.000Z.gz"]);
  assert.equal(gunzipSync(fs.readFileSync(join(t.directory, t.archives()[0] ?? ""))).toString(), "whole\n");
});

Deno.test("refuses a symbolic link, a directory and a FIFO", async () => {
  await using t = setup();
  fs.symlinkSync("/dev/null", t.path);
  assert.throws(() => t.open(), /cannot log to .*symbolic link/);
  fs.rmSync(t.path);
  fs.mkdirSync(t.path);
  assert.throws(() => t.open(), /cannot log to .*directory/);
});

Deno.test("files are private", async () => {
  await using t = setup();
  const file = t.open({ compress: true });
  file.write(text("secret\n"));
  await file.rotate();
  for (const name of fs.readdirSync(t.directory)) {
    assert.equal(fs.statSync(join(t.directory, name)).mode & 0o777, 0o600, name);
  }
});

Deno.test("what takes the passage is counted as if it had been written", async () => {
  await using t = setup();
  const file = t.open({ rotateSize: 10 });
  const pass = (line: string, landed = line.length) => {
    const way = file.passage();
    assert.ok(way !== undefined && line.length <= way.room, line);
    fs.writeSync(way.descriptor, text(line), 0, landed);
    way.settle(text(line), { landed });
  };
  pass("aaaa\nbb");
  assert.deepEqual([file.passage()?.room, file.lineBytes], [3, 2]);
  file.write(text("bb\ncc\n"));
  assert.deepEqual([t.archives().map(t.read), t.read()], [["aaaa\nbbbb\n"], "cc\n"]);
  pass("d\n", 1);
  assert.equal(t.read(), "cc\nd\n", "the rest that did not land follows");
});

Deno.test("a passage that fails begins a gap, and there is none while it lasts", async () => {
  await using t = setup();
  const file = t.open();
  file.write(text("one\n"));
  const way = file.passage();
  fs.writeSync(way?.descriptor ?? -1, text("tw"));
  way?.settle(text("two\nthree\n"), { landed: 2, error: Object.assign(new Error("full"), { code: "ENOSPC" }) });
  assert.equal(file.passage(), undefined);
  assert.deepEqual([t.read(), file.dropped], ["one\n", { lines: 2, bytes: 10 }]);
  t.clock.advance(1000);
  assert.match(t.read(), /^one\n\[appd\] gap: 2 lines \(10 bytes\) lost .*: ENOSPC\n$/);
  assert.ok(file.passage() !== undefined);
});

Deno.test("there is no passage while a rotation waits for the end of a line, nor after the end", async () => {
  await using t = setup();
  const file = t.open();
  file.write(text("open"));
  const done = file.rotate();
  assert.equal(file.passage(), undefined);
  file.write(text("\n"));
  await done;
  assert.ok(file.passage() !== undefined);
  await file.close();
  assert.equal(file.passage(), undefined);
});
