import type { DocumentCheck, DocumentLink } from "./document_check.ts";
import type { Reading } from "./kind.ts";
import { type Camel, camel, type Fields, type ValuesOf } from "./setting.ts";

/** A table of the document, or with `many` an array of tables. The section with the empty name is the document's top. */
export interface Section<
  N extends string = string,
  M extends boolean = boolean,
  Out = unknown,
  A extends string = string,
> {
  readonly name: N;
  readonly many: M;
  /** Key in the program's configuration. */
  readonly as: A;
  /** A phrase for docs and the starter file. */
  readonly help: string;
  readonly doc?: string;
  readonly fields: Fields;
  /** Begins the names of the section's command line options. */
  readonly flagPrefix?: string;
  /** Keys that a later version brings; using one is an error. */
  readonly reserved?: readonly string[];
  /** What to write instead, by a key that people try and that is not known. */
  readonly hints?: Readonly<Record<string, string>>;
  /** With `many`: the key whose values have to differ. */
  readonly unique?: string;
  /**
   * Checks several values together and gives the final form. A flawed value that has a default
   * appears as its default; without one, this does not run.
   */
  // deno-lint-ignore no-explicit-any -- the values of its own fields, which the section's type does not carry
  finish(values: any, reading: Reading): Out;
}

/** What {@link section} and {@link listSection} take beside the name. */
export interface SectionOptions<F extends Fields> {
  readonly help: string;
  readonly doc?: string;
  readonly fields: F;
  readonly flagPrefix?: string;
  readonly reserved?: readonly string[];
  readonly hints?: Readonly<Record<string, string>>;
}

/** For a section whose final form is not what its settings read to. */
export interface Finish<F extends Fields, Out> {
  /**
   * Checks the values of one table together and gives their final form. A flawed value that has a default appears as its
   * default; without one, this does not run.
   */
  finish(values: ValuesOf<F>, reading: Reading): Out;
}

/** For a list: the key whose values have to differ, such as `name`. */
export interface Unique<F extends Fields> {
  readonly unique: keyof F & string;
}

/** For a list: its key in the configuration, where the plural of its name does not do. */
export interface As<A extends string> {
  readonly as: A;
}

/** Defines a table; `""` is the document's top. `finish` checks several values together and gives their final form. */
export function section<const N extends string, const F extends Fields, Out>(
  name: N,
  options: SectionOptions<F> & Finish<F, Out>,
): Section<N, false, Out, Camel<N>>;
export function section<const N extends string, const F extends Fields>(
  name: N,
  options: SectionOptions<F>,
): Section<N, false, ValuesOf<F>, Camel<N>>;
export function section(name: string, options: SectionOptions<Fields> & Partial<Finish<Fields, unknown>>): Section {
  return { ...options, name, many: false, as: camel(name), finish: options.finish ?? keep };
}

/** Defines an array of tables, in the program's configuration under the plural of its name, or as `as`. */
export function listSection<const N extends string, const F extends Fields, Out, const A extends string>(
  name: N,
  options: SectionOptions<F> & Unique<F> & Finish<F, Out> & As<A>,
): Section<N, true, Out, A>;
export function listSection<const N extends string, const F extends Fields, const A extends string>(
  name: N,
  options: SectionOptions<F> & Unique<F> & As<A>,
): Section<N, true, ValuesOf<F>, A>;
export function listSection<const N extends string, const F extends Fields, Out>(
  name: N,
  options: SectionOptions<F> & Unique<F> & Finish<F, Out>,
): Section<N, true, Out, `${Camel<N>}s`>;
export function listSection<const N extends string, const F extends Fields>(
  name: N,
  options: SectionOptions<F> & Unique<F>,
): Section<N, true, ValuesOf<F>, `${Camel<N>}s`>;
export function listSection(
  name: string,
  options: SectionOptions<Fields> & Unique<Fields> & Partial<As<string> & Finish<Fields, unknown>>,
): Section {
  return { ...options, name, many: true, as: options.as ?? `${camel(name)}s`, finish: options.finish ?? keep };
}

function keep(values: unknown): unknown {
  return values;
}

/** What one table of a section reads to. */
export type OutOf<S> = S extends Section<string, boolean, infer Out> ? Out : never;

/** All sections of a configuration file. A value: an app adds its own with {@link extendSchema}. */
export interface Schema<S extends readonly Section[] = readonly Section[]> {
  /** Begins the names of the variables: `APPD`. */
  readonly prefix: string;
  readonly sections: S;
  /** Sections that a later version brings; using one is an error. */
  readonly reserved: readonly string[];
  /** Settings by the short keys that stand for them: `{ port: "server.port" }`. */
  readonly keys?: Readonly<Record<string, string>>;
  /** What an app has of its own, which a file can name; names by section. */
  readonly brings?: Readonly<Partial<Record<"program" | "job", readonly string[]>>>;
  /** Names of the programs that an app makes of a configuration, beside those that it brings. Throws what the app throws. */
  readonly makes?: (config: unknown) => readonly string[];
  /** What sections have to do with each other. */
  readonly checks?: readonly DocumentCheck[];
  /** What sections say of each other. */
  readonly links?: readonly DocumentLink[];
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
    ...(base.checks === undefined ? {} : { checks: base.checks }),
    ...(base.links === undefined ? {} : { links: base.links }),
  };
}

type SectionValues<S> = S extends Section<infer N, infer M, infer Out, infer A> ? N extends "" ? Out
  : { readonly [K in A]: M extends true ? readonly Out[] : Out }
  : never;

type Intersection<U> = (U extends unknown ? (value: U) => void : never) extends (value: infer I) => void ? I : never;

/** The configuration that documents of a schema are read to. */
export type ConfigOf<S extends Schema> = Intersection<SectionValues<S["sections"][number]>>;
