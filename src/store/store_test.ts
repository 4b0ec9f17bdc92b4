import assert from "node:assert/strict";
import fs from "node:fs";
import { systemFiles } from "../system/files.ts";
import { type OpenSqlite, openSqlite } from "../system/sqlite.ts";
import { StoreError } from "./store.ts";
import { directory, inProcess, insert, MemoryLog, openNotes, texts } from "./testing.ts";

/** SQLite that notes each statement. */
function recorded(statements: string[]) {
  const open = (path: string) => {
    const db = openSqlite(path);
    return {
      exec: (sql: string) => db.exec(sql),
      run(sql: string, params?: Parameters<typeof db.run>[1]) {
        statements.push(sql);
        return db.run(sql, params);
      },
      get inTransaction() {
        return db.inTransaction;
      },
      close: () => db.close(),
    };
  };
  return inProcess({ files: systemFiles, open });
}

Deno.test("what was written is read, by this store and by the next; a clean end leaves the one file", async () => {
  using place = directory();
  {
    await using store = await openNotes(place.path);
    const [result] = await store.write([{
      sql: "INSERT INTO note (text) VALUES (?), (?) RETURNING id",
      params: ["a", "b"],
    }]);
    assert.deepEqual(result, { changes: 2, rows: [{ id: 1 }, { id: 2 }] });
    assert.deepEqual(await texts(store), ["a", "b"]);
    assert.equal(fs.statSync(`${place.path}/appd.db-wal`).mode & 0o777, 0o600);
    assert.deepEqual(store.health(), {
      ok: true,
      path: `${place.path}/appd.db`,
      error: null,
      migrations: { current: 1, latest: 1, pending: 0 },
    });
  }
  assert.deepEqual(fs.readdirSync(place.path), ["appd.db"]);
  assert.equal(fs.statSync(`${place.path}/appd.db`).mode & 0o777, 0o600);
  await using again = await openNotes(place.path);
  assert.deepEqual(await texts(again), ["a", "b"]);
});

Deno.test("the statements of a call are all done or none, and a call that fails takes no other with it", async () => {
  using place = directory();
  await using store = await openNotes(place.path);
  const outcomes = await Promise.allSettled([
    store.write(insert("one")),
    store.write([...insert("two"), ...insert("one")]),
    store.write(insert("three")),
    store.write([{ sql: "INSERT INTO absent VALUES (1)" }]),
    store.write(insert("four")),
  ]);
  assert.deepEqual(outcomes.map(({ status }) => status === "fulfilled"), [true, false, true, false, true]);
  assert.deepEqual(await texts(store), ["one", "three", "four"]);
  const reasons = outcomes.flatMap((outcome) => outcome.status === "rejected" ? [outcome.reason] : []);
  assert.ok(reasons.every((reason) => reason instanceof Error && !(reason instanceof StoreError)));
  assert.match(reasons[0].message, /UNIQUE constraint failed: note\.text in: INSERT INTO note \(text\) VALUES \(\?\)$/);
  assert.match(reasons[1].message, /no such table: absent in: INSERT INTO absent/);
  assert.equal(store.health().ok, true, "a bug says nothing about the database");
});

Deno.test("calls of one turn, and those that come while a commit is under way, share one commit", async () => {
  using place = directory();
  const statements: string[] = [];
  await using store = await openNotes(place.path, { start: recorded(statements) });
  statements.length = 0;
  const first = [store.write(insert("a")), store.write(insert("b"))];
  await Promise.resolve();
  await Promise.resolve();
  const later = Array.from({ length: 50 }, (_, n) => store.write(insert(`later ${n}`)));
  await Promise.all([...first, ...later]);
  assert.equal(statements.filter((sql) => sql === "COMMIT").length, 2);
  assert.equal((await texts(store)).length, 52);
});

Deno.test("a call that undoes the whole transaction undoes only its own", async () => {
  using place = directory();
  await using store = await openNotes(place.path);
  await store.write(insert("there"));
  const outcomes = await Promise.allSettled([
    store.write(insert("before")),
    store.write([...insert("gone"), { sql: "INSERT OR ROLLBACK INTO note (text) VALUES ('there')" }]),
    store.write(insert("after")),
  ]);
  assert.deepEqual(outcomes.map(({ status }) => status === "fulfilled"), [true, false, true]);
  assert.deepEqual(await texts(store), ["there", "before", "after"]);
});

for (const sql of ["COMMIT", " begin", "PRAGMA synchronous = OFF", "/* hidden */ ROLLBACK", "VACUUM"]) {
  Deno.test(`a call cannot take the transaction or the settings into its own hands: ${sql}`, async () => {
    using place = directory();
    await using store = await openNotes(place.path);
    const outcomes = await Promise.allSettled([
      store.write(insert("a")),
      store.write([...insert("b"), { sql }]),
      store.write(insert("c")),
    ]);
    assert.deepEqual(outcomes.map(({ status }) => status === "fulfilled"), [true, false, true]);
    assert.deepEqual(await texts(store), ["a", "c"]);
  });
}

Deno.test("a read cannot write, and what it says is a bug and no trouble of the host", async () => {
  using place = directory();
  await using store = await openNotes(place.path);
  const write = store.read("INSERT INTO note (text) VALUES ('x') RETURNING id");
  await assert.rejects(write, (error) => error instanceof Error && !(error instanceof StoreError));
  assert.deepEqual(await texts(store), []);
  await store.write(insert("still works"));
});

Deno.test("a read does not wait behind a long row of writes", async () => {
  using place = directory();
  await using store = await openNotes(place.path);
  let written = 0;
  const writes = Array.from({ length: 20_000 }, (_, n) => store.write(insert(`${n}`)).then(() => written++));
  await writes[0];
  await store.read("SELECT count(*) AS n FROM note");
  assert.ok(written < 10_000, `${written} writes were done before the read`);
  await Promise.all(writes);
});

Deno.test("rows come whole and in order, however many they are, and for each read its own", async () => {
  using place = directory();
  await using store = await openNotes(place.path);
  const count = (limit: number) =>
    store.read("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ?) SELECT i FROM n", [limit]);
  const results = await Promise.all([count(1), count(1234), count(5000), store.read("SELECT 1 WHERE 0")]);
  assert.deepEqual(results.map((rows) => rows.length), [1, 1234, 5000, 0]);
  assert.ok(results[2]?.every(({ i }, index) => i === index + 1));
});

Deno.test("outstanding calls are done before the end, later ones are refused", async () => {
  using place = directory();
  const store = await openNotes(place.path);
  const calls = Array.from({ length: 3000 }, (_, n) => store.write(insert(`${n}`)));
  const end = store[Symbol.asyncDispose]();
  await assert.rejects(store.write(insert("late")), { name: "StoreError", trouble: "closed" });
  await assert.rejects(store.read("SELECT 1"), { name: "StoreError", trouble: "closed" });
  await end;
  await Promise.all(calls);
  assert.equal(store.health().ok, false);
  await using again = await openNotes(place.path);
  assert.equal((await texts(again)).length, 3000);
});

Deno.test("a database that somebody removed is made anew, its last call is not lost, and that is told", async () => {
  using place = directory();
  const log = new MemoryLog();
  await using store = await openNotes(place.path, { log });
  const resets: string[] = [];
  using _listening = store.onReset((setAside) => resets.push(setAside));
  await store.write(insert("gone"));
  for (const name of fs.readdirSync(place.path)) fs.rmSync(`${place.path}/${name}`);
  await store.write(insert("kept"));
  assert.deepEqual(await texts(store), ["kept"]);
  assert.deepEqual(resets, [""]);
  assert.match(log.lines.join("\n"), /error the database was lost.*removed or replaced/);
});

Deno.test("a database that was moved away is whole there, and no old log spoils the one put in its place", async () => {
  using place = directory();
  {
    await using other = await openNotes(place.path);
    await other.write(insert("restored"));
  }
  fs.renameSync(`${place.path}/appd.db`, `${place.path}/backup.db`);
  await using store = await openNotes(place.path);
  for (let n = 0; n < 500; n++) await store.write(insert(`old ${n}`));
  fs.renameSync(`${place.path}/appd.db`, `${place.path}/moved.db`);
  fs.renameSync(`${place.path}/backup.db`, `${place.path}/appd.db`);
  await store.write(insert("new"));
  assert.deepEqual(await texts(store), ["restored", "new"]);
  const moved = openSqlite(`${place.path}/moved.db`);
  assert.equal(moved.run("PRAGMA integrity_check").rows[0]?.integrity_check, "ok");
  assert.ok(Number(moved.run("SELECT count(*) AS n FROM note").rows[0]?.n) >= 500);
  moved.close();
});

for (const suffix of ["-wal", "-shm"]) {
  Deno.test(`nothing is lost or doubled when somebody removes the ${suffix} file`, async () => {
    using place = directory();
    {
      await using store = await openNotes(place.path);
      using _never = store.onReset(() => assert.fail("nothing was lost"));
      await store.write(insert("one"));
      fs.rmSync(`${place.path}/appd.db${suffix}`);
      await store.write(insert("two"));
      await store.write(insert("three"));
    }
    await using again = await openNotes(place.path);
    assert.deepEqual(await texts(again), ["one", "two", "three"]);
  });
}

Deno.test("what its listener writes comes first in a database that is new, before the call that found it and those that wait", async () => {
  using place = directory();
  await using store = await openNotes(place.path);
  using _listening = store.onReset(() => void store.write(insert("known")));
  await store.write(insert("gone"));
  for (const name of fs.readdirSync(place.path)) fs.rmSync(`${place.path}/${name}`);
  const calls = [insert("first"), [...insert("known")], insert("last")].map((call) => store.write(call));
  const outcomes = await Promise.allSettled(calls);
  assert.deepEqual(outcomes.map(({ status }) => status), ["fulfilled", "rejected", "fulfilled"]);
  assert.deepEqual(await texts(store), ["known", "first", "last"]);
});

Deno.test("a read that finds another database in the place of its own has no rows of both", async () => {
  using place = directory();
  {
    await using other = await openNotes(place.path);
    await other.write(insert("restored"));
  }
  fs.renameSync(`${place.path}/appd.db`, `${place.path}/backup.db`);
  await using store = await openNotes(place.path);
  await store.write(insert("old"));
  fs.renameSync(`${place.path}/appd.db`, `${place.path}/moved.db`);
  fs.renameSync(`${place.path}/backup.db`, `${place.path}/appd.db`);
  assert.deepEqual(await texts(store), ["restored"]);
});

Deno.test("a database that was removed while it could not be used is told as lost", async () => {
  using place = directory();
  await using store = await openNotes(place.path);
  const resets: string[] = [];
  using _listening = store.onReset((setAside) => resets.push(setAside));
  await store.write(insert("gone"));
  for (const name of fs.readdirSync(place.path)) fs.rmSync(`${place.path}/${name}`);
  fs.mkdirSync(`${place.path}/appd.db`);
  await assert.rejects(store.write(insert("refused")), { name: "StoreError" });
  fs.rmdirSync(`${place.path}/appd.db`);
  await store.write(insert("kept"));
  assert.deepEqual([await texts(store), resets], [["kept"], [""]]);
});

Deno.test("a database that is replaced while it is being opened is missed at once", async () => {
  using place = directory();
  const path = `${place.path}/appd.db`;
  let isReplaced = false;
  const open: OpenSqlite = (file) => {
    const db = openSqlite(file);
    if (isReplaced) return db;
    isReplaced = true;
    db.run("PRAGMA user_version"); // From now on it has the file open.
    for (const name of fs.readdirSync(place.path)) fs.rmSync(`${place.path}/${name}`);
    fs.writeFileSync(path, "");
    return db;
  };
  {
    await using store = await openNotes(place.path, { start: inProcess({ files: systemFiles, open }) });
    await store.write(insert("kept"));
  }
  await using again = await openNotes(place.path);
  assert.deepEqual(await texts(again), ["kept"]);
});
