import { EXIT_CODES, type ExitName } from "../base/exit_codes.ts";
import type { Product } from "../base/product.ts";
import { allInWordsOf, type Words } from "../base/words.ts";
import type { Exits, ProgramSpec } from "./command.ts";

/**
 * The table of commands as that of another product: each text of it in its words, from the usage to the examples. What the
 * commands do, and how they are called, stays as it is.
 *
 * @param spec appd's own table
 */
export function renamed(spec: ProgramSpec, product: Product): ProgramSpec {
  const words = allInWordsOf(product);
  const { name, version, summary } = product;
  return { ...inWords(spec, words), name, version, summary, exits: exitsIn(words) };
}

/** Data with every text in it in other words; the names of things are data too, and none of them is appd's. */
function inWords<T>(value: T, words: Words): T;
function inWords(value: unknown, words: Words): unknown {
  if (typeof value === "string") return words(value);
  if (Array.isArray(value)) return value.map((one) => inWords(one, words));
  if (typeof value !== "object" || value === null) return value;
  const said: Record<string, unknown> = {};
  for (const key in value) said[key] = inWords((value as Readonly<Record<string, unknown>>)[key], words); // A start waits.
  return said;
}

/** The exit codes whose meaning is another one in these words. */
function exitsIn(words: Words): Exits {
  const rows = Object.entries(EXIT_CODES) as [ExitName, { readonly meaning: string }][];
  return Object.fromEntries(
    rows.flatMap(([name, { meaning }]) => words(meaning) === meaning ? [] : [[name, words(meaning)]]),
  );
}
