import { messageOf } from "../base/errors.ts";
import type { Sqlite } from "../system/sqlite.ts";
import type { MigrationList, MigrationState } from "./messages.ts";
import { foreignFlaw, foreignName } from "./migration_names.ts";
import { textSum } from "./migration_text.ts";
import { missingSteps, sumOf } from "./missing_steps.ts";
import { refused } from "./refused.ts";
import type { Migration } from "./store.ts";
import { transaction } from "./transaction.ts";
import { faultOf } from "./trouble.ts";

/**
 * A table and not `PRAGMA user_version`, because several owners have steps here. One row for each step that was taken, so
 * that a damaged row shows as a gap. `user_version` has a sum of all rows, as SQLite does not see a damaged value; 0 is no
 * sum, for a database that was restored from a text of SQL.
 */
const TABLE = `CREATE TABLE IF NOT EXISTS store_migration (
  owner TEXT NOT NULL, version INTEGER NOT NULL, name TEXT NOT NULL, applied_at INTEGER NOT NULL,
  text_sum TEXT, PRIMARY KEY (owner, version)) STRICT, WITHOUT ROWID`;

/** Of the text of each step; null in a database of a time when nobody kept it. */
const TEXT_SUM = "SELECT count(*) AS n FROM pragma_table_info('store_migration') WHERE name = 'text_sum'";

function makeTable(db: Sqlite): void {
  db.exec(TABLE);
  if (db.run(TEXT_SUM).rows[0]?.n === 0) db.exec("ALTER TABLE store_migration ADD COLUMN text_sum TEXT");
}

function checkReferences(db: Sqlite): void {
  const [row] = db.run("PRAGMA foreign_key_check").rows;
  if (row) throw new Error(`a row of "${row.table}" refers to a row of "${row.parent}" that is not there`);
}

interface Step {
  readonly path: string;
  readonly owner: string;
  readonly now: number;
  readonly lists: readonly MigrationList[];
}

function apply(db: Sqlite, { version, name, sql }: Migration, { path, owner, now, lists }: Step): void {
  const title = `cannot migrate "${path}" to version ${version} of "${owner}" (${name})`;
  const foreign = foreignName(sql, lists.slice(0, lists.findIndex((list) => list.owner === owner)));
  if (foreign !== undefined) {
    const [cause, hint] = foreignFlaw(foreign, owner);
    throw refused("config", `${title}: it ${cause}`, `${hint}; nothing was changed`);
  }
  try {
    db.exec(sql);
    if (!db.inTransaction) throw new Error("it ends the transaction that it runs in");
    checkReferences(db);
    db.run("INSERT INTO store_migration VALUES (?, ?, ?, ?, ?)", [owner, version, name, now, textSum(sql)]);
    db.exec(`PRAGMA user_version = ${sumOf(db)}`);
  } catch (error) {
    if (faultOf(error) !== "bug") throw error;
    throw refused("config", `${title}: ${messageOf(error)}`, UNDONE);
  }
}

const UNDONE =
  "what was done was undone and nothing is lost: mend the step, or run the version that wrote it, and report this";

/** Of steps that were taken at a time when nobody kept their texts. */
function keepTexts(db: Sqlite, { owner, migrations }: MigrationList): void {
  const unknown = "SELECT version FROM store_migration WHERE owner = ? AND text_sum IS NULL";
  for (const { version } of db.run(unknown, [owner]).rows) {
    const sum = textSum(migrations[Number(version) - 1]?.sql ?? "");
    db.run("UPDATE store_migration SET text_sum = ? WHERE owner = ? AND version = ?", [sum, owner, Number(version)]);
  }
}

/**
 * Takes the steps that are missing, all of them or none: where one fails the database is still the one that the version
 * before knows. Foreign keys are off meanwhile, so that a step may build a table anew
 * (https://sqlite.org/lang_altertable.html, 7), and checked at the end of each.
 *
 * @param at where the file is, for messages; wall time in milliseconds
 * @throws RefusedError (config), DamagedError, or what SQLite throws
 */
export function migrate(
  db: Sqlite,
  lists: readonly MigrationList[],
  at: { readonly path: string; readonly now: number },
): MigrationState {
  db.exec("PRAGMA foreign_keys = OFF");
  makeTable(db);
  const missing = missingSteps(db, lists, at);
  for (const list of lists) keepTexts(db, list);
  if (missing.length > 0) {
    transaction(db, () => missing.forEach(({ step, owner }) => apply(db, step, { ...at, owner, lists })));
  }
  db.exec("PRAGMA foreign_keys = ON");
  const latest = lists.reduce((sum, { migrations }) => sum + migrations.length, 0);
  return { current: latest, latest, pending: 0 };
}
