import { sentence } from "./json_schema.ts";
import { leaves } from "./list_settings.ts";
import type { Schema, Section } from "./section.ts";
import type { Setting } from "./setting.ts";
import { tomlText } from "./toml_text.ts";

/**
 * A configuration file to begin with: every setting is there as a comment with its default, so that the file means the
 * same as no file. `title` names the program.
 */
export function starterToml(schema: Schema, title: string): string {
  const head = [
    `# Configuration of ${title}. Every line is optional; what stands here as a comment is the default.`,
    "# Relative paths are relative to the directory of this instance.",
    "# After a change: `config check`, then `reload`.",
  ];
  return `${[head.join("\n"), ...schema.sections.map(sectionText)].join("\n\n")}\n`;
}

function sectionText(section: Section): string {
  const settings = leaves(section.fields, []);
  const header = section.name === ""
    ? []
    : section.many
    ? [`# ${sentence(section.help)} One table for each.`, `# [[${section.name}]]`]
    : [`# ${sentence(section.help)}`, `[${section.name}]`];
  const lines = settings.map(({ path, setting }) => settingText(path.join("."), setting));
  return [...header, ...lines].join("\n");
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
