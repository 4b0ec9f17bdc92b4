import { sentence } from "./json_schema.ts";
import { listSettings, type NamedSetting } from "./list_settings.ts";
import type { Schema, Section } from "./section.ts";
import type { Setting } from "./setting.ts";
import { tomlText } from "./toml_text.ts";

/**
 * A configuration file to begin with: every setting is there as a comment with its default, so that the file means the
 * same as no file. Where an app has short keys, these are shown. `title` names the program.
 */
export function starterToml(schema: Schema, title: string): string {
  const head = [
    `# Configuration of ${title}. Every line is optional; what stands here as a comment is the default.`,
    "# Relative paths are relative to the directory of this instance.",
    "# After a change: `config check`, then `reload`.",
  ];
  return `${[head.join("\n"), ...sheetsOf(schema).map(sheetText)].join("\n\n")}\n`;
}

/** A table of the file with what stands in it. */
interface Sheet {
  readonly name: string;
  /** Absent of a table that only short keys make. */
  readonly section?: Section;
  readonly lines: readonly { readonly key: string; readonly setting: Setting }[];
}

/** The tables that are not empty, the top of the file first. */
function sheetsOf(schema: Schema): Sheet[] {
  const lines = new Map<string, Sheet["lines"]>(schema.sections.map(({ name }) => [name, []]));
  for (const named of listSettings(schema)) {
    const { table, key } = placeOf(named);
    lines.set(table, [...lines.get(table) ?? [], { key, setting: named.setting }]);
  }
  const sections = new Map(schema.sections.map((section) => [section.name, section]));
  return [...lines].filter(([, lines]) => lines.length > 0).map(([name, lines]) => {
    const section = sections.get(name);
    return { name, lines, ...(section === undefined ? {} : { section }) };
  });
}

function placeOf({ key, path, section, shown }: NamedSetting): { table: string; key: string } {
  if (shown === key) return { table: section.name, key: path.join(".") };
  const [table = "", ...rest] = shown.split(".");
  return rest.length === 0 ? { table: "", key: shown } : { table, key: rest.join(".") };
}

function sheetText({ name, section, lines }: Sheet): string {
  const help = section === undefined
    ? []
    : [`# ${sentence(section.help)}${section.many ? " One table for each." : ""}`];
  const header = name === "" ? [] : [...help, section?.many ? `# [[${name}]]` : `[${name}]`];
  return [...header, ...lines.map(({ key, setting }) => settingText(key, setting))].join("\n");
}

function settingText(key: string, setting: Setting): string {
  const shown = setting.default ?? setting.example;
  const note = setting.presence === "required"
    ? " Required."
    : setting.inherit !== undefined
    ? ` Default: ${setting.inherit}.`
    : setting.default === undefined
    ? ` Default: ${setting.defaultText ?? "none"}.`
    : "";
  return `# ${sentence(setting.help)}${note}\n# ${key} = ${tomlText(shown)}`;
}
