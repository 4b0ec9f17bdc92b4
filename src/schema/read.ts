import { nearest } from "../base/nearest.ts";
import { isTable, type Reading, show } from "./kind.ts";
import { listSettings } from "./list_settings.ts";
import type { Schema, Section } from "./section.ts";
import { shortNamesIn } from "./short_keys.ts";
import { camel, type Fields, type Group, isGroup, type Setting } from "./setting.ts";

/** Values that a document itself gives, before defaults. */
export interface DocumentValues {
  /** Value and raw value by dotted key, for sections that are one table. */
  readonly values: ReadonlyMap<string, GivenValue>;
  /** Raw tables of the sections that are arrays, by name. */
  readonly lists: ReadonlyMap<string, readonly unknown[]>;
}

/** A value together with what the user wrote. */
export interface GivenValue {
  readonly value: unknown;
  readonly raw: unknown;
}

/** Reads what a parsed document says; whatever does not fit is recorded as a flaw. */
export function readDocument(schema: Schema, document: Record<string, unknown>, reading: Reading): DocumentValues {
  const values = new Map<string, GivenValue>();
  const lists = new Map<string, readonly unknown[]>();
  const homes = homesOf(schema);
  checkTopKeys(schema, document, reading);
  for (const section of schema.sections) {
    if (section.name === "") collect(section.fields, document, { reading, prefix: "", values, known: true });
    else if (Object.hasOwn(document, section.name)) {
      const short = shortNamesIn(schema, [section.name]);
      readSection(section, document[section.name], { reading: reading.at(section.name), values, lists, short, homes });
    }
  }
  return { values, lists };
}

function readSection(
  section: Section,
  raw: unknown,
  into: {
    reading: Reading;
    values: Map<string, GivenValue>;
    lists: Map<string, readonly unknown[]>;
    short: readonly string[];
    homes: Homes;
  },
): void {
  const { reading, values, lists, short, homes } = into;
  if (section.many) {
    if (Array.isArray(raw) && raw.every(isTable)) return void lists.set(section.name, raw);
    const hint = `write [[${section.name}]], with two brackets, before each one`;
    return reading.flaw(`is ${show(raw)}, expected an array of tables`, { hint });
  }
  if (!isTable(raw)) {
    return reading.flaw(`is ${show(raw)}, expected a table`, { hint: `write [${section.name}] above its settings` });
  }
  checkKeys(raw, section.fields, { reading, reserved: section.reserved ?? [], short, homes });
  collect(section.fields, raw, { reading, prefix: `${section.name}.`, values, known: false });
}

/** Reads the given settings of a table and of its groups into `values`. `known`: the keys have been checked. */
function collect(
  fields: Fields,
  raw: Record<string, unknown>,
  to: { reading: Reading; prefix: string; values: Map<string, GivenValue>; known: boolean },
): void {
  for (const [key, field] of Object.entries(fields)) {
    if (!Object.hasOwn(raw, key)) continue;
    const reading = to.reading.at(key);
    const given = raw[key];
    if (!isGroup(field)) {
      const value = field.kind.read(given, reading);
      if (value !== undefined) to.values.set(`${to.prefix}${key}`, { value, raw: given });
    } else if (isTable(given)) {
      checkKeys(given, field.fields, { reading, reserved: [] });
      collect(field.fields, given, { ...to, reading, prefix: `${to.prefix}${key}.` });
    } else reading.flaw(`is ${show(given)}, expected a table`);
  }
}

const LATER = "is not available in this version yet";

/** Longest key that is compared with the known ones. */
const LONGEST_KEY = 64;

function nearestKey(key: string, names: readonly string[]): string | undefined {
  return key.length > LONGEST_KEY ? undefined : nearest(key, names);
}

function checkTopKeys(schema: Schema, document: Record<string, unknown>, reading: Reading): void {
  const top = schema.sections.find(({ name }) => name === "");
  const names = [
    ...Object.keys(top?.fields ?? {}),
    ...schema.sections.map(({ name }) => name).filter((name) => name !== ""),
    ...shortNamesIn(schema, []),
  ];
  const homes = new Map(singleSettings(schema).map(({ path, section }) => [path[0], section.name]));
  for (const key of Object.keys(document)) {
    if (names.includes(key)) continue;
    if (schema.reserved.includes(key)) {
      reading.at(key).flaw(LATER, { target: "key", hint: "take the section out" });
      continue;
    }
    const home = homes.get(key);
    const near = nearestKey(key, names);
    const hint = home ? `it belongs under [${home}]` : near ? `did you mean "${near}"?` : `known: ${names.join(", ")}`;
    reading.at(key).flaw(isTable(document[key]) ? "is not a known section" : "is not a known setting", {
      target: "key",
      hint,
    });
  }
}

function singleSettings(schema: Schema) {
  return listSettings(schema).filter(({ path, section }) => !section.many && path.length === 1);
}

/** Settings of the sections that are one table, as people are shown them, by their key in it. */
type Homes = ReadonlyMap<string, string>;

function homesOf(schema: Schema): Homes {
  const settings = singleSettings(schema).filter(({ section }) => section.name !== "");
  return new Map(settings.map(({ path, shown }) => [path[0] ?? "", shown]));
}

interface KeyRules {
  readonly reading: Reading;
  readonly reserved: readonly string[];
  /** What to do instead, by key that is not known here. */
  readonly hints?: Readonly<Record<string, string>>;
  /** Names of short keys, which stand here as well. */
  readonly short?: readonly string[];
  /** Where a key that is not known here is a setting. */
  readonly homes?: Homes;
}

function checkKeys(raw: Record<string, unknown>, fields: Fields, rules: KeyRules): void {
  const { reading, reserved, hints = {}, short = [], homes } = rules;
  const names = [...Object.keys(fields), ...short];
  for (const key of Object.keys(raw)) {
    if (Object.hasOwn(fields, key)) continue;
    if (reserved.includes(key)) {
      reading.at(key).flaw(LATER, { target: "key", hint: "take the line out" });
      continue;
    }
    const near = homes?.get(key) ?? nearestKey(key, names);
    const known = near ? `did you mean "${near}"?` : `known: ${names.join(", ")}`;
    const hint = Object.hasOwn(hints, key) ? hints[key] ?? known : known;
    reading.at(key).flaw("is not a known setting", { target: "key", hint });
  }
}

/** Reads a table that is the value of one setting; undefined when anything is wrong with it, an unknown key included. */
export function readTable(
  fields: Fields,
  raw: Record<string, unknown>,
  { reading, hints = {} }: Pick<KeyRules, "reading" | "hints">,
): Record<string, unknown> | undefined {
  checkKeys(raw, fields, { reading, reserved: [], hints });
  const values = readFields(fields, raw, reading);
  return Object.keys(raw).every((key) => Object.hasOwn(fields, key)) ? values : undefined;
}

/** Reads one table of a section that is an array, defaults included; undefined when it has flaws. */
export function readElement(section: Section, raw: Record<string, unknown>, reading: Reading): unknown {
  checkKeys(raw, section.fields, { reading, reserved: section.reserved ?? [], hints: section.hints ?? {} });
  const values = readFields(section.fields, raw, reading);
  return values === undefined ? undefined : section.finish(values, reading);
}

function readFields(
  fields: Fields,
  raw: Record<string, unknown>,
  reading: Reading,
): Record<string, unknown> | undefined {
  const result: Record<string, unknown> = {};
  let good = true;
  for (const { key, name, field } of reading.once(fields, () => namedFields(fields))) {
    const given = Object.hasOwn(raw, key) ? raw[key] : undefined;
    const read = isGroup(field) ? readGroup(key, field, { given, reading }) : readField(key, field, { given, reading });
    if (read === undefined) good &&= !isGroup(field) && given === undefined && field.presence === "optional";
    else result[name] = read;
  }
  return good ? result : undefined;
}

function namedFields(fields: Fields) {
  return Object.entries(fields).map(([key, field]) => ({ key, name: camel(key), field }));
}

interface Given {
  readonly given: unknown;
  /** Of the table that the setting stands in. */
  readonly reading: Reading;
}

/** Tables that do not have the group share its defaults. */
function readGroup(key: string, group: Group, { given, reading }: Given): Record<string, unknown> | undefined {
  if (given === undefined) return reading.once(group, () => readFields(group.fields, {}, reading.at(key)));
  const here = reading.at(key);
  if (!isTable(given)) return void here.flaw(`is ${show(given)}, expected a table`);
  checkKeys(given, group.fields, { reading: here, reserved: [] });
  return readFields(group.fields, given, here);
}

function readField(key: string, field: Setting, { given, reading }: Given): unknown {
  if (given !== undefined) return field.kind.read(given, reading.at(key));
  if (field.presence === "required") return void reading.flaw(`lacks "${key}"`, { hint: `add: ${key} = …` });
  return reading.once(field, () => defaultOf(field, reading.at(key)));
}

/** The value that a setting has when nobody gives one; undefined for an optional one. */
export function defaultOf(setting: Setting, reading: Reading): unknown {
  if (setting.inherit !== undefined) return reading.lookup(setting.inherit);
  return setting.default === undefined ? undefined : setting.kind.read(setting.default, reading);
}
