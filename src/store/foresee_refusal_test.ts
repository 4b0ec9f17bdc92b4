import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { systemFiles } from "../system/files.ts";
import { openReadOnly, openSqlite } from "../system/sqlite.ts";
import { foreseeRefusal } from "./foresee_refusal.ts";
import type { MigrationList } from "./messages.ts";
import { directory, insert, NOTES, openNotes, texts } from "./testing.ts";

const SECOND = { version: 2, name: "colours", sql: "ALTER TABLE note ADD COLUMN colour TEXT" };
const TWO: MigrationList = { owner: "test", migrations: [...NOTES.migrations, SECOND] };

function then(sql: string): MigrationList {
  return { owner: "test", migrations: [...NOTES.migrations, { version: 2, name: "next", sql }] };
}

function foresee(place: string, list: MigrationList, { isChosen = false } = {}) {
  const path = join(place, "appd.db");
  return foreseeRefusal({
    ...{ files: systemFiles, path, isChosen, lists: [list], now: 0, read: openReadOnly, open: openSqlite },
  });
}

/** Every file with its content, but for the index of the log, which is memory that readers share with the writer. */
function contentOf(place: string): readonly string[] {
  return fs.readdirSync(place).sort().map((name) => {
    const { ino, mtimeMs } = fs.statSync(join(place, name));
    return name.endsWith("-shm") ? name : `${name} ${ino} ${mtimeMs} ${fs.readFileSync(join(place, name), "latin1")}`;
  });
}

const REFUSED: Readonly<Record<string, readonly [list: MigrationList, message: RegExp]>> = {
  "a database that is newer": [
    { owner: "test", migrations: [] },
    /^cannot use ".*appd\.db": version 1 of "test" wrote it, this one knows 0$/,
  ],
  "a step with another text": [
    { owner: "test", migrations: [{ ...NOTES.migrations[0]!, sql: "CREATE TABLE other (a)" }] },
    /^cannot use ".*appd\.db": migration 1 of "test" \(notes\) has another text than when it was applied$/,
  ],
  "a new step that fails": [
    then("CREATE TABLE half (a); INSERT INTO note (text) VALUES ('a')"),
    /^cannot migrate ".*appd\.db" to version 2 of "test" \(next\): UNIQUE constraint failed: note\.text$/,
  ],
};

for (const [what, [list, message]] of Object.entries(REFUSED)) {
  for (const isOpen of [true, false]) {
    Deno.test(`${what} is foreseen, in the words of the opening, while ${isOpen ? "another" : "nobody"} has it open`, async () => {
      using place = directory();
      const store = await openNotes(place.path);
      await store.write(insert("a"));
      if (!isOpen) await store[Symbol.asyncDispose]();
      const before = contentOf(place.path);
      const refusal = foresee(place.path, list);
      assert.deepEqual(contentOf(place.path), before);
      assert.match(refusal?.message ?? "nothing", message);
      await store[Symbol.asyncDispose]();
      const opened = await openNotes(place.path, { migrations: [list] }).then(() => undefined, (error) => error);
      assert.deepEqual([refusal?.message, refusal?.hint, refusal?.exit], [opened?.message, opened?.hint, opened?.exit]);
    });
  }
}

Deno.test("what would be taken up is not refused, and nobody's writing waits for the look", async () => {
  using place = directory();
  await using store = await openNotes(place.path);
  await store.write(insert("a"));
  assert.equal(foresee(place.path, NOTES), undefined);
  const before = contentOf(place.path);
  assert.equal(foresee(place.path, TWO), undefined);
  assert.deepEqual(contentOf(place.path), before);
  const db = openSqlite(join(place.path, "appd.db"));
  db.exec("BEGIN IMMEDIATE; INSERT INTO note (text) VALUES ('held')"); // Somebody is writing at this moment.
  assert.equal(foresee(place.path, TWO), undefined);
  assert.match(foresee(place.path, then("bad"))?.message ?? "", /syntax error/);
  db.exec("COMMIT");
  db.close();
  assert.deepEqual(await texts(store), ["a", "held"]);
});

Deno.test("a database that does not exist yet: its steps are tried, and it still does not exist", () => {
  using place = directory();
  assert.equal(foresee(place.path, TWO), undefined);
  assert.match(foresee(place.path, then("bad"))?.message ?? "", /^cannot migrate ".*appd\.db" to version 2/);
  assert.deepEqual(fs.readdirSync(place.path), []);
});

Deno.test("a damaged database would be set aside, not refused: it stays where it is", () => {
  using place = directory();
  fs.writeFileSync(join(place.path, "appd.db"), "x".repeat(8192));
  const before = contentOf(place.path);
  assert.equal(foresee(place.path, NOTES), undefined);
  assert.deepEqual(contentOf(place.path), before);
});

Deno.test("a directory in its place is refused as at the opening", () => {
  using place = directory();
  fs.mkdirSync(join(place.path, "appd.db"));
  assert.match(foresee(place.path, NOTES)?.message ?? "", /it is a directory, not a regular file$/);
});

Deno.test("a step that would change another file is not tried", async () => {
  using place = directory();
  await (await openNotes(place.path))[Symbol.asyncDispose]();
  const other = join(place.path, "other.db");
  assert.equal(foresee(place.path, then(`ATTACH '${other}' AS other; CREATE TABLE other.t (a); bad`)), undefined);
  assert.deepEqual(fs.readdirSync(place.path), ["appd.db"]);
});

Deno.test("a log beside an emptied file is foreseen to be refused where somebody chose the place, one alone nowhere", () => {
  using place = directory();
  fs.writeFileSync(join(place.path, "appd.db-wal"), "a log\n");
  assert.equal(foresee(place.path, NOTES, { isChosen: true }), undefined);
  fs.writeFileSync(join(place.path, "appd.db"), "");
  assert.match(
    foresee(place.path, NOTES, { isChosen: true })?.message ?? "",
    /: it is empty, its write-ahead log is not$/,
  );
  assert.equal(foresee(place.path, NOTES), undefined);
});
