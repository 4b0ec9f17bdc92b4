import { messageOf } from "../base/errors.ts";
import { fingerprint } from "../base/fingerprint.ts";
import type { Sqlite } from "../system/sqlite.ts";
import type { MigrationList, MigrationState } from "./messages.ts";
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
  PRIMARY KEY (owner, version)) STRICT, WITHOUT ROWID`;

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
}

function apply(db: Sqlite, { version, name, sql }: Migration, { path, owner, now }: Step): void {
  try {
    transaction(db, () => {
      db.exec(sql);
      if (!db.inTransaction) throw new Error("it ends the transaction that it runs in");
      checkReferences(db);
      db.run("INSERT INTO store_migration VALUES (?, ?, ?, ?)", [owner, version, name, now]);
      db.exec(`PRAGMA user_version = ${sumOf(db)}`);
    });
  } catch (error) {
    if (faultOf(error) !== "bug") throw error;
    const what = `cannot migrate "${path}" to version ${version} of "${owner}" (${name}): ${messageOf(error)}`;
    throw refused(
      "config",
      what,
      "the step was undone and nothing is lost: run the appd that wrote it, and report this",
    );
  }
}

function bring(db: Sqlite, list: MigrationList, at: { path: string; now: number }): number {
  const { owner, migrations } = list;
  const current = currentVersion(db, owner);
  if (current > migrations.length) {
    throw refused(
      "config",
      `cannot use "${at.path}": version ${current} of "${owner}" wrote it, this one knows ${migrations.length}`,
      `run the newer one again, or start with an empty database: mv "${at.path}" "${at.path}.newer"`,
    );
  }
  for (const migration of migrations.slice(current)) apply(db, migration, { ...at, owner });
  return migrations.length;
}

/**
 * Takes the steps that are missing, each in a transaction of its own. Foreign keys are off meanwhile, so that a step may
 * build a table anew (https://sqlite.org/lang_altertable.html, 7), and checked at the end of each.
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
  db.exec(TABLE);
  checkSum(db);
  const current = lists.reduce((sum, list) => sum + bring(db, list, at), 0);
  db.exec("PRAGMA foreign_keys = ON");
  return { current, latest: current, pending: 0 };
}
