import { nearest } from "../base/nearest.ts";
import { isTable, type Path, type Reading, show } from "./kind.ts";
import type { Schema } from "./section.ts";

/** A key that an app lets people write instead of a longer one: `port` for `server.port`. */
export interface ShortKey {
  readonly short: string;
  readonly long: string;
}

type Document = Readonly<Record<string, unknown>>;

export function shortKeysOf(schema: Schema): readonly ShortKey[] {
  return Object.entries(schema.keys ?? {}).map(([short, long]) => ({ short, long }));
}

/** The key in its long spelling, whichever was given; what follows it stays: `levels.http` → `log.levels.http`. */
export function longKey(schema: Schema, key: string): string {
  const used = shortKeysOf(schema).find(({ short }) => key === short || key.startsWith(`${short}.`));
  return used === undefined ? key : used.long + key.slice(used.short.length);
}

/** Gives a key as people are shown it: in the short spelling where there is one, the first of several. */
export function shownKeys(schema: Schema): (key: string) => string {
  const shorts = new Map(shortKeysOf(schema).toReversed().map(({ short, long }) => [long, short] as const));
  return (key) => shorts.get(key) ?? key;
}

/** The keys that short ones add to a table of the document; `[]` is its top. */
export function shortNamesIn(schema: Schema, table: readonly string[]): string[] {
  const below = shortKeysOf(schema).map(({ short }) => short.split(".")).filter((way) => startsWith(way, table));
  return [...new Set(below.flatMap((way) => way[table.length] ?? []))];
}

/** The document with every setting in its long spelling. One that is given in two spellings is a flaw of both. */
export function inLongKeys(schema: Schema, document: Record<string, unknown>, reading: Reading) {
  const keys = shortKeysOf(schema);
  if (keys.length === 0) return document;
  let long: Record<string, unknown> = document;
  const spelled = new Map<string, string>();
  for (const key of keys) {
    const value = valueAt(document, key.short.split("."));
    if (value === undefined) continue;
    long = without(long, key.short.split("."));
    const other = spelled.get(key.long) ??
      (valueAt(document, key.long.split(".")) === undefined ? undefined : key.long);
    if (other === undefined) long = having(long, key.long.split("."), value);
    else for (const [one, two] of [[key.short, other], [other, key.short]] as const) flawTwice(reading, one, two);
    spelled.set(key.long, key.short);
  }
  return withoutNewTables(schema, long, reading);
}

function flawTwice(reading: Reading, one: string, two: string): void {
  at(reading, one.split(".")).flaw(`is the same setting as ${two}, which is given too`, {
    target: "key",
    hint: "keep one of the two lines",
  });
}

/** Tables that only short keys live in are none of the schema's; what is left in them is unknown. */
function withoutNewTables(schema: Schema, document: Document, reading: Reading): Record<string, unknown> {
  const known = new Set(schema.sections.flatMap(({ name, fields }) => name === "" ? Object.keys(fields) : [name]));
  const added = shortKeysOf(schema).map(({ short }) => short.split(".")).filter((way) => way.length > 1);
  const tables = new Set(added.flatMap(([table = ""]) => known.has(table) ? [] : [table]));
  for (const table of tables) {
    if (Object.hasOwn(document, table)) {
      checkLeft(schema, document[table], { reading: reading.at(table), way: [table] });
    }
  }
  return Object.fromEntries(Object.entries(document).filter(([key]) => !tables.has(key)));
}

function checkLeft(schema: Schema, left: unknown, at: { readonly reading: Reading; readonly way: readonly string[] }) {
  const { reading, way } = at;
  if (!isTable(left)) return reading.flaw(`is ${show(left)}, expected a table`);
  const names = shortNamesIn(schema, way);
  for (const [key, value] of Object.entries(left)) {
    if (names.includes(key)) checkLeft(schema, value, { reading: reading.at(key), way: [...way, key] });
    else {
      const near = nearest(key, names);
      const hint = near === undefined ? `known: ${names.join(", ")}` : `did you mean "${near}"?`;
      reading.at(key).flaw("is not a known setting", { target: "key", hint });
    }
  }
}

/**
 * How a document spells the way to a value: by the short key or the long one, whichever it uses. What it does not have is
 * spelled by the short one.
 *
 * @param document as it was written
 */
export function spellingIn(schema: Schema, document: Document): (path: Path) => Path {
  const keys = shortKeysOf(schema).map(({ short, long }) => ({ short: short.split("."), long: long.split(".") }));
  return (path) => {
    const same = keys.filter(({ long }) => startsWith(path, long));
    const [first] = same;
    if (first === undefined || valueAt(document, first.long) !== undefined) return path;
    const { short, long } = same.find((each) => valueAt(document, each.short) !== undefined) ?? first;
    return [...short, ...path.slice(long.length)];
  };
}

function startsWith(path: Path, start: Path): boolean {
  return start.every((step, index) => path[index] === step);
}

function at(reading: Reading, path: Path): Reading {
  return path.reduce<Reading>((here, step) => here.at(step), reading);
}

function valueAt(document: Document, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (here, step) => isTable(here) && Object.hasOwn(here, step) ? here[step] : undefined,
    document,
  );
}

/** A copy that has `value` at the end of `path`; as it is where something else than a table is in the way. */
function having(document: Document, path: readonly string[], value: unknown): Record<string, unknown> {
  const [step = "", ...rest] = path;
  if (rest.length === 0) return { ...document, [step]: value };
  const below = Object.hasOwn(document, step) ? document[step] : {};
  return isTable(below) ? { ...document, [step]: having(below, rest, value) } : { ...document };
}

/** A copy that lacks what is at the end of `path`, and the tables that are empty then. */
function without(document: Document, path: readonly string[]): Record<string, unknown> {
  const [step = "", ...rest] = path;
  const { [step]: here, ...others } = document;
  if (rest.length === 0 || !isTable(here)) return others;
  const below = without(here, rest);
  return Object.keys(below).length === 0 ? others : { ...others, [step]: below };
}
