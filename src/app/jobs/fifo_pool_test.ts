import assert from "node:assert/strict";
import { closeSync, constants, lstatSync, mkdtempSync, openSync, readdirSync, rmSync, unlinkSync } from "node:fs";
import { createFifos } from "../../system/fifo.ts";
import { systemFiles } from "../../system/files.ts";
import { FifoPool } from "./fifo_pool.ts";

function place() {
  const directory = mkdtempSync("/tmp/appd-pool-");
  const fifos = createFifos();
  let made = 0;
  const counting = { ...fifos, prepare: (paths: readonly string[]) => (made++, fifos.prepare(paths)) };
  return {
    path: (name: string) => `${directory}/${name}`,
    isFifo: (name: string) => lstatSync(`${directory}/${name}`).isFIFO(),
    idle: () => readdirSync(directory).filter((name) => name.startsWith(".idle")).sort(),
    made: () => made,
    open: () => new FifoPool({ fifos: counting, files: systemFiles, directory }),
    [Symbol.dispose]: () => rmSync(directory, { recursive: true }),
  };
}

Deno.test("a FIFO is made once and used again, also by the next daemon", () => {
  using at = place();
  const pool = at.open();
  for (let i = 0; i < 20; i++) {
    pool.take(at.path("run"));
    assert.ok(at.isFifo("run"));
    assert.equal(pool.give(at.path("run")), true);
  }
  const next = at.open();
  for (const name of ["a", "b", "c", "d"]) next.take(at.path(name));
  assert.equal(at.made(), 1);
  next.take(at.path("e"));
  assert.deepEqual([at.made(), at.isFifo("e"), at.idle().length], [2, true, 3]);
});

Deno.test("a FIFO that somebody has open is not used again", () => {
  using at = place();
  const pool = at.open();
  pool.take(at.path("run"));
  const fd = openSync(at.path("run"), constants.O_RDWR);
  assert.equal(pool.give(at.path("run")), false);
  const { ino } = lstatSync(at.path("run"));
  for (const name of ["a", "b", "c"]) {
    pool.take(at.path(name));
    assert.notEqual(lstatSync(at.path(name)).ino, ino);
  }
  closeSync(fd);
  assert.equal(pool.give(at.path("run")), true);
  const idle = openSync(at.path(at.idle()[0] ?? ""), constants.O_RDWR);
  pool.take(at.path("f"));
  assert.notEqual(lstatSync(at.path("f")).ino, ino, "it was opened while it waited");
  closeSync(idle);
});

Deno.test("those that are too few are made twice as many at a time", () => {
  using at = place();
  const pool = at.open();
  for (let i = 0; i < 60; i++) pool.take(at.path(`run${i}`));
  assert.deepEqual([at.made(), at.idle().length], [4, 0]);
});

Deno.test("what somebody removed is made anew", () => {
  using at = place();
  const pool = at.open();
  pool.take(at.path("run"));
  for (const name of at.idle()) unlinkSync(at.path(name));
  pool.take(at.path("other"));
  assert.ok(at.isFifo("other"));
  unlinkSync(at.path("run"));
  assert.equal(pool.give(at.path("run")), true);
});
