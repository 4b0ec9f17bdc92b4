import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { createFifos } from "./fifo.ts";
import { isHeld, markFifo } from "./fifo_mark.ts";

const buffer = new Uint8Array(100);

/** A FIFO in a directory of its own. */
function lab() {
  const directory = fs.mkdtempSync("/tmp/appd-fifo-");
  const path = join(directory, "f");
  assert.equal(createFifos().ensure(path), false);
  return { path, [Symbol.dispose]: () => fs.rmSync(directory, { recursive: true }) };
}

Deno.test("a FIFO that nobody wrote into is not worth a read, one write makes it so", () => {
  using t = lab();
  using fifo = createFifos().open(t.path, true);
  assert.ok(fifo.mayHold(), "the first time nothing is known");
  assert.equal(fifo.read(buffer), 0);
  for (let i = 0; i < 5; i++) assert.equal(fifo.mayHold(), false);
  for (let i = 0; i < 3; i++) {
    fs.writeSync(fifo.keeper, new Uint8Array(7));
    assert.ok(fifo.mayHold());
    assert.equal(fifo.read(buffer), 7);
    assert.ok(fifo.mayHold(), "the mark is set anew");
    assert.equal(fifo.read(buffer), 0);
    assert.equal(fifo.mayHold(), false);
  }
});

Deno.test("what comes between the mark and the read is not forgotten", () => {
  using t = lab();
  using fifo = createFifos().open(t.path, true);
  fifo.mayHold();
  fs.writeSync(fifo.keeper, new Uint8Array(1));
  assert.equal(fifo.read(buffer), 1);
  fs.writeSync(fifo.keeper, new Uint8Array(1));
  assert.ok(fifo.mayHold());
  assert.equal(fifo.read(buffer), 1);
});

Deno.test("from time to time it is read in any case", () => {
  using t = lab();
  using fifo = createFifos().open(t.path, true);
  let reads = 0;
  for (let i = 0; i < 100; i++) if (fifo.mayHold()) reads += fifo.read(buffer) + 1;
  assert.ok(reads > 3 && reads < 20, `${reads}`);
});

Deno.test("a FIFO that others hold is not tried, but what comes shows whether the mark works", () => {
  using t = lab();
  const other = fs.openSync(t.path, "r+");
  assert.ok(isHeld(t.path));
  using fifo = createFifos().open(t.path, false);
  for (let i = 0; i < 5; i++) {
    assert.ok(fifo.mayHold(), "nothing is known yet");
    assert.equal(fifo.read(buffer), 0);
  }
  fs.writeSync(other, new Uint8Array(3));
  assert.ok(fifo.mayHold());
  assert.equal(fifo.read(buffer), 3);
  assert.ok(fifo.mayHold());
  assert.equal(fifo.read(buffer), 0);
  assert.equal(fifo.mayHold(), false);
  fs.closeSync(other);
});

Deno.test("where a write does not show, every look is a read", () => {
  using t = lab();
  const fd = fs.openSync(t.path, "r+");
  const mark = markFifo(t.path, fd, { works: true });
  mark.mayHold();
  mark.wasRead(0, true);
  assert.equal(mark.mayHold(), false);
  mark.wasRead(5, true); // As on overlayfs: it came, but the mtime is still 0.
  for (let i = 0; i < 5; i++) {
    assert.ok(mark.mayHold());
    mark.wasRead(0, true);
  }
  fs.closeSync(fd);
});

Deno.test("opening leaves nothing in a new FIFO, and takes nothing from one that others write into", () => {
  using t = lab();
  assert.equal(isHeld(t.path), false);
  const fifo = createFifos().open(t.path, true);
  assert.equal(fifo.read(buffer), 0);
  const writer = fs.openSync(t.path, "w");
  fs.writeSync(writer, new Uint8Array(5));
  fifo[Symbol.dispose]();
  assert.equal(isHeld(t.path), false, "only for writing");
  using again = createFifos().open(t.path, false);
  assert.equal(again.read(buffer), 5);
  fs.closeSync(writer);
});

Deno.test("what one FIFO has shown holds for all of its file system", () => {
  using t = lab();
  const fifos = createFifos();
  fifos.open(t.path, true)[Symbol.dispose]();
  const other = fs.openSync(t.path, "r+");
  using fifo = fifos.open(t.path, false);
  fifo.mayHold();
  fifo.read(buffer);
  assert.equal(fifo.mayHold(), false);
  fs.closeSync(other);
});

for (
  const [what, mode, directoryMode, isKept] of [
    ["a FIFO of ours alone", 0o600, 0o755, true],
    ["a FIFO that others write, kept from them by its directory", 0o622, 0o700, true],
    ["a FIFO that others write and reach", 0o622, 0o755, false],
    ["a FIFO that others read", 0o644, 0o700, false],
  ] as const
) {
  Deno.test(`${what} is ${isKept ? "kept" : "replaced"}`, () => {
    const directory = Deno.makeTempDirSync();
    const path = `${directory}/output.fifo`;
    assert.equal(createFifos().ensure(path), false);
    Deno.chmodSync(path, mode);
    Deno.chmodSync(directory, directoryMode);
    const before = Deno.statSync(path);
    assert.equal(createFifos().ensure(path), isKept);
    const after = Deno.statSync(path);
    assert.deepEqual([after.isFifo, (after.mode ?? 0) & 0o777], [true, isKept ? mode : 0o600]);
    if (isKept) assert.equal(after.ino, before.ino);
    Deno.removeSync(directory, { recursive: true });
  });
}

Deno.test("many are made at once, and are new to who asks for them first", () => {
  const directory = Deno.makeTempDirSync();
  const fifos = createFifos();
  const [a, b, there] = ["a", "b", "there"].map((name) => join(directory, name)) as [string, string, string];
  assert.equal(fifos.ensure(there), false);
  fifos.prepare([a, there, join(directory, "none", "c"), b]);
  for (const path of [a, b]) {
    assert.equal((Deno.statSync(path).mode ?? 0) & 0o777, 0o600);
    assert.deepEqual([fifos.ensure(path), fifos.ensure(path)], [false, true]);
  }
  assert.equal(fifos.ensure(there), true);
  assert.throws(() => fifos.ensure(join(directory, "none", "c")), { code: "ENOENT" });
  Deno.removeSync(directory, { recursive: true });
});
