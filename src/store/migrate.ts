import { messageOf } from "../base/errors.ts";
import { fingerprint } from "../base/fingerprint.ts";
import type { Sqlite } from "../system/sqlite.ts";
import { refuseForeign } from "./foreign.ts";
import type { MigrationList, MigrationState } from "./messages.ts";
import { madeBy, textSum } from "./migration_text.ts";
import { refused } from "./refused.ts";
import type { Migration } from "./store.ts";
import { transaction } from "./transaction.ts";
import { DamagedError, faultOf } from "./trouble.ts";

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

function sumOf(db: Sqlite): number {
  const { rows } = db.run("SELECT owner, version, name, applied_at FROM store_migration ORDER BY owner, version");
  const sum = BigInt(`0x${fingerprint(JSON.stringify(rows.map((row) => Object.values(row))))}`);
  return Number(BigInt.asUintN(31, sum)) || 1;
}

function checkSum(db: Sqlite): void {
  const kept = db.run("PRAGMA user_version").rows[0]?.user_version;
  if (kept !== 0 && kept !== sumOf(db)) throw new DamagedError("its list of migrations is damaged");
}

/** @throws DamagedError when the versions have a gap */
function currentVersion(db: Sqlite, owner: string): number {
  const { rows } = db.run("SELECT version FROM store_migration WHERE owner = ? ORDER BY version", [owner]);
  const gap = rows.findIndex(({ version }, index) => version !== index + 1);
  if (gap !== -1) throw new DamagedError(`its list of migrations of "${owner}" has no version ${gap + 1}`);
  return rows.length;
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
  try {
    db.exec(sql);
    if (!db.inTransaction) throw new Error("it ends the transaction that it runs in");
    checkReferences(db);
    db.run("INSERT INTO store_migration VALUES (?, ?, ?, ?, ?)", [owner, version, name, now, textSum(sql)]);
    db.exec(`PRAGMA user_version = ${sumOf(db)}`);
  } catch (error) {
    if (faultOf(error) !== "bug") throw error;
    const what = `cannot migrate "${path}" to version ${version} of "${owner}" (${name}): ${messageOf(error)}`;
    throw refused("config", what, takenHint(messageOf(error), { owner, lists }) ?? UNDONE);
  }
}

const UNDONE =
  "what was done was undone and nothing is lost: mend the step, or run the version that wrote it, and report this";

/** Whose it is, where a step makes what another owner has made in the same database. */
function takenHint(message: string, { owner, lists }: Pick<Step, "owner" | "lists">): string | undefined {
  const taken = /(\S+) already exists|already \w+ \w+ named (\S+)/.exec(message);
  const name = taken?.[1] ?? taken?.[2] ?? "";
  const made = (list: MigrationList) => list.migrations.flatMap(({ sql }) => madeBy(sql));
  const other = lists.find((list) => list.owner !== owner && made(list).includes(name.toLowerCase()))?.owner ??
    (name.toLowerCase() === "store_migration" ? "the store" : undefined);
  if (other === undefined) return undefined;
  return `"${name}" in this database is one of ${other}'s own: call it otherwise, such as ${owner}_${name}; what was done was undone`;
}

/** @throws RefusedError (config) naming the first step whose text is another one than when it was taken */
function checkTexts(db: Sqlite, { owner, migrations }: MigrationList, at: { readonly path: string }): void {
  const { rows } = db.run("SELECT version, text_sum FROM store_migration WHERE owner = ? ORDER BY version", [owner]);
  for (const { version, text_sum } of rows) {
    const step = migrations[Number(version) - 1];
    if (step === undefined) continue;
    const sum = textSum(step.sql);
    if (text_sum === null) {
      db.run("UPDATE store_migration SET text_sum = ? WHERE owner = ? AND version = ?", [sum, owner, step.version]);
    } else if (text_sum !== sum) {
      throw refused(
        "config",
        `cannot use "${at.path}": migration ${step.version} of "${owner}" (${step.name}) has another text than when it was applied`,
        `what has been released is never changed: bring its text back, and write the change as migration ${
          migrations.length + 1
        }; or, where nothing is to be kept: mv "${at.path}" "${at.path}.before"`,
      );
    }
  }
}

/** @throws RefusedError (config) when the database is ahead of the list, or a step that was taken has another text now */
function missingSteps(db: Sqlite, { owner, migrations }: MigrationList, at: { path: string }): readonly Migration[] {
  const current = currentVersion(db, owner);
  if (current > migrations.length) {
    throw refused(
      "config",
      `cannot use "${at.path}": version ${current} of "${owner}" wrote it, this one knows ${migrations.length}`,
      `run the newer one again, or start with an empty database: mv "${at.path}" "${at.path}.newer"`,
    );
  }
  checkTexts(db, { owner, migrations }, at);
  return migrations.slice(current);
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
  refuseForeign(db, lists, at);
  db.exec("PRAGMA foreign_keys = OFF");
  makeTable(db);
  checkSum(db);
  const missing = lists.flatMap((list) => missingSteps(db, list, at).map((step) => ({ step, owner: list.owner })));
  if (missing.length > 0) {
    transaction(db, () => missing.forEach(({ step, owner }) => apply(db, step, { ...at, owner, lists })));
  }
  db.exec("PRAGMA foreign_keys = ON");
  const latest = lists.reduce((sum, { migrations }) => sum + migrations.length, 0);
  return { current: latest, latest, pending: 0 };
}
