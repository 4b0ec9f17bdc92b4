import assert from "node:assert/strict";
import { openSqlite } from "../system/sqlite.ts";
import { JOBS_MIGRATIONS } from "./ledger_rows.ts";
import { statementsOf } from "./ledger_sql.ts";
import type { Change } from "./ledger.ts";
import { newRun } from "./run.ts";

const CAUSE = { kind: "manual", detail: null, variables: {} } as const;
const queued = (id: number, key = `manual:${id}`) =>
  newRun({ key, at: 0, cause: CAUSE }, { id, job: "j", createdAt: 0 });

/** The lines that stand after some changes, as `id slot state`. */
function after(...changes: readonly Change[]): string[] {
  const db = openSqlite(":memory:");
  for (const { sql } of JOBS_MIGRATIONS) db.exec(sql);
  for (const { sql, params } of changes.flatMap(statementsOf)) db.run(sql, params);
  const { rows } = db.run("SELECT id || ' ' || slot || ' ' || state AS line FROM runs ORDER BY id");
  db.close();
  return rows.map(({ line }) => `${line}`);
}

Deno.test("an outcome stands: nothing that comes late changes it, and nothing comes twice", () => {
  const run = queued(1);
  const ended = { ...run, state: "ok" } as const;
  assert.deepEqual(after({ insert: [run] }, { update: [ended] }, { update: [run] }), ["1 manual:1 ok"]);
  assert.deepEqual(after({ insert: [run] }, { insert: [{ ...queued(2), slot: run.slot }] }), ["1 manual:1 queued"]);
});

Deno.test("a line that was held up by a failed disk and comes after its own change does no harm", () => {
  const run = queued(1);
  const ended = { ...run, state: "ok" } as const;
  assert.deepEqual(after({ update: [ended] }, { insert: [run] }), ["1 manual:1 ok"]);
});

Deno.test("a change of a line whose slot another one has got meanwhile is left out", () => {
  const second = queued(2, "manual:1");
  assert.deepEqual(after({ insert: [queued(1)] }, { insert: [second] }, { update: [{ ...second, state: "ok" }] }), [
    "1 manual:1 queued",
  ]);
});

Deno.test("a new line that stands there already, written down anew after a loss, is no other one", () => {
  const db = openSqlite(":memory:");
  for (const { sql } of JOBS_MIGRATIONS) db.exec(sql);
  const run = (change: Change) => statementsOf(change).map(({ sql, params }) => db.run(sql, params).changes);
  const [first, second] = [queued(1), queued(2)];
  run({ anew: { runs: [{ ...first, state: "running" }, second], lastId: 2, texts: {} } });
  assert.deepEqual(run({ insert: [first, second, queued(3, first.slot)] }), [1, 1, 0]);
  assert.equal(db.run("SELECT state FROM runs WHERE id = 1").rows[0]?.state, "running");
  db.close();
});

Deno.test("in books that have lines of their own no run takes the line of another", () => {
  const theirs = [queued(1, "theirs 1"), { ...queued(2, "theirs 2"), state: "ok" } as const];
  const ours = queued(2, "ours");
  assert.deepEqual(after({ insert: theirs }, { update: [{ ...queued(1, "ours"), state: "ok" }] }), [
    "1 theirs 1 queued",
    "2 theirs 2 ok",
  ]);
  assert.deepEqual(after({ insert: theirs }, { anew: { runs: [ours], lastId: 2, texts: {} } }), [
    "1 theirs 1 queued",
    "2 ours queued",
    "3 theirs 2 ok",
  ]);
});
