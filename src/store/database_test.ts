import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { AppdError } from "../base/errors.ts";
import { openSqlite } from "../system/sqlite.ts";
import type { StoreOptions } from "./open_store.ts";
import { directory, insert, MemoryLog, openNotes, texts } from "./testing.ts";

async function refusal(place: string, options: Partial<StoreOptions> = {}): Promise<AppdError> {
  try {
    const store = await openNotes(place, { patience: 0, ...options });
    await store[Symbol.asyncDispose]();
  } catch (error) {
    assert.ok(error instanceof AppdError, String(error));
    return error;
  }
  return assert.fail("it was opened");
}

const STRANGE: Readonly<Record<string, (path: string) => void>> = {
  "symbolic link": (path) => fs.symlinkSync("/etc/passwd", path),
  directory: (path) => fs.mkdirSync(path),
  fifo: (path) => assert.ok(new Deno.Command("mkfifo", { args: [path] }).outputSync().success),
};

for (const [kind, make] of Object.entries(STRANGE)) {
  for (const name of ["appd.db", "appd.db-wal"]) {
    Deno.test(`a ${kind} in the place of ${name} is refused and left alone`, async () => {
      using place = directory();
      const path = join(place.path, name);
      make(path);
      const error = await refusal(place.path);
      assert.equal(error.exitCode, 69);
      assert.equal(error.message, `cannot open "${path}": it is a ${kind}, not a regular file`);
      assert.match(error.hint ?? "", /^move it away: mv "/);
      assert.deepEqual(fs.readdirSync(place.path), [name]);
    });
  }
}

Deno.test("no directory: 69, the errno, and where to look", async () => {
  const error = await refusal("/tmp/appd-store-no-such-directory");
  assert.equal(error.exitCode, 69);
  assert.match(error.message, /^cannot open "\/tmp\/appd-store-no-such-directory\/appd\.db": .*ENOENT/);
  assert.match(error.hint ?? "", /ls -la .*--home DIR/);
});

Deno.test("a database that may be read only: 69 and the errno", async (t) => {
  using place = directory();
  await (await openNotes(place.path))[Symbol.asyncDispose]();
  const path = join(place.path, "appd.db");
  const immutable = (flag: string) =>
    new Deno.Command("chattr", { args: [flag, path] }).output().then((r) => r.success, () => false);
  fs.chmodSync(path, 0o400);
  const isRoot = Deno.uid() === 0;
  if (isRoot && !await immutable("+i")) {
    return void await t.step({ name: "no immutable files here", ignore: true, fn() {} });
  }
  try {
    const error = await refusal(place.path);
    assert.equal(error.exitCode, 69);
    assert.match(error.message, /EPERM|EACCES/);
  } finally {
    if (isRoot) await immutable("-i");
  }
});

Deno.test("the mode of a database that others may read is put right", async () => {
  using place = directory();
  await (await openNotes(place.path))[Symbol.asyncDispose]();
  const path = join(place.path, "appd.db");
  fs.chmodSync(path, 0o644);
  await using _store = await openNotes(place.path);
  assert.equal(fs.statSync(path).mode & 0o777, 0o600);
});

const DAMAGE: Readonly<Record<string, (path: string) => void>> = {
  "no database at all": (path) => fs.writeFileSync(path, "x".repeat(8192)),
  "a short text": (path) => fs.writeFileSync(path, "hello"),
  "a header that SQLite takes as read-only": (path) => overwrite(path, 18, [9]),
  "a page full of nothing": (path) => overwrite(path, 4096, new Uint8Array(4096)),
  "a list of migrations with a gap": (path) => {
    const db = openSqlite(path);
    db.exec("UPDATE store_migration SET version = 5");
    db.close();
  },
  "a file that was emptied beside its log": (path) => {
    fs.truncateSync(path);
    fs.writeFileSync(`${path}-wal`, "something");
  },
};

function overwrite(path: string, position: number, bytes: Iterable<number>): void {
  const fd = fs.openSync(path, "r+");
  fs.writeSync(fd, Uint8Array.from(bytes), 0, null, position);
  fs.closeSync(fd);
}

for (const [what, damage] of Object.entries(DAMAGE)) {
  Deno.test(`at the start, ${what} is set aside and told`, async () => {
    using place = directory();
    {
      await using store = await openNotes(place.path);
      await store.write(insert("before"));
    }
    const path = join(place.path, "appd.db");
    damage(path);
    const damaged = fs.readFileSync(path);
    const log = new MemoryLog();
    await using store = await openNotes(place.path, { log });
    const resets: string[] = [];
    using _listening = store.onReset((setAside) => resets.push(setAside));
    assert.match(resets.join(), /appd\.db\.corrupt-\d{8}T\d{6}Z$/);
    assert.deepEqual(fs.readFileSync(resets[0] ?? ""), damaged);
    assert.match(log.lines.join("\n"), /^error the database was lost, a new one takes its place/);
    await store.write(insert("after"));
    assert.deepEqual(await texts(store), ["after"]);
  });
}

Deno.test("damage that is met while running: set aside, and the call that met it works on the new one", async () => {
  using place = directory();
  await using store = await openNotes(place.path);
  const resets: string[] = [];
  using _listening = store.onReset((setAside) => resets.push(setAside));
  const path = join(place.path, "appd.db");
  for (let n = 0; n < 3000; n++) void store.write(insert(`${n}`.padStart(2000, "x")));
  await store.read("SELECT 1");
  await store.write(insert("last"));
  const pages = fs.statSync(path).size / 4096;
  assert.ok(pages > 200, `${pages} pages are in the file`);
  overwrite(path, 4096, new Uint8Array((pages - 1) * 4096));
  fs.truncateSync(`${path}-wal`);
  const found = await store.read("SELECT count(text) AS n FROM note WHERE text LIKE '%x1'");
  assert.deepEqual(found, [{ n: 0 }]);
  assert.equal(resets.length, 1);
  await store.write(insert("new"));
  assert.deepEqual(await texts(store), ["new"]);
});

/** At a place that somebody chose. */
const chosen = (place: string, log = new MemoryLog()) => openNotes(place, { isChosen: true, patience: 0, log });

/** Something that somebody keeps where a database was wanted, and that is damaged or none. */
const STRANGERS: Readonly<Record<string, (path: string) => void>> = {
  "a text": (path) => fs.writeFileSync(path, "my notes\n".repeat(1000)),
  "a short text": (path) => fs.writeFileSync(path, "hello"),
  "another program's database with a damaged page": (path) => {
    const db = openSqlite(path);
    db.exec("CREATE TABLE song (title TEXT)");
    db.exec("WITH RECURSIVE n (i) AS (SELECT 1 UNION SELECT i + 1 FROM n LIMIT 500) INSERT INTO song SELECT i FROM n");
    db.close();
    overwrite(path, 4096, new Uint8Array(4096));
  },
};

for (const [what, make] of Object.entries(STRANGERS)) {
  Deno.test(`${what} at a place that somebody chose is refused and left as it is`, async () => {
    using place = directory();
    const path = join(place.path, "appd.db");
    make(path);
    const before = fs.readFileSync(path);
    for (let tries = 0; tries < 2; tries++) { // The first one leaves nothing that makes it ours.
      await assert.rejects(chosen(place.path), (error) => {
        assert.ok(error instanceof AppdError);
        assert.equal(error.exitCode, 78);
        assert.ok(error.message.startsWith(`cannot use "${path}": it is damaged, or no database, and not known`));
        assert.match(error.hint ?? "", /^nothing in it was changed: .*: mv "/);
        return true;
      });
    }
    assert.deepEqual([fs.readdirSync(place.path), fs.readFileSync(path)], [["appd.db"], before]);
  });
}

for (const [what, damage] of Object.entries(DAMAGE)) {
  Deno.test(`at a place that somebody chose, ${what} in our own database is set aside and told`, async () => {
    using place = directory();
    await (await chosen(place.path))[Symbol.asyncDispose]();
    damage(join(place.path, "appd.db"));
    for (let opened = 0; opened < 2; opened++) {
      const resets: string[] = [];
      await using store = await chosen(place.path);
      using _listening = store.onReset((setAside) => resets.push(setAside));
      assert.equal(resets.length, opened === 0 ? 1 : 0);
      await store.write(insert(`${opened}`));
      assert.deepEqual(await texts(store), opened === 0 ? ["0"] : ["0", "1"]);
    }
    overwrite(join(place.path, "appd.db"), 0, new Uint8Array(100)); // The one that took its place is known as ours too.
    await (await chosen(place.path))[Symbol.asyncDispose]();
  });
}

Deno.test("what took the place of our own database, where somebody chose it, is not ours; what a full disk kept us from noting is, as far as it can be read", async () => {
  using place = directory();
  await (await chosen(place.path))[Symbol.asyncDispose]();
  const path = join(place.path, "appd.db");
  fs.rmSync(path);
  fs.writeFileSync(path, "my notes\n".repeat(1000));
  await assert.rejects(chosen(place.path), /not known to be this program's/);
  fs.rmSync(path);
  await (await chosen(place.path))[Symbol.asyncDispose]();
  fs.writeFileSync(`${path}.lock`, "");
  overwrite(path, 4096, new Uint8Array(4096));
  await using store = await chosen(place.path);
  assert.deepEqual(await texts(store), []);
});

for (
  const [what, make] of Object.entries({
    damaged: (path: string) => overwrite(path, 0, new Uint8Array(100)),
    emptied: (path: string) => fs.writeFileSync(path, ""),
  })
) {
  Deno.test(`the log of a strange database that is ${what} moves with it: who obeys the hint begins with an empty one, and keeps all`, async () => {
    using place = directory();
    const path = join(place.path, "appd.db");
    const db = openSqlite(path);
    db.exec("PRAGMA journal_mode = WAL; CREATE TABLE song (title TEXT); INSERT INTO song VALUES ('a')");
    const log = fs.readFileSync(`${path}-wal`);
    db.close();
    fs.writeFileSync(`${path}-wal`, log);
    fs.writeFileSync(`${path}.other`, "of another time");
    make(path);
    const { hint = "" } = await refusal(place.path, { isChosen: true });
    await new Deno.Command("sh", { args: ["-c", hint.slice(hint.indexOf("mv "))] }).output();
    await using store = await chosen(place.path);
    assert.deepEqual(await texts(store), []);
    assert.equal(fs.readFileSync(`${path}.other`, "utf8"), "of another time");
    assert.deepEqual(fs.readFileSync(`${path}.other-2-wal`), log);
  });
}

Deno.test("the log of a database that was removed after a crash is set aside, also where somebody chose the place", async () => {
  using place = directory();
  fs.writeFileSync(join(place.path, "appd.db-wal"), "a log\n");
  await using store = await chosen(place.path);
  assert.deepEqual(await texts(store), []);
  const [kept = "none"] = fs.readdirSync(place.path).filter((name) => /\.corrupt-.*-wal$/.test(name));
  assert.equal(fs.readFileSync(join(place.path, kept), "utf8"), "a log\n");
});
