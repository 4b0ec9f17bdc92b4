import type { JsonSchema } from "./kind.ts";
import { listSettings } from "./list_settings.ts";
import type { Schema, Section } from "./section.ts";
import { shortKeysOf } from "./short_keys.ts";
import { type Fields, isGroup, type Setting } from "./setting.ts";

/** The JSON Schema (draft 2020-12) of a configuration file, for editors. `title` names the program. */
export function jsonSchemaOf(schema: Schema, title: string): JsonSchema {
  const top = schema.sections.find(({ name }) => name === "");
  const tables = schema.sections.filter(({ name }) => name !== "");
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: `Configuration of ${title}`,
    type: "object",
    properties: withShortKeys(schema, {
      ...propertiesOf(top?.fields ?? {}),
      ...Object.fromEntries(tables.map((section) => [section.name, sectionSchema(section)])),
    }),
    additionalProperties: false,
  };
}

type Properties = Readonly<Record<string, JsonSchema>>;

/** The short keys of an app beside the long ones. */
function withShortKeys(schema: Schema, properties: Properties): Properties {
  const settings = new Map(listSettings(schema).map(({ key, setting }) => [key, setting]));
  return shortKeysOf(schema).reduce((all, { short, long }) => {
    const setting = settings.get(long);
    return setting === undefined ? all : withProperty(all, short.split("."), settingSchema(setting));
  }, properties);
}

function withProperty(properties: Properties, path: readonly string[], node: JsonSchema): Properties {
  const [key = "", ...rest] = path;
  if (rest.length === 0) return { ...properties, [key]: node };
  const table = properties[key] ?? tableSchema({});
  return { ...properties, [key]: { ...table, properties: withProperty(table.properties as Properties, rest, node) } };
}

function sectionSchema(section: Section): JsonSchema {
  const table = { description: sentence(section.help), ...tableSchema(section.fields) };
  return section.many ? { type: "array", items: table } : table;
}

/** A table with these fields and no others. */
export function tableSchema(fields: Fields): JsonSchema {
  const required = Object.entries(fields).filter(([, field]) => !isGroup(field) && field.presence === "required");
  return {
    type: "object",
    properties: propertiesOf(fields),
    ...(required.length === 0 ? {} : { required: required.map(([key]) => key) }),
    additionalProperties: false,
  };
}

function propertiesOf(fields: Fields): Properties {
  return Object.fromEntries(
    Object.entries(fields).map(([key, field]) => [
      key,
      isGroup(field) ? { description: sentence(field.help), ...tableSchema(field.fields) } : settingSchema(field),
    ]),
  );
}

function settingSchema(setting: Setting): JsonSchema {
  const more = setting.doc === undefined ? "" : ` ${setting.doc}`;
  return {
    description: sentence(setting.help) + more,
    ...setting.kind.json,
    ...(setting.default === undefined ? {} : { default: setting.default }),
    examples: [setting.example],
  };
}

/** A phrase as a sentence. */
export function sentence(phrase: string): string {
  return `${phrase.charAt(0).toUpperCase()}${phrase.slice(1)}.`;
}
