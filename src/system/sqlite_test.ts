import assert from "node:assert/strict";
import { openSqlite } from "./sqlite.ts";

Deno.test("values, changes and rows of a statement, also when it is run many times among many others", () => {
  const db = openSqlite(":memory:");
  db.exec("CREATE TABLE t (a INTEGER PRIMARY KEY, b); CREATE TABLE u (c)");
  assert.deepEqual(db.run("INSERT INTO t (b) VALUES (?), (?)", ["x", null]), { changes: 2, rows: [] });
  const returned = db.run("UPDATE t SET b = ? RETURNING a, b", [new Uint8Array([7])]);
  assert.equal(returned.changes, 2);
  assert.deepEqual(returned.rows.map((row) => ({ ...row })), [
    { a: 1, b: new Uint8Array([7]) },
    { a: 2, b: new Uint8Array([7]) },
  ]);
  for (let round = 0; round < 3; round++) {
    for (let n = 0; n < 300; n++) assert.equal(db.run(`SELECT ${n} AS n`).rows[0]?.n, n);
  }
  db.close();
});

Deno.test("whether a transaction is open, and what a mistake says", () => {
  const db = openSqlite(":memory:");
  assert.equal(db.inTransaction, false);
  db.run("BEGIN");
  assert.equal(db.inTransaction, true);
  db.run("ROLLBACK");
  assert.equal(db.inTransaction, false);
  assert.throws(() => db.run("SELECT * FROM nowhere"), { message: "no such table: nowhere" });
  db.close();
});

Deno.test("a mistake is said without the text that has it, however long that is", () => {
  const db = openSqlite(":memory:");
  const script = "CREATE TABLE t (a);\nCREATE TABLE t (\n  b\n);\nSELECT 1;";
  assert.throws(() => db.exec(script), { message: "table t already exists" });
  assert.throws(() => db.exec("INSERT INTO t SELECT x in (1) FROM t"), { message: "no such column: x" });
  assert.throws(() => db.run("SELEC 1"), { message: 'near "SELEC": syntax error' });
  db.close();
});
