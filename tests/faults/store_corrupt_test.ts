/** Fault 36: a database with flipped bytes, cut short, with pages of nothing: it works, or is set aside as it was. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { directory, insert, MemoryLog, NOTES, openNotes } from "../../src/store/testing.ts";
import { openSqlite } from "../../src/system/sqlite.ts";
import { type Random, random, sized } from "./seed.ts";

const PAGE = 4096;
const ROWS = 1500;
const MIGRATIONS = [{
  owner: "test",
  migrations: [...NOTES.migrations, {
    version: 2,
    name: "lengths",
    sql: "CREATE TABLE length (note INTEGER REFERENCES note (id), n INTEGER); CREATE INDEX by_length ON length (n)",
  }],
}];

/** A real database and its log, as a daemon leaves them that is killed. */
interface Template {
  readonly database: Uint8Array;
  readonly log: Uint8Array;
}

async function template(): Promise<Template> {
  using place = directory();
  const path = `${place.path}/appd.db`;
  await using store = await openNotes(place.path, { migrations: MIGRATIONS });
  const fill = (from: number, to: number) =>
    store.write(
      Array.from({ length: to - from }, (_, n) => [
        ...insert(`${from + n} `.padEnd(40 + (n % 300), "x")),
        { sql: "INSERT INTO length VALUES (last_insert_rowid(), ?)", params: [n % 300] },
      ]).flat(),
    );
  await fill(0, ROWS - 200);
  const db = openSqlite(path);
  db.run("PRAGMA wal_checkpoint(FULL)");
  await fill(ROWS - 200, ROWS);
  // As plain arrays: slice() of a Buffer is no copy.
  const files = {
    database: new Uint8Array(fs.readFileSync(path)),
    log: new Uint8Array(fs.readFileSync(`${path}-wal`)),
  };
  db.close();
  assert.ok(files.database.length > 50 * PAGE && files.log.length > 10 * PAGE);
  return files;
}

type Damage = (bytes: Uint8Array, dice: Random) => Uint8Array;

const DAMAGES: Readonly<Record<string, Damage>> = {
  "a flipped bit": (bytes, dice) => flip(bytes, dice, 1),
  "flipped bits": (bytes, dice) => flip(bytes, dice, 1 + dice.next(200)),
  "flipped bits in the first page": (bytes, dice) => {
    flip(bytes.subarray(0, PAGE), dice, 1 + dice.next(20));
    return bytes;
  },
  "cut short": (bytes, dice) => bytes.slice(0, dice.next(bytes.length)),
  "cut short at a page": (bytes, dice) => bytes.slice(0, PAGE * dice.next(bytes.length / PAGE)),
  "a page of nothing": (bytes, dice) => bytes.fill(0, ...pageOf(bytes, dice)),
  "many pages of nothing": (bytes, dice) => {
    for (let count = dice.next(20); count >= 0; count--) bytes.fill(0, ...pageOf(bytes, dice));
    return bytes;
  },
  "a header of noise": (bytes, dice) => bytes.map((byte, at) => at < 100 ? dice.next(256) : byte),
  "a page of another place": (bytes, dice) => bytes.copyWithin(pageOf(bytes, dice)[0], ...pageOf(bytes, dice)),
  "nothing but noise": (bytes, dice) => bytes.map(() => dice.next(256)),
};

function flip(bytes: Uint8Array, dice: Random, count: number): Uint8Array {
  for (let n = 0; n < count && bytes.length > 0; n++) {
    const at = dice.next(bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << dice.next(8));
  }
  return bytes;
}

function pageOf(bytes: Uint8Array, dice: Random): [start: number, end: number] {
  const start = PAGE * dice.next(Math.ceil(bytes.length / PAGE));
  return [start, Math.min(start + PAGE, bytes.length)];
}

/** Opens, reads by table and by index, writes, and reads that back. @returns what was set aside */
async function use(place: string): Promise<{ atStart: string[]; later: string[] }> {
  await using store = await openNotes(place, { migrations: MIGRATIONS, log: new MemoryLog() });
  const resets: string[] = [];
  using _listening = store.onReset((setAside) => resets.push(setAside));
  const atStart = [...resets];
  await store.read("SELECT count(*), max(length(text)) FROM note");
  await store.read("SELECT n, count(*) FROM length GROUP BY n ORDER BY n");
  await store.read("SELECT text FROM note JOIN length ON note = note.id WHERE n BETWEEN 7 AND 9");
  await store.write([...insert("new"), { sql: "INSERT INTO length VALUES (last_insert_rowid(), 8)" }]);
  const before = resets.length;
  await store.write([{ sql: "DELETE FROM length WHERE n = 100" }]);
  const read = () => store.read("SELECT text FROM note WHERE text = 'new'");
  const found = await read();
  if (resets.length > before) { // The damage was seen only now, and what was written went aside with it.
    await store.write(insert("new"));
    assert.deepEqual(await read(), [{ text: "new" }]);
  } else assert.deepEqual(found, [{ text: "new" }]);
  return { atStart, later: resets.slice(atStart.length) };
}

function damaged(
  whole: Template,
  { round, dice }: { round: number; dice: Random },
): Template & { readonly how: string } {
  if (round === 0) return { ...whole, how: "no damage" };
  const target = dice.once(3) ? "log" : "database";
  const names = Object.keys(DAMAGES);
  const how = names[dice.next(names.length)] ?? "";
  return { ...whole, [target]: DAMAGES[how]?.(whole[target].slice(), dice), how: `${how}, ${target}` };
}

Deno.test("36: a damaged database works or is set aside whole, and the daemon has one that works", async () => {
  const dice = random("store_corrupt");
  const whole = await template();
  const counts = { works: 0, atStart: 0, later: 0 };
  const rounds = sized(200, 5000);
  for (let round = 0; round < rounds; round++) {
    using place = directory();
    const path = `${place.path}/appd.db`;
    const { database, log, how } = damaged(whole, { round, dice });
    fs.writeFileSync(path, database);
    fs.writeFileSync(`${path}-wal`, log);
    const label = `seed ${dice.seed}, round ${round}: ${how}`;
    const { atStart, later } = await use(place.path).catch((cause) => assert.fail(`${label}: ${cause}`));
    counts[atStart.length > 0 ? "atStart" : later.length > 0 ? "later" : "works"]++;
    assert.ok(atStart.length + later.length <= (round === 0 ? 0 : 1), label);
    for (const kept of atStart) {
      assert.ok(fs.readFileSync(kept).equals(database), `${label}: ${kept} is not what was there`);
      if (log.length > 0) {
        assert.ok(fs.readFileSync(`${kept}-wal`).equals(log), `${label}: its log is not what was there`);
      }
    }
    for (const kept of later) assert.ok(fs.existsSync(kept), label);
  }
  // deno-lint-ignore no-console
  console.log(counts);
  assert.ok(Math.min(counts.atStart, counts.works) > rounds / 10, "both happen often");
});
