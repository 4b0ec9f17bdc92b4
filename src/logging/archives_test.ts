import assert from "node:assert/strict";
import { archiveAfter, gzTempOf, leftovers, listArchives, nextPathOf, parseArchiveName } from "./archives.ts";

const LOG = "/var/log/out.log";
const NOW = Date.UTC(2025, 10, 1, 10, 30, 0, 123);

function directory(...names: string[]) {
  return { list: () => names };
}

Deno.test("a name and what it says are the same thing", () => {
  const first = archiveAfter(LOG, NOW, undefined);
  const second = archiveAfter(LOG, NOW, first);
  assert.equal(first.path, "/var/log/out.log.20251101T103000.123Z");
  assert.equal(second.path, "/var/log/out.log.20251101T103000.123Z-1");
  for (const archive of [first, second]) {
    assert.deepEqual(parseArchiveName(LOG, archive.path.slice("/var/log/".length)), archive);
  }
});

Deno.test("a clock set back does not make an archive older than the last", () => {
  const last = archiveAfter(LOG, NOW, undefined);
  assert.equal(archiveAfter(LOG, NOW - 86_400_000, last).path, `${last.path}-1`);
});

Deno.test("names of others are none of ours", () => {
  for (const name of ["out.log", "out.log.1", "out.log.20251101", "out.log.20251101T103000.123Z-0", "out.log.gz"]) {
    assert.equal(parseArchiveName(LOG, name), undefined, name);
  }
  assert.equal(parseArchiveName(LOG, "outXlog.20251101T103000.123Z"), undefined);
  assert.equal(parseArchiveName(LOG, ".out.log.20251101T103000.123Z.gz.tmp"), undefined);
});

Deno.test("archives come in order of age, numbers as numbers, each once", () => {
  const stamp = "out.log.20251101T103000.123Z";
  const files = directory(
    `${stamp}-10`,
    `${stamp}-9.gz`,
    `${stamp}-2`,
    `${stamp}-2.gz`,
    stamp,
    "out.log.20250101T000000.000Z",
  );
  const found = listArchives(files, LOG).map((archive) => [archive.serial, archive.compressed]);
  assert.deepEqual(found, [[0, false], [0, false], [2, false], [9, true], [10, false]]);
});

Deno.test("leftovers are ours alone", () => {
  const files = directory(
    ".out.log.next.tmp",
    ".out.log.20251101T103000.123Z.gz.tmp",
    "out.log.tmp",
    "x.next.tmp",
    "out.log",
  );
  assert.deepEqual(leftovers(files, LOG), [nextPathOf(LOG), gzTempOf(`${LOG}.20251101T103000.123Z`)]);
});

Deno.test("a directory that is not there has no archives", () => {
  const files = {
    list(): string[] {
      throw Object.assign(new Error(), { code: "ENOENT" });
    },
  };
  assert.deepEqual(listArchives(files, LOG), []);
});
