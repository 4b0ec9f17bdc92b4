import assert from "node:assert/strict";
import { foreignName } from "./migration_names.ts";

const BEFORE = [{
  owner: "appd",
  migrations: [
    { version: 1, name: "books", sql: "CREATE TABLE runs (id); CREATE INDEX runs_open ON runs (id)" },
    { version: 2, name: "more", sql: "CREATE TABLE memory (id)" },
  ],
}];

const FOREIGN: readonly (readonly [sql: string, name: string])[] = [
  ["CREATE TABLE IF NOT EXISTS runs (a)", "runs"],
  ['create /* mine */ temp table\n  If Not Exists -- now\n main . "Runs" (a)', "runs"],
  ["CREATE TABLE look (a); CREATE TABLE IF NOT EXISTS [memory] (a)", "memory"],
  ["CREATE TABLE 'runs' (a)", "runs"],
  ["CREATE VIRTUAL TABLE runs USING fts5(a)", "runs"],
  ["CREATE TABLE look AS SELECT * FROM runs", "runs"],
  ["CREATE INDEX IF NOT EXISTS runs_open ON look (a)", "runs_open"],
  ["CREATE UNIQUE INDEX by_a ON runs (a)", "runs"],
  ["CREATE VIEW IF NOT EXISTS runs AS SELECT 1", "runs"],
  ["CREATE VIEW mine AS SELECT * FROM look AS l, `runs` r", "runs"],
  ["CREATE VIEW mine AS SELECT * FROM look l LEFT JOIN main.runs ON l.a = runs.id", "runs"],
  ["CREATE TRIGGER t AFTER UPDATE OF a ON runs BEGIN SELECT 1; END", "runs"],
  ["CREATE TRIGGER t AFTER INSERT ON look BEGIN INSERT INTO look VALUES (1); DELETE FROM runs; END", "runs"],
  ["CREATE TABLE look (a REFERENCES runs (id))", "runs"],
  ["ALTER TABLE runs ADD COLUMN colour", "runs"],
  ["ALTER TABLE look RENAME TO runs", "runs"],
  ["DROP TABLE IF EXISTS runs", "runs"],
  ["DROP INDEX runs_open", "runs_open"],
  ["INSERT OR REPLACE INTO runs VALUES (1)", "runs"],
  ["REPLACE INTO memory VALUES (1)", "memory"],
  ["UPDATE OR IGNORE runs SET a = 1", "runs"],
  ["WITH runs AS (SELECT 1) DELETE FROM runs", "runs"],
  ["INSERT INTO look SELECT id FROM (SELECT id FROM memory)", "memory"],
];

for (const [sql, name] of FOREIGN) {
  Deno.test(`a step names what is another owner's: ${sql}`, () => {
    assert.deepEqual(foreignName(sql, BEFORE), { name, owner: "appd" });
  });
}

const OWN: readonly string[] = [
  'CREATE TABLE look (runs INTEGER, memory TEXT REFERENCES looks (a) ON UPDATE CASCADE, "from" runs)',
  "ALTER TABLE look RENAME COLUMN a TO memory; ALTER TABLE look RENAME b TO runs; ALTER TABLE look ADD COLUMN runs",
  "ALTER TABLE look DROP COLUMN runs; ALTER TABLE look RENAME TO runs_of_mine",
  "CREATE INDEX look_runs ON look (runs, memory) WHERE runs > 1",
  "CREATE TRIGGER t AFTER UPDATE OF memory, runs ON look BEGIN UPDATE look SET runs = memory; END",
  "CREATE VIEW mine AS SELECT runs, memory FROM look JOIN other ON memory = runs ORDER BY look.a, runs",
  "INSERT INTO look (runs) VALUES ('DROP TABLE runs'), ('it''s from runs') ON CONFLICT DO UPDATE SET runs = memory",
  "SELECT a IS NOT DISTINCT FROM memory FROM look",
  "WITH RECURSIVE a AS (SELECT 1), runs (x) AS (SELECT 1) INSERT INTO look SELECT * FROM runs",
  "-- DROP TABLE runs\nDROP TABLE look /* FROM runs */",
  "SELECT (SELECT a FROM look), runs FROM look GROUP BY a, memory LIMIT 1, 2",
  "CREATE TEMP TABLE memory (a); INSERT INTO memory SELECT a FROM look; DROP TABLE memory",
  "CREATE TEMPORARY TABLE IF NOT EXISTS temp.runs (a)",
  "ATTACH 'x' AS other; CREATE TABLE other.runs (a); INSERT INTO look SELECT a FROM other.runs",
  "CREATE TABLE fresh (a); INSERT INTO fresh SELECT a FROM look; DROP TABLE look; ALTER TABLE fresh RENAME TO look",
];

for (const sql of OWN) {
  Deno.test(`a step names only its owner's: ${sql}`, () => assert.equal(foreignName(sql, BEFORE), undefined));
}

Deno.test("nobody touches the table of the migrations, and the first owner's names are nobody else's yet", () => {
  const own = { name: "store_migration", owner: "the store" };
  assert.deepEqual(foreignName("DELETE FROM store_migration", []), own);
  assert.equal(foreignName("CREATE TABLE runs (id)", []), undefined);
});
