import assert from "node:assert/strict";
import fs from "node:fs";
import { AppdError } from "../base/errors.ts";
import { openSqlite } from "../system/sqlite.ts";
import type { MigrationList } from "./messages.ts";
import type { Store } from "./store.ts";
import { directory, NOTES, openNotes } from "./testing.ts";

const SECOND = {
  version: 2,
  name: "colours",
  sql: "ALTER TABLE note ADD COLUMN colour TEXT; CREATE INDEX by_colour ON note (colour)",
};
const TWO: MigrationList = { owner: "test", migrations: [...NOTES.migrations, SECOND] };
const APP: MigrationList = {
  owner: "app",
  migrations: [{ version: 1, name: "own", sql: "CREATE TABLE own (id INTEGER)" }],
};

async function tables(store: Store): Promise<string> {
  const rows = await store.read(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY 1",
  );
  return rows.map(({ name }) => name).join(" ");
}

async function failure(place: string, list: MigrationList): Promise<AppdError> {
  const error = await openNotes(place, { migrations: [list] }).then(() => undefined, (error) => error);
  assert.ok(error instanceof AppdError, String(error));
  return error;
}

Deno.test("steps that are missing are taken, each once; every owner has versions of its own", async () => {
  using place = directory();
  await (await openNotes(place.path))[Symbol.asyncDispose]();
  {
    await using store = await openNotes(place.path, { migrations: [TWO, APP] });
    assert.deepEqual(store.health().migrations, { current: 3, latest: 3, pending: 0 });
    assert.equal(await tables(store), "note own store_migration");
    await store.write([{ sql: "INSERT INTO note (text, colour) VALUES ('a', 'red')" }]);
    const rows = await store.read("SELECT owner, version, name FROM store_migration ORDER BY 1, 2");
    assert.deepEqual(rows.map((row) => Object.values(row).join(" ")), ["app 1 own", "test 1 notes", "test 2 colours"]);
  }
  await using again = await openNotes(place.path, { migrations: [TWO] });
  assert.deepEqual(await again.read("SELECT colour FROM note"), [{ colour: "red" }]);
});

const BAD: Readonly<Record<string, readonly [sql: string, message: RegExp]>> = {
  "a mistake in its second statement": ["CREATE TABLE half (a); CREATE TABLE half (a)", /table half already exists/],
  "a row that refers to nothing": [
    "CREATE TABLE half (a REFERENCES note (id)); INSERT INTO half VALUES (7)",
    /a row of "half" refers to a row of "note" that is not there$/,
  ],
  "an end of its own transaction": ["CREATE TABLE half (a); ROLLBACK", /it ends the transaction that it runs in$/],
};

for (const [what, [sql, message]] of Object.entries(BAD)) {
  Deno.test(`a step with ${what} is undone whole and refused with 78`, async () => {
    using place = directory();
    const bad = { owner: "test", migrations: [...TWO.migrations, { version: 3, name: "bad", sql }] };
    const error = await failure(place.path, bad);
    assert.equal(error.exitCode, 78);
    assert.match(error.message, /^cannot migrate ".*appd\.db" to version 3 of "test" \(bad\): /);
    assert.match(error.message, message);
    assert.match(error.hint ?? "", /undone/);
    await using store = await openNotes(place.path, { migrations: [TWO] });
    assert.equal(await tables(store), "note store_migration");
  });
}

Deno.test("good steps before a bad one are undone with it, also those of another owner", async () => {
  using place = directory();
  await (await openNotes(place.path))[Symbol.asyncDispose]();
  const bad = { owner: "app", migrations: [...APP.migrations, { version: 2, name: "bad", sql: "DROP TABLE none" }] };
  const error = await openNotes(place.path, { migrations: [TWO, bad] }).then(() => undefined, (error) => error);
  assert.match(
    error?.message ?? "",
    /^cannot migrate ".*appd\.db" to version 2 of "app" \(bad\): no such table: none$/,
  );
  await using store = await openNotes(place.path);
  assert.equal(await tables(store), "note store_migration");
  assert.deepEqual(store.health().migrations, { current: 1, latest: 1, pending: 0 });
});

Deno.test("a step may build a table anew that others refer to", async () => {
  using place = directory();
  const sql =
    "CREATE TABLE line (note INTEGER REFERENCES note (id)); INSERT INTO note (id) VALUES (1); INSERT INTO line VALUES (1)";
  const rebuild =
    "CREATE TABLE fresh (id INTEGER PRIMARY KEY); INSERT INTO fresh SELECT id FROM note; DROP TABLE note; ALTER TABLE fresh RENAME TO note";
  const steps = [...NOTES.migrations, { version: 2, name: "line", sql }, { version: 3, name: "anew", sql: rebuild }];
  await using store = await openNotes(place.path, { migrations: [{ owner: "test", migrations: steps }] });
  assert.deepEqual(await store.read("SELECT note FROM line"), [{ note: 1 }]);
  await assert.rejects(store.write([{ sql: "INSERT INTO line VALUES (9)" }]), /FOREIGN KEY constraint failed/);
});

Deno.test("a database of a newer version is refused with 78 and left as it is", async () => {
  using place = directory();
  await (await openNotes(place.path, { migrations: [TWO] }))[Symbol.asyncDispose]();
  const error = await failure(place.path, NOTES);
  assert.equal(error.exitCode, 78);
  const path = `${place.path}/appd.db`;
  assert.equal(error.message, `cannot use "${path}": version 2 of "test" wrote it, this one knows 1`);
  assert.match(error.hint ?? "", /mv ".*appd\.db" ".*appd\.db\.newer"$/);
  const db = openSqlite(path);
  assert.equal(db.run("SELECT count(*) AS n FROM store_migration").rows[0]?.n, 2);
  db.close();
});

Deno.test("a list whose versions have a gap is a bug and changes nothing", async () => {
  using place = directory();
  const gap = { owner: "test", migrations: [{ version: 2, name: "second", sql: "CREATE TABLE never (a)" }] };
  await assert.rejects(openNotes(place.path, { migrations: [gap] }), {
    name: "Error",
    message: 'migration 1 of "test" has version 2',
  });
  assert.deepEqual(fs.readdirSync(place.path), []);
});

Deno.test("a step that was taken and has another text now is refused with 78, but not for comments", async () => {
  using place = directory();
  await (await openNotes(place.path, { migrations: [TWO] }))[Symbol.asyncDispose]();
  const [first] = NOTES.migrations;
  const changed = (sql: string) => ({ owner: "test", migrations: [{ ...first!, sql }, SECOND] });
  const error = await failure(place.path, changed(first!.sql.replace("UNIQUE", "NOT NULL")));
  assert.equal(error.exitCode, 78);
  const path = `${place.path}/appd.db`;
  assert.equal(
    error.message,
    `cannot use "${path}": migration 1 of "test" (notes) has another text than when it was applied`,
  );
  assert.match(error.hint ?? "", /write the change as migration 3; .*mv ".*appd\.db" ".*appd\.db\.before"$/);
  await using store = await openNotes(place.path, {
    migrations: [changed(`-- notes\n  ${first!.sql}  /* as it was */`)],
  });
  assert.equal(store.health().ok, true);
});

Deno.test("a database of a time when texts were not kept is taken as it is, and from then on kept to its texts", async () => {
  using place = directory();
  await (await openNotes(place.path))[Symbol.asyncDispose]();
  const db = openSqlite(`${place.path}/appd.db`);
  db.exec("ALTER TABLE store_migration DROP COLUMN text_sum");
  db.close();
  await (await openNotes(place.path))[Symbol.asyncDispose]();
  const [first] = NOTES.migrations;
  const other = { owner: "test", migrations: [{ ...first!, sql: "CREATE TABLE other (a)" }] };
  assert.match((await failure(place.path, other)).message, /migration 1 of "test" \(notes\) has another text/);
});

Deno.test("a step that names what another owner has is refused, and told whose it is", async () => {
  using place = directory();
  const refusal = async (sql: string) => {
    const list = { owner: "my-fig", migrations: [{ version: 1, name: "own", sql }] };
    const error = await openNotes(place.path, { migrations: [NOTES, list] }).then(() => undefined, (error) => error);
    assert.ok(error instanceof AppdError && error.exitCode === 78, String(error));
    return [error.message.replace(/^cannot migrate ".*" to version 1 of "my-fig" \(own\): /, ""), error.hint];
  };
  const told = (name: string, whose: string) => [
    `it names "${name}", which in this database is one of ${whose}'s own`,
    `take names with a prefix of your own, such as my_fig_${name}; nothing was changed`,
  ];
  assert.deepEqual(await refusal("CREATE TABLE Note (a)"), told("note", "test"));
  assert.deepEqual(await refusal("CREATE TABLE IF NOT EXISTS note (a)"), told("note", "test"));
  assert.deepEqual(await refusal("CREATE TABLE fig (a); INSERT INTO note (text) VALUES ('a')"), told("note", "test"));
  assert.deepEqual(await refusal("CREATE INDEX note ON fig (text)"), told("note", "test"));
  assert.deepEqual(await refusal("CREATE TABLE IF NOT EXISTS store_migration (a)"), [
    ...told("store_migration", "the store"),
  ]);
  await using store = await openNotes(place.path, { migrations: [NOTES] });
  assert.equal(await tables(store), "note store_migration");
});

/** A database that somebody else made, and what a start on it says. */
async function startOn(sql: string): Promise<string | undefined> {
  using place = directory();
  const path = `${place.path}/appd.db`;
  const db = openSqlite(path);
  db.exec(sql);
  db.close();
  fs.chmodSync(path, 0o664);
  const before = fs.readFileSync(path);
  const error = await openNotes(place.path, { migrations: [NOTES, APP] }).then(
    (store) => store[Symbol.asyncDispose](),
    (error) => error,
  );
  if (error === undefined) return undefined;
  assert.ok(fs.readFileSync(path).equals(before), "nothing in it was changed");
  assert.equal(fs.statSync(path).mode & 0o777, 0o664, "others may go on to use it");
  assert.deepEqual(fs.readdirSync(place.path), ["appd.db"], "it was not set aside");
  assert.equal(error.exitCode, 78);
  assert.match(error.hint, /nothing in it was changed: .*mv ".*appd\.db" ".*appd\.db\.other"$/);
  return error.message.replace(/^cannot use ".*appd\.db": another program made it: /, "");
}

Deno.test("another program's database is refused with the tables that clash, and left as it is", async () => {
  const clash = (tables: string) => `its ${tables} not what is made here under that name`;
  assert.equal(await startOn("CREATE TABLE Own (x); CREATE TABLE more (y)"), clash('table "own" is'));
  assert.equal(
    await startOn("CREATE TABLE own (x); CREATE VIEW note AS SELECT 1"),
    clash('tables "note" and "own" are'),
  );
  assert.equal(
    await startOn("CREATE TABLE films (x); PRAGMA user_version = 7"),
    "it has a version of its own (user_version 7)",
  );
  assert.equal(await startOn("CREATE TABLE films (x)"), undefined, "there is room for both");
});

Deno.test("a database of ours that has lost its list of steps is damaged, and set aside", async () => {
  using place = directory();
  await (await openNotes(place.path))[Symbol.asyncDispose]();
  const db = openSqlite(`${place.path}/appd.db`);
  db.exec("DROP TABLE store_migration");
  db.close();
  await (await openNotes(place.path))[Symbol.asyncDispose]();
  assert.ok(fs.readdirSync(place.path).some((name) => name.includes(".corrupt-")));
});
