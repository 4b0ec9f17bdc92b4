import type { Sqlite } from "../system/sqlite.ts";
import type { MigrationList } from "./messages.ts";
import { madeBy } from "./migration_text.ts";
import { refused } from "./refused.ts";

/**
 * Refuses a database that another program has made, when ours cannot be in it too: tables of one name would be two, and so
 * would versions, for which SQLite has one place. Nothing in it is changed. One that has neither is used, with its tables.
 *
 * @param lists what is going to be made in it
 * @returns whether ours is in it already
 * @throws RefusedError (config)
 */
export function refuseForeign(
  db: Sqlite,
  lists: readonly MigrationList[],
  { path }: { readonly path: string },
): boolean {
  const [all, tables] = [namesIn(db), namesIn(db, "WHERE type IN ('table', 'view')")];
  if (tables.has("store_migration")) return true;
  const own = lists.map((list) => namesMade(list));
  const hasAll = own.some((names) => names.length > 0 && names.every((name) => all.has(name)));
  if (hasAll && versionOf(db) !== 0) return true; // It is ours, and has lost its list: that is damage.
  const taken = [...new Set(own.flat())].filter((name) => tables.has(name));
  if (taken.length > 0) throw foreign(path, `its ${quoted(taken)} not what is made here under that name`);
  if (versionOf(db) !== 0) throw foreign(path, `it has a version of its own (user_version ${versionOf(db)})`);
  return false;
}

function foreign(path: string, why: string) {
  return refused(
    "config",
    `cannot use "${path}": another program made it: ${why}`,
    `nothing in it was changed: keep it elsewhere, and this program begins with an empty one: mv "${path}" "${path}.other"`,
  );
}

function quoted(names: readonly string[]): string {
  const words = names.map((name) => `"${name}"`);
  return words.length === 1
    ? `table ${words[0]} is`
    : `tables ${words.slice(0, -1).join(", ")} and ${words.at(-1)} are`;
}

/** In small letters, as SQLite compares names. @param which of the schema's rows; default: all */
function namesIn(db: Sqlite, which = ""): ReadonlySet<string> {
  const { rows } = db.run(`SELECT name FROM sqlite_schema ${which}`);
  return new Set(rows.map(({ name }) => String(name).toLowerCase()));
}

/** What the steps of a list make that must not be there. */
function namesMade({ migrations }: MigrationList): readonly string[] {
  return migrations.flatMap(({ sql }) => madeBy(sql, { evenIfThere: false }));
}

function versionOf(db: Sqlite): unknown {
  return db.run("PRAGMA user_version").rows[0]?.user_version;
}
