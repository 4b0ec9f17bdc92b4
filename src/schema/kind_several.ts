import type { Kind, Reading } from "./kind.ts";

/** Options of {@link oneOrMore}. */
export interface SeveralOptions {
  readonly label: string;
  /** Fewest elements of an array. Default 1. */
  readonly min?: number;
  /** What two elements have in common when they say the same, as they are read; absent: any two may stand together. */
  readonly sameness?: (value: never) => string;
}

/** One element, or an array of them; reads to an array. As text: elements separated by commas, or TOML. */
export function oneOrMore<T>(element: Kind<T>, options: SeveralOptions): Kind<T[]> {
  const { label, min = 1 } = options;
  const sameness = options.sameness as ((value: T) => string) | undefined;
  const items = { type: "array", items: element.json, minItems: min, ...(sameness ? { uniqueItems: true } : {}) };
  return {
    label,
    json: { anyOf: [element.json, items] },
    structured: true,
    ...(element.choices === undefined ? {} : { choices: element.choices }),
    fromText: (given) => given.split(",").map((part) => element.fromText(part.trim())),
    read(raw, reading) {
      if (!Array.isArray(raw)) {
        const value = element.read(raw, reading);
        return value === undefined ? undefined : [value];
      }
      if (raw.length < min) return void reading.flaw("is an empty array");
      const values = raw.map((item, index) => element.read(item, reading.at(index)));
      if (values.some((value) => value === undefined)) return undefined;
      return sameness === undefined || differ(values as T[], { sameness, reading }) ? values as T[] : undefined;
    },
  };
}

/** Whether no two values say the same; each that does is told. */
function differ<T>(
  values: readonly T[],
  { sameness, reading }: { readonly sameness: (value: T) => string; readonly reading: Reading },
): boolean {
  const first = new Map<string, number>();
  for (const [index, value] of values.entries()) {
    const key = sameness(value);
    const before = first.get(key);
    if (before === undefined) first.set(key, index);
    else {
      reading.at(index).flaw(`says the same as element ${before + 1}: ${JSON.stringify(key)}`, {
        hint: "take one of them out",
      });
    }
  }
  return first.size === values.length;
}
