import type { Product } from "../base/product.ts";
import { allInWordsOf, type Words } from "../base/words.ts";
import type { Schema, Section } from "./section.ts";
import { type Fields, type Group, isGroup, type Setting } from "./setting.ts";

/**
 * The settings as another product explains them: help, sentences and examples in its words. What they are called, take and
 * mean stays as it is.
 *
 * @param schema appd's own
 */
export function renamedSchema<const S extends readonly Section[]>(schema: Schema<S>, product: Product): Schema<S> {
  const words = allInWordsOf(product);
  const sections = schema.sections.map((section) => ({
    ...section,
    ...textsIn(section, words),
    fields: fieldsIn(section.fields, words),
  }));
  return { ...schema, sections: sections as readonly Section[] as S };
}

function fieldsIn(fields: Fields, words: Words): Fields {
  return Object.fromEntries(
    Object.entries(fields).map((
      [key, field],
    ) => [key, isGroup(field) ? groupIn(field, words) : settingIn(field, words)]),
  );
}

function groupIn(group: Group, words: Words): Group {
  return { ...group, help: words(group.help), fields: fieldsIn(group.fields, words) };
}

function settingIn(setting: Setting, words: Words): Setting {
  const { defaultText, example } = setting;
  return {
    ...setting,
    ...textsIn(setting, words),
    ...(defaultText === undefined ? {} : { defaultText: words(defaultText) }),
    example: exampleIn(example, words),
  };
}

function textsIn({ help, doc }: { readonly help: string; readonly doc?: string }, words: Words) {
  return { help: words(help), ...(doc === undefined ? {} : { doc: words(doc) }) };
}

/** Of an example the text, or the keys of a table, can name us. */
function exampleIn(example: unknown, words: Words): unknown {
  if (typeof example === "string") return words(example);
  if (typeof example !== "object" || example === null || Array.isArray(example)) return example;
  return Object.fromEntries(Object.entries(example).map(([key, value]) => [words(key), value]));
}
