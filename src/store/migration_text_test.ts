import assert from "node:assert/strict";
import { madeBy, textSum } from "./migration_text.ts";

Deno.test("comments and white space are no change of a text, everything else is", () => {
  const sum = textSum("CREATE TABLE a (b TEXT DEFAULT 'x  y', c);");
  const alike = "-- what is kept\nCREATE TABLE a(\n  b TEXT DEFAULT 'x  y', /* a\n note */ c\n) ;\n";
  assert.equal(textSum(alike), sum);
  for (
    const other of [
      "CREATE TABLE a (b TEXT DEFAULT 'x y', c);",
      "CREATE TABLE a (b TEXT DEFAULT 'x  y', d);",
      "CREATE TABLE a (b TEXT DEFAULT 'x  y'c);",
      "CREATE TABLE ab (TEXT DEFAULT 'x  y', c);",
    ]
  ) assert.notEqual(textSum(other), sum, other);
  assert.notEqual(textSum("SELECT '-- a'"), textSum("SELECT '-- b'"));
  assert.notEqual(textSum('SELECT "/* a"'), textSum('SELECT "/* b"'));
  assert.notEqual(textSum("SELECT 'it''s -- a'"), textSum("SELECT 'it''s -- b'"));
});

Deno.test("what a text makes is known by its name", () => {
  const sql = `CREATE TABLE Runs (a); create unique index "by_a" ON Runs (a);
    CREATE TABLE IF NOT EXISTS jobs (b); CREATE VIEW all_runs AS SELECT 1`;
  assert.deepEqual(madeBy(sql), ["runs", "by_a", "jobs", "all_runs"]);
  assert.deepEqual(madeBy(sql, { evenIfThere: false }), ["runs", "by_a", "all_runs"]);
});
