import { fingerprint } from "../base/fingerprint.ts";
import type { Sqlite } from "../system/sqlite.ts";
import type { MigrationList } from "./messages.ts";
import { textSum } from "./migration_text.ts";
import { refused } from "./refused.ts";
import type { Migration } from "./store.ts";
import { DamagedError } from "./trouble.ts";

/** A step that is to be taken, and whose it is. */
export interface MissingStep {
  readonly owner: string;
  readonly step: Migration;
}

/** Of a database in which no step was taken yet there are none. */
function columnsOf(db: Sqlite): readonly unknown[] {
  return db.run("SELECT name FROM pragma_table_info('store_migration')").rows.map(({ name }) => name);
}

/** What stands in `user_version` for the steps that were taken. */
export function sumOf(db: Sqlite): number {
  const { rows } = db.run("SELECT owner, version, name, applied_at FROM store_migration ORDER BY owner, version");
  const sum = BigInt(`0x${fingerprint(JSON.stringify(rows.map((row) => Object.values(row))))}`);
  return Number(BigInt.asUintN(31, sum)) || 1;
}

function checkSum(db: Sqlite): void {
  const kept = db.run("PRAGMA user_version").rows[0]?.user_version;
  if (kept === 0) return;
  if (columnsOf(db).length === 0 || kept !== sumOf(db)) throw new DamagedError("its list of migrations is damaged");
}

/** Sums of the texts of the steps that were taken, null where nobody kept it. @throws DamagedError when there is a gap */
function textsOf(db: Sqlite, owner: string): readonly unknown[] {
  const columns = columnsOf(db);
  if (columns.length === 0) return [];
  const sum = columns.includes("text_sum") ? "text_sum" : "NULL AS text_sum"; // There was a time without.
  const sql = `SELECT version, ${sum} FROM store_migration WHERE owner = ? ORDER BY version`;
  const { rows } = db.run(sql, [owner]);
  const gap = rows.findIndex(({ version }, index) => version !== index + 1);
  if (gap !== -1) throw new DamagedError(`its list of migrations of "${owner}" has no version ${gap + 1}`);
  return rows.map(({ text_sum }) => text_sum);
}

function checkTexts(
  taken: readonly unknown[],
  { owner, migrations }: MigrationList,
  at: { readonly path: string },
): void {
  const changed = migrations.find(({ sql }, index) =>
    typeof taken[index] === "string" && taken[index] !== textSum(sql)
  );
  if (changed === undefined) return;
  throw refused(
    "config",
    `cannot use "${at.path}": migration ${changed.version} of "${owner}" (${changed.name}) has another text than when it was applied`,
    `what has been released is never changed: bring its text back, and write the change as migration ${
      migrations.length + 1
    }; or, where nothing is to be kept: mv "${at.path}" "${at.path}.before"`,
  );
}

function missingOf(db: Sqlite, list: MigrationList, at: { readonly path: string }): readonly MissingStep[] {
  const { owner, migrations } = list;
  const taken = textsOf(db, owner);
  if (taken.length > migrations.length) {
    throw refused(
      "config",
      `cannot use "${at.path}": version ${taken.length} of "${owner}" wrote it, this one knows ${migrations.length}`,
      `run the newer one again, or start with an empty database: mv "${at.path}" "${at.path}.newer"`,
    );
  }
  checkTexts(taken, list, at);
  return migrations.slice(taken.length).map((step) => ({ owner, step }));
}

/**
 * The steps that a database lacks, in their order. Only reads, so that it can be asked of one that somebody else has open.
 *
 * @param at where the file is, for messages
 * @throws RefusedError (config) when the database is ahead of the lists, or a step that was taken has another text now;
 * DamagedError, or what SQLite throws
 */
export function missingSteps(
  db: Sqlite,
  lists: readonly MigrationList[],
  at: { readonly path: string },
): readonly MissingStep[] {
  checkSum(db);
  return lists.flatMap((list) => missingOf(db, list, at));
}
