import { sentence } from "./json_schema.ts";
import { listSettings, type NamedSetting } from "./list_settings.ts";
import type { Schema } from "./section.ts";
import { isGroup } from "./setting.ts";
import { tomlText } from "./toml_text.ts";

/** The reference page `docs/config.md`: a table for each section. */
export function settingsMarkdown(schema: Schema): string {
  const all = listSettings(schema);
  const sections = schema.sections.map((section) => {
    const title = section.name === ""
      ? "Top of the file"
      : section.many
      ? `\`[[${section.name}]]\``
      : `\`[${section.name}]\``;
    const own = all.filter((named) => named.section === section);
    const words = [sentence(section.help), ...(section.doc === undefined ? [] : [section.doc])].join(" ");
    return `## ${title}\n\n${words}\n\n${table(own)}${notes(own)}${own.map(insideOf).join("")}`;
  });
  return `${[INTRODUCTION, ...sections].join("\n\n")}\n`;
}

const INTRODUCTION = `# Configuration

This page is generated from the definitions in \`src/schema\`.

A value is taken from the command line, else from the file, else from the environment, else it is the default;
\`config explain KEY\` tells which. Relative paths are relative to the instance's directory. Sizes take B, KiB, MiB, GiB,
kB, MB, GB; durations ms, s, m, h, d.`;

function table(settings: readonly NamedSetting[]): string {
  const rows = settings.map(({ path, setting, env, flag }) => {
    const names = [...(flag === undefined ? [] : [`\`--${flag}\``]), ...(env === undefined ? [] : [`\`${env}\``])];
    const cells = [
      `\`${path.join(".")}\``,
      cell(setting.kind.label),
      defaultCell({ setting }),
      cell(setting.help),
      setting.reload,
      names.join(" "),
    ];
    return `| ${cells.join(" | ")} |`;
  });
  return ["| key | type | default | meaning | on reload | also |", "|---|---|---|---|---|---|", ...rows].join("\n");
}

function defaultCell({ setting }: Pick<NamedSetting, "setting">): string {
  if (setting.presence === "required") return "required";
  if (setting.inherit !== undefined) return `as \`${setting.inherit}\``;
  return setting.default === undefined ? setting.defaultText ?? "none" : `\`${tomlText(setting.default)}\``;
}

/** The keys of a table that is one value. */
function insideOf({ path, setting }: NamedSetting): string {
  const fields = Object.entries(setting.kind.fields ?? {});
  if (fields.length === 0) return "";
  const rows = fields.flatMap(([key, field]) => {
    if (isGroup(field)) return [];
    const cells = [`\`${key}\``, cell(field.kind.label), defaultCell({ setting: field }), cell(field.help)];
    return [`| ${cells.join(" | ")} | \`${tomlText(field.example)}\` |`];
  });
  const head = ["| key | type | default | meaning | example |", "|---|---|---|---|---|"];
  return `\n\n### \`${path.join(".")}\`\n\n${[...head, ...rows].join("\n")}`;
}

function notes(settings: readonly NamedSetting[]): string {
  const lines = settings.map(({ path, setting }) => {
    const example = `example: \`${tomlText(setting.example)}\``;
    return `- \`${path.join(".")}\`: ${setting.doc === undefined ? "" : `${setting.doc} `}${example}`;
  });
  return `\n\n${lines.join("\n")}`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
