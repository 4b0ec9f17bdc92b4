/**
 * The schema room owns the definition of every setting: one value says its key, type, default, words and reload
 * behaviour, and everything else (validator, type, flags, variables, JSON Schema, starter file, docs) is made from it.
 * It never reads a file, a variable or a clock.
 *
 * This file is the language of types: a kind knows how one sort of value is read, written and described.
 */
import type { Fields } from "./setting.ts";

/** The way to a value inside a document: keys, and indexes of elements of arrays. */
export type Path = readonly (string | number)[];

/** What is wrong with one value. */
export interface Flaw {
  readonly path: Path;
  /** What it is about: the key itself (unknown, reserved), the value, or a whole table that lacks something. */
  readonly target: "key" | "value";
  /** Continues the name of the setting, without a final period: `is 70000, more than 65535`. */
  readonly message: string;
  /** What the user can do; no final period. */
  readonly hint?: string;
  /** Worth saying, and no reason to refuse the value. */
  readonly warning?: true;
}

/** How a flaw is told. */
export interface FlawOptions {
  readonly hint?: string;
  /** Way to what it is about, from here. */
  readonly path?: Path;
  readonly target?: "key" | "value";
}

/** Where a reader stands: it collects flaws and knows what relative paths are relative to. */
export interface Reading {
  readonly path: Path;
  /** Absolute directory that relative paths are relative to. */
  readonly base: string;
  /** Records a flaw of the value here, or of what `path` leads to from here. */
  flaw(message: string, options?: FlawOptions): void;
  /** Records what is no flaw but probably a mistake. */
  warn(message: string, options?: FlawOptions): void;
  at(step: string | number): Reading;
  /** The value that another setting has, by dotted key, for defaults that are inherited. */
  lookup(key: string): unknown;
  /**
   * What `make` gives, made once for each `owner` in the whole document: thousands of tables share what does not depend
   * on them. Undefined is not kept, so that whoever records a flaw records it each time.
   */
  once<T>(owner: object, make: () => T): T;
}

/** A JSON Schema (draft 2020-12) node. */
export type JsonSchema = { readonly [key: string]: unknown };

/** One sort of value: `T` is what the program works with, the raw value is what a TOML document holds. */
export interface Kind<T> {
  /** For docs and messages: `duration`, `"text" or "json"`. */
  readonly label: string;
  readonly json: JsonSchema;
  /** Words that the value can be, for completions. */
  readonly choices?: readonly string[];
  /** How a shell completes it. */
  readonly completes?: "file" | "directory";
  /** Its values are arrays or tables, so text that begins with a bracket is TOML. */
  readonly structured?: true;
  /** Of a table with keys of the user's choice: the kind of one value. */
  readonly entry?: Kind<unknown>;
  /** Of a table with keys of its own: what they are. */
  readonly fields?: Fields;
  /** Another way to write a raw value, in which it is shown: the word that a synonym stands for. */
  printed?(raw: unknown): unknown;
  /** The value, or undefined after at least one flaw was recorded. */
  read(raw: unknown, reading: Reading): T | undefined;
  /** The raw value that a text from the command line, the environment or `config set` means. */
  fromText(text: string): unknown;
}

/** A raw value as it is shown, those of a table each by its own kind. */
export function printedBy(kind: Kind<unknown>, raw: unknown): unknown {
  const { entry } = kind;
  if (entry === undefined || !isTable(raw)) return kind.printed?.(raw) ?? raw;
  return Object.fromEntries(Object.entries(raw).map(([key, value]) => [key, printedBy(entry, value)]));
}

/** What a kind reads. */
export type ValueOf<K> = K extends Kind<infer T> ? T : never;

/** A reading at the top of a document. `sink` receives the flaws. */
export function startReading(options: { base: string; sink: (flaw: Flaw) => void; lookup?: (key: string) => unknown }) {
  const { base, sink, lookup = () => undefined } = options;
  const kept = new Map<object, unknown>();
  const once = <T>(owner: object, create: () => T): T => {
    const value = kept.get(owner) as T ?? create();
    if (value !== undefined) kept.set(owner, value);
    return value;
  };
  const make = (path: Path): Reading => {
    const flawOf = (message: string, { hint, path: below = [], target = "value" }: FlawOptions = {}): Flaw => ({
      path: [...path, ...below],
      target,
      message,
      ...(hint === undefined ? {} : { hint }),
    });
    return {
      path,
      base,
      lookup,
      once,
      flaw: (message, told) => sink(flawOf(message, told)),
      warn: (message, told) => sink({ ...flawOf(message, told), warning: true }),
      at: (step) => make([...path, step]),
    };
  };
  return make([]);
}

/** Whether a raw value is a TOML table. Dates, which smol-toml gives as objects, are none. */
export function isTable(raw: unknown): raw is Record<string, unknown> {
  return typeof raw === "object" && raw !== null && !Array.isArray(raw) && !(raw instanceof Date);
}

const SHOWN_LENGTH = 60;

/** A raw value for a message: `"loud"`, `70000`, `a table`. Never descends into it. */
export function show(raw: unknown): string {
  if (Array.isArray(raw)) return raw.length === 0 ? "an empty array" : "an array";
  if (raw instanceof Date) return "a date";
  if (isTable(raw)) return "a table";
  if (typeof raw !== "string") return String(raw);
  return JSON.stringify(raw.length > SHOWN_LENGTH ? `${raw.slice(0, SHOWN_LENGTH)}…` : raw);
}
