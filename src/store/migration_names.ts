import type { MigrationList } from "./messages.ts";
import { madeBy, wordsOf } from "./migration_text.ts";

/** Something of another owner that a step names. */
export interface ForeignName {
  /** As the step names it, in small letters. */
  readonly name: string;
  /** Whose it is. */
  readonly owner: string;
}

/** What the store itself keeps in every database. */
const OWN: readonly string[] = ["store_migration"];

/**
 * What a step names of those whose lists come before its owner's, and of the store. It would get what is there already, also
 * where its words are `IF NOT EXISTS`, and what it then does to it would be done to theirs.
 *
 * @param before the lists whose steps are taken first
 */
export function foreignName(sql: string, before: readonly MigrationList[]): ForeignName | undefined {
  for (const name of namedBy(sql)) {
    const list = before.find(({ migrations }) => migrations.some((step) => madeBy(step.sql).includes(name)));
    const owner = OWN.includes(name) ? "the store" : list?.owner;
    if (owner !== undefined) return { name, owner };
  }
  return undefined;
}

/** What is wrong with a step of `owner` that names it, after the step, and what its developer can do. */
export function foreignFlaw(
  { name, owner: whose }: ForeignName,
  owner: string,
): readonly [cause: string, hint: string] {
  const prefix = owner.replaceAll("-", "_");
  return [
    `names "${name}", which in this database is one of ${whose}'s own`,
    `take names with a prefix of your own, such as ${prefix}_${name}`,
  ];
}

/** One name of this database, whose schema before it is left out: `main.runs`. Another one's is that of its schema. */
const NAME = String.raw`(?:"?main"? \. )?(\S+)`;
const LISTED = String.raw`(?:\S+ \. )?\S+(?: as)?(?: [\w$"]+)?`;

/** Where the name of a table, an index, a view or a trigger stands that is made, changed or referred to: <https://sqlite.org/lang.html>. */
const CHANGED = [
  String.raw`create (?:(?:temp|temporary|unique|virtual) )*(?:table|index|view|trigger) (?:if not exists )?`,
  String.raw`create (?:(?:temp|temporary|unique) )*(?:index|trigger) [^;]*? on `,
  String.raw`drop (?:table|index|view|trigger) (?:if exists )?`,
  String.raw`(?:alter table|rename to|into|delete from|references) `,
  String.raw`update (?:or [a-z]+ )?`,
].map((before) => new RegExp(`(?<= )${before}${NAME}`, "g"));

/** Where tables are read, commas between them. `IS DISTINCT FROM` is an operator. */
const READ = new RegExp(String.raw`(?<= )(?<!distinct )(?:from|join) ((?:${LISTED} , )*(?:\S+ \. )?\S+)`, "g");

/** What a statement calls so for itself: `WITH runs AS (…)`. */
const CALLED = /(?<= )(?:with|recursive|,) (\S+) (?:\( [^()]*\) )?as (?:(?:not )?materialized )?\(/g;

/** What lives as long as the connection, and hides what the database has under that name. */
const TEMPORARY = /(?<= )create (?:temp|temporary) (?:table|view) (?:if not exists )?(?:"?temp"? \. )?(\S+)/g;

/** Names of tables, indexes, views and triggers that a text makes, changes or reads, in small letters. */
function namedBy(sql: string): ReadonlySet<string> {
  const text = ` ${wordsOf(sql).map(plain).join(" ")} `;
  const called = new Set([...text.matchAll(CALLED)].map(([, name]) => name));
  const temporary = new Set([...text.matchAll(TEMPORARY)].map(([, name]) => name));
  const changed = CHANGED.flatMap((where) => [...text.matchAll(where)].map(([, name = ""]) => name));
  const read = [...text.matchAll(READ)].flatMap(([, list = ""]) => list.split(" , ").map(firstName));
  const names = [...changed, ...read.filter((name) => !called.has(name))].filter((name) => !temporary.has(name));
  return new Set(names.map((name) => name.replaceAll('"', "")));
}

/** `main . runs as r` → `runs`; of another database that of its schema. */
function firstName(listed: string): string {
  const [first = "", dot, second] = listed.split(" ");
  return dot === "." && second !== undefined && /^"?main"?$/.test(first) ? second : first;
}

/** In small letters; what stands in quotes keeps them, as it is no keyword, and is one word without space. */
function plain(word: string): string {
  return /^["'`[]./.test(word) ? `"${word.slice(1, -1).replaceAll(/[\s"]/g, "_").toLowerCase()}"` : word.toLowerCase();
}
