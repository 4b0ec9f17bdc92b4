import { isTable, type JsonSchema, type Kind, type Reading, show } from "./kind.ts";

/** Options of {@link list}. */
export interface ListOptions {
  /** For docs and messages. Default: `array of`, and what the elements are. */
  readonly label?: string;
  /** Fewest elements. Default 0. */
  readonly min?: number;
  /** No element twice. */
  readonly unique?: boolean;
}

/** An array of one kind. As text: elements separated by commas, or TOML. */
export function list<T>(element: Kind<T>, options: ListOptions = {}): Kind<T[]> {
  const { label = `array of ${element.label}`, min = 0, unique = false } = options;
  return {
    label,
    json: { type: "array", items: element.json, minItems: min, ...(unique ? { uniqueItems: true } : {}) },
    structured: true,
    ...(element.choices === undefined ? {} : { choices: element.choices }),
    fromText: (given) => given.split(",").map((part) => element.fromText(part.trim())),
    read(raw, reading) {
      if (!Array.isArray(raw)) {
        const hint = isTable(raw) || raw instanceof Date ? "write […]" : `write it as an array: [${show(raw)}]`;
        return void reading.flaw(`is ${show(raw)}, expected an array`, { hint });
      }
      if (raw.length < min) return void reading.flaw("is an empty array");
      const values = raw.map((item, index) => element.read(item, reading.at(index)));
      if (values.some((value) => value === undefined)) return undefined; // Two flawed ones are not one twice.
      if (unique && new Set(values).size < values.length) return void reading.flaw("names an element twice");
      return values as T[];
    },
  };
}

/** Options of {@link mapOf}. */
export interface MapOptions {
  readonly label: string;
  /** Keys have to match. */
  readonly keys: RegExp;
  /** What the pattern means. */
  readonly expected: string;
}

/** A table with keys of the user's choice and values of one kind. As text: `key=value` separated by commas, or TOML. */
export function mapOf<T>(value: Kind<T>, options: MapOptions): Kind<Record<string, T>> {
  return {
    label: options.label,
    json: { type: "object", propertyNames: { pattern: options.keys.source }, additionalProperties: value.json },
    structured: true,
    entry: value,
    fromText: (given) => pairsOf(given, (part) => value.fromText(part)),
    read(raw, reading) {
      if (!isTable(raw)) return void reading.flaw(`is ${show(raw)}, expected a table`, { hint: "write { key = … }" });
      const result: Record<string, T> = {};
      let good = true;
      for (const [key, item] of Object.entries(raw)) {
        const read = readEntry(key, item, { value, options, reading });
        if (read === undefined) good = false;
        else Object.defineProperty(result, key, { value: read, enumerable: true, writable: true, configurable: true });
      }
      return good ? result : undefined;
    },
  };
}

function readEntry<T>(
  key: string,
  item: unknown,
  { value, options, reading }: { value: Kind<T>; options: MapOptions; reading: Reading },
): T | undefined {
  if (options.keys.test(key)) return value.read(item, reading.at(key));
  reading.at(key).flaw(`has an unfit key, expected ${options.expected}`, { target: "key" });
  return undefined;
}

function pairsOf(given: string, fromText: (part: string) => unknown): unknown {
  const pairs = given.split(",").map((part) => /^\s*([^=]+?)\s*=\s*(.*?)\s*$/.exec(part));
  if (pairs.some((pair) => pair === null)) return given;
  return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? "", fromText(pair?.[2] ?? "")]));
}

/** Text of a variable's value; may be empty. */
export function variable(): Kind<string> {
  const json: JsonSchema = { type: "string" };
  return {
    label: "text",
    json,
    fromText: (given) => given,
    read(raw, reading) {
      if (typeof raw !== "string") {
        return void reading.flaw("is not a text", { hint: 'write the value in quotes: "…"' });
      }
      if (raw.includes("\0")) return void reading.flaw("contains a NUL character");
      return raw;
    },
  };
}

/** A command: an array of words, or one line for a shell, which the table that it stands in has to allow. */
export function command(): Kind<string | string[]> {
  const words = argv();
  const line = variable();
  return {
    ...words,
    json: { anyOf: [words.json, { type: "string", minLength: 1 }] },
    read(raw, reading) {
      if (typeof raw !== "string") return words.read(raw, reading);
      return raw.trim() === "" ? void reading.flaw("is empty") : line.read(raw, reading);
    },
  };
}

/** A command that no shell ever looks at: an array of words. */
export function argv(): Kind<string[]> {
  const word = variable();
  return {
    label: "array of words",
    json: { type: "array", items: { type: "string" }, minItems: 1 },
    structured: true,
    fromText: (given) => given,
    read(raw, reading) {
      if (!Array.isArray(raw)) {
        const hint = typeof raw === "string" ? wordsHint(raw) : 'such as ["./server", "--port", "9000"]';
        return void reading.flaw(`is ${show(raw)}, expected an array of words`, { hint });
      }
      if (raw.length === 0 || raw[0] === "") return void reading.flaw("names no program to run");
      const words = raw.map((item, index) => word.read(item, reading.at(index)));
      return words.some((item) => item === undefined) ? undefined : words as string[];
    },
  };
}

/** How to write a line as an array, when it has nothing that a shell would look at. */
export function wordsHint(line: string): string {
  if (!/^[\w\s./:=,@%+-]+$/.test(line)) return 'write an array such as ["./server", "--port", "9000"]'; // Else quoting matters.
  return `write [${line.trim().split(/\s+/).map((word) => JSON.stringify(word)).join(", ")}]`;
}
