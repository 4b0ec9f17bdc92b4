/** A million rows of history through the store, beside the same on a bare connection in the same process. */
import fs from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { SILENT } from "../src/base/logger.ts";
import { openStore } from "../src/store/open_store.ts";
import type { SqlValue, Store } from "../src/store/store.ts";
import { systemClock } from "../src/system/clock.ts";
import type { Lab } from "./lab.ts";
import { compare, median } from "./measure.ts";
import type { Figure, Options, Row } from "./rows.ts";

const ROWS = 1_000_000;
const JOBS = 200;
/** What the store puts into one transaction when many calls wait. */
const PER_COMMIT = 500;
/** Calls that wait at once. */
const PER_TURN = 5000;
const QUERIES = 200;

const SCHEMA = `CREATE TABLE run (id INTEGER PRIMARY KEY, job TEXT NOT NULL, slot TEXT NOT NULL, outcome TEXT,
  started INTEGER NOT NULL, ended INTEGER, UNIQUE (job, slot)) STRICT;
CREATE INDEX run_by_job ON run (job, started)`;
const INSERT = "INSERT INTO run (job, slot, outcome, started, ended) VALUES (?, ?, 'ok', ?, ?)";
const HISTORY = "SELECT * FROM run WHERE job = ? AND started < ? ORDER BY started DESC LIMIT 50";

const valuesOf = (n: number): SqlValue[] => [`job-${n % JOBS}`, `every:${n}`, n * 1000, n * 1000 + 700];
const question = (n: number): SqlValue[] => [`job-${n % JOBS}`, (ROWS / 2 + ((n * 7919) % (ROWS / 2))) * 1000];

/** Milliseconds that `work` takes. */
async function timed(work: () => Promise<void> | void): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

function remove(path: string): void {
  for (const suffix of ["", "-wal", "-shm"]) fs.rmSync(path + suffix, { force: true });
}

function bare(path: string): DatabaseSync {
  const db = new DatabaseSync(path);
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 1000");
  return db;
}

function fillBare(db: DatabaseSync): void {
  db.exec(SCHEMA);
  const insert = db.prepare(INSERT);
  for (let at = 0; at < ROWS; at += PER_COMMIT) {
    db.exec("BEGIN");
    for (let n = at; n < at + PER_COMMIT; n++) insert.run(...valuesOf(n));
    db.exec("COMMIT");
  }
}

function open(path: string): Promise<Store> {
  const migrations = [{ owner: "bench", migrations: [{ version: 1, name: "run", sql: SCHEMA }] }];
  return openStore({ path, migrations, clock: systemClock, log: SILENT });
}

/** Each row is a call of its own, as when jobs end. */
async function fill(store: Store): Promise<void> {
  for (let at = 0; at < ROWS; at += PER_TURN) {
    const calls = Array.from({ length: PER_TURN }, (_, n) => store.write([{ sql: INSERT, params: valuesOf(at + n) }]));
    await Promise.all(calls);
  }
}

async function measureInserts(lab: Lab, { quick }: Options): Promise<Figure> {
  const path = join(lab.directory, "insert.db");
  const { ratio, ours, base, pairs } = await compare(quick ? 1 : 5, {
    async ours() {
      remove(path);
      await using store = await open(path);
      return await timed(() => fill(store));
    },
    async base() {
      remove(path);
      using db = bare(path);
      return await timed(() => fillBare(db));
    },
  });
  remove(path);
  const rate = (ms: number) => `${Math.round(ROWS / ms)} rows/ms`;
  return { value: ratio, detail: `${rate(ours)}, bare ${rate(base)}, ${ROWS} rows, ${pairs} pairs` };
}

/** Median milliseconds of one query out of many. */
async function typical(query: (n: number) => Promise<number> | number): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < QUERIES; n++) {
    times.push(
      await timed(async () => {
        if (await query(n) !== 50) throw new Error(`query ${n} did not give 50 rows`);
      }),
    );
  }
  return median(times);
}

async function measureHistory(lab: Lab, { quick }: Options): Promise<Figure> {
  const path = join(lab.directory, "history.db");
  {
    await using store = await open(path);
    await fill(store);
  }
  await using store = await open(path);
  using db = bare(path);
  const select = db.prepare(HISTORY);
  const { ratio, ours, base, pairs } = await compare(quick ? 2 : 15, {
    ours: () => typical(async (n) => (await store.read(HISTORY, question(n))).length),
    base: () => typical((n) => select.all(...question(n)).length),
  });
  const us = (ms: number) => `${Math.round(ms * 1000)} µs`;
  return { value: ratio, detail: `${us(ours)}, bare ${us(base)}, 50 of ${ROWS} rows, ${pairs} pairs` };
}

export const INSERTS: Row = {
  id: "inserts",
  what: `a million rows of history, each a call of its own ÷ \`node:sqlite\` alone, ${PER_COMMIT} to a transaction`,
  limit: 2,
  unit: "×",
  measure: measureInserts,
};

export const HISTORY_QUERY: Row = {
  id: "history",
  what: "50 lines of a job's history out of a million ÷ `node:sqlite` alone, which holds up its caller",
  limit: 4,
  unit: "×",
  measure: measureHistory,
};
