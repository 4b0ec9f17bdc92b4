import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { KitStore, Row, SqlValue } from "../../src/mod.ts";
import {
  calendarWithin,
  confirmCopy,
  type FreshCopy,
  keepCopy,
  knownCalendar,
  MIGRATIONS,
  noteFailure,
} from "./copy_store.ts";

/** The kit's store on a database in memory. */
function memoryStore(): KitStore {
  const database = new DatabaseSync(":memory:");
  for (const { sql } of MIGRATIONS) database.exec(sql);
  const run = (sql: string, params: readonly SqlValue[] = []) =>
    database.prepare(sql).all(...params) as unknown as Row[];
  return {
    read: (sql, params) => Promise.resolve(run(sql, params)),
    write: (statements) =>
      Promise.resolve(statements.map(({ sql, params }) => ({ changes: 0, rows: run(sql, params) }))),
  };
}

const HOUR = 3600;
const YEAR = { from: "1970-01-01", to: "1971-01-01", timezone: "UTC" };

function fresh(titles: readonly string[], now = 1000): FreshCopy {
  const details = { uid: "u", location: null, description: "d", url: null, status: null, allDay: false };
  const events = titles.map((title, index) => ({
    ...details,
    title,
    times: [[index * HOUR, (index + 1) * HOUR]] as const,
  }));
  const copy = { name: "Team", timezone: "UTC", window: { from: 0, to: 9e12 }, events, flaws: [], flawed: 0 };
  return { copy, source: "a.ics", mark: "m", validators: { etag: '"e"', lastModified: null }, now };
}

Deno.test("a new copy takes the place of the old one", async () => {
  const store = memoryStore();
  await keepCopy(store, fresh(["old", "older"]));
  await keepCopy(store, fresh(["new"], 2000));
  const { known: { copy, failure }, entries } = await calendarWithin(store, YEAR);
  assert.equal(failure, undefined);
  assert.deepEqual([copy?.name, copy?.events, copy?.readAt, copy?.validators.etag], ["Team", 1, 2000, '"e"']);
  assert.deepEqual(entries.map(({ title }) => title), ["new"]);
});

Deno.test("entries are those that reach into the days, in the zone of the copy", async () => {
  const store = memoryStore();
  const hourly = fresh(Array.from({ length: 600 }, (_, index) => `e${index}`));
  await keepCopy(store, { ...hourly, copy: { ...hourly.copy, timezone: "Asia/Kolkata" } });
  const titles = async (from: string, to: string) =>
    (await calendarWithin(store, { from, to, timezone: "UTC" })).entries.map(({ title }) => title);
  // From 18:30 to 18:30 UTC.
  assert.deepEqual(
    await titles("1970-01-02", "1970-01-03"),
    Array.from({ length: 25 }, (_, index) => `e${18 + index}`),
  );
  assert.deepEqual(
    await titles("1970-01-26", "1970-02-26"),
    Array.from({ length: 6 }, (_, index) => `e${594 + index}`),
  );
});

Deno.test("a copy that comes between the reads is taken whole: what is known is known of the entries that are shown", async () => {
  const store = memoryStore();
  await keepCopy(store, fresh(["old"]));
  await noteFailure(store, { reason: "gone", now: 1500 });
  const reads = store.read;
  let isNew = false;
  store.read = async (sql, params) => {
    if (!isNew && sql.includes("calendar_time")) {
      isNew = true;
      await keepCopy(store, fresh(["new"], 2000));
    }
    return await reads(sql, params);
  };
  const { known: { copy, failure }, entries } = await calendarWithin(store, YEAR);
  assert.deepEqual([copy?.readAt, failure, entries.map(({ title }) => title)], [2000, undefined, ["new"]]);
});

Deno.test("a failure keeps the copy and its first time, until the source is good again", async () => {
  const store = memoryStore();
  await noteFailure(store, { reason: "gone", now: 10 });
  assert.deepEqual(await knownCalendar(store), { copy: undefined, failure: { since: 10, reason: "gone" } });
  await keepCopy(store, fresh(["one"]));
  await noteFailure(store, { reason: "first", now: 20 });
  await noteFailure(store, { reason: "second", now: 30 });
  const { copy, failure } = await knownCalendar(store);
  assert.deepEqual([copy?.readAt, failure], [1000, { since: 20, reason: "second" }]);
  await confirmCopy(store, 40);
  const good = await knownCalendar(store);
  assert.deepEqual([good.copy?.readAt, good.failure], [40, undefined]);
});

Deno.test("a copy that was lost with its database cannot be confirmed", async () => {
  const store = memoryStore();
  assert.equal(await confirmCopy(store, 10), false);
  await noteFailure(store, { reason: "gone", now: 10 });
  assert.equal(await confirmCopy(store, 20), false);
  await keepCopy(store, fresh(["new"]));
  assert.equal(await confirmCopy(store, 30), true);
});
