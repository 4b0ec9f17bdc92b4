import type { Reading } from "./kind.ts";
import { type Camel, camel, type Fields, type ValuesOf } from "./setting.ts";

/** A table of the document, or with `many` an array of tables. The section with the empty name is the document's top. */
export interface Section<N extends string = string, M extends boolean = boolean, Out = unknown> {
  readonly name: N;
  readonly many: M;
  /** Key in the program's configuration. */
  readonly as: string;
  /** A phrase for docs and the starter file. */
  readonly help: string;
  readonly doc?: string;
  readonly fields: Fields;
  /** Begins the names of the section's command line options. */
  readonly flagPrefix?: string;
  /** Keys that a later version brings; using one is an error. */
  readonly reserved?: readonly string[];
  /** With `many`: the key whose values have to differ. */
  readonly unique?: string;
  /**
   * Checks several values together and gives the final form. A flawed value that has a default
   * appears as its default; without one, this does not run.
   */
  finish(values: unknown, reading: Reading): Out;
}

interface SectionOptions<F extends Fields, Out> {
  readonly help: string;
  readonly doc?: string;
  readonly fields: F;
  readonly flagPrefix?: string;
  readonly reserved?: readonly string[];
  readonly finish?: (values: ValuesOf<F>, reading: Reading) => Out;
}

/** Defines a table; `""` is the document's top. */
export function section<const N extends string, const F extends Fields, Out = ValuesOf<F>>(
  name: N,
  options: SectionOptions<F, Out>,
): Section<N, false, Out> {
  return { ...options, name, many: false, as: camel(name), finish: finisher(options.finish) };
}

/** Defines an array of tables, in the program's configuration under the plural of its name. */
export function listSection<const N extends string, const F extends Fields, Out = ValuesOf<F>>(
  name: N,
  options: SectionOptions<F, Out> & { readonly unique: keyof F & string },
): Section<N, true, Out> {
  return { ...options, name, many: true, as: `${camel(name)}s`, finish: finisher(options.finish) };
}

function finisher<V, Out>(finish: ((values: V, reading: Reading) => Out) | undefined) {
  return (values: unknown, reading: Reading): Out => finish ? finish(values as V, reading) : values as Out;
}

/** All sections of a configuration file. A value: an app adds its own with {@link extendSchema}. */
export interface Schema<S extends readonly Section[] = readonly Section[]> {
  /** Begins the names of the variables: `APPD`. */
  readonly prefix: string;
  readonly sections: S;
  /** Sections that a later version brings; using one is an error. */
  readonly reserved: readonly string[];
}

/** A schema that has the sections of `base` and more. A section that was reserved becomes available. */
export function extendSchema<const S extends readonly Section[], const T extends readonly Section[]>(
  base: Schema<S>,
  more: { readonly sections: T; readonly prefix?: string },
): Schema<[...S, ...T]> {
  const names = new Set(more.sections.map(({ name }) => name));
  return {
    prefix: more.prefix ?? base.prefix,
    sections: [...base.sections, ...more.sections],
    reserved: base.reserved.filter((name) => !names.has(name)),
  };
}

type SectionValues<S> = S extends Section<infer N, infer M, infer Out> ? N extends "" ? Out
  : M extends true ? { readonly [K in `${Camel<N>}s`]: readonly Out[] }
  : { readonly [K in Camel<N>]: Out }
  : never;

type Intersection<U> = (U extends unknown ? (value: U) => void : never) extends (value: infer I) => void ? I : never;

/** The configuration that documents of a schema are read to. */
export type ConfigOf<S extends Schema> = Intersection<SectionValues<S["sections"][number]>>;
