import { tableSchema } from "./json_schema.ts";
import { isTable, type Kind, type Reading, show } from "./kind.ts";
import { readTable } from "./read.ts";
import type { Fields, ValuesOf } from "./setting.ts";

/** Options of {@link tableOf}. */
export interface TableOptions<F extends Fields, Out> {
  readonly label: string;
  /** A whole value, for somebody who gave something else. */
  readonly example: string;
  /** What to do instead, by key that is not known. */
  readonly hints?: Readonly<Record<string, string>>;
  /** Checks the values together and gives their final form; undefined after it has recorded a flaw. */
  finish(values: ValuesOf<F>, reading: Reading): Out | undefined;
}

/** A table that is one value: there as a whole or not at all, unlike a group, whose settings stand for themselves. */
export function tableOf<const F extends Fields, Out>(fields: F, options: TableOptions<F, Out>): Kind<Out> {
  const { label, example, hints = {} } = options;
  return {
    label,
    json: tableSchema(fields),
    structured: true,
    fields,
    fromText: (given) => given,
    read(raw, reading) {
      if (!isTable(raw)) return void reading.flaw(`is ${show(raw)}, expected a table`, { hint: `write ${example}` });
      const values = readTable(fields, raw, { reading, hints });
      return values === undefined ? undefined : options.finish(values as ValuesOf<F>, reading);
    },
  };
}
