import { escapeControls } from "../base/escape.ts";
import type { Explanation, SettingValue } from "../config/explain.ts";
import { definitions, wrap } from "./layout.ts";
import type { Output } from "./output.ts";
import type { Style } from "./style.ts";
import { free, spare, table } from "./table.ts";

/** `key = value` in TOML, one a line, with where it comes from behind it. */
export function renderSettings(values: readonly SettingValue[], style: Style): string[] {
  const rows = values.map(({ key, text, layer, where }) => [
    { text: escapeControls(key) },
    { text: text === "" ? "-" : escapeControls(text) },
    { text: sourceText(layer, where), paint: style.dim },
  ]);
  return table(["KEY", free("VALUE"), spare(free("FROM"))], rows, style);
}

/** Everything about one setting. */
export function renderExplanation(explanation: Explanation, output: Pick<Output, "columns" | "style">): string[] {
  const { key, text, layer, where, help, doc, also, type, reload, option, variable, example, layers } = explanation;
  const { style, columns } = output;
  const width = Math.max(40, Math.min(columns, 100));
  const facts: [string, string][] = [
    ...(also === undefined ? [] : [["Also:", also] as [string, string]]),
    ["Type:", type],
    ["Example:", example],
    ...(option === undefined ? [] : [["Option:", option] as [string, string]]),
    ...(variable === undefined ? [] : [["Variable:", variable] as [string, string]]),
    ["On reload:", reload],
  ];
  return [
    `${style.bold(escapeControls(key))} = ${text === "" ? "-" : escapeControls(text)}`,
    `  from ${sourceText(layer, where)}`,
    "",
    ...wrap(`${help.charAt(0).toUpperCase()}${help.slice(1)}. ${doc ?? ""}`.trim(), width),
    "",
    ...definitions(facts, width),
    ...(layers.length === 0 ? [] : ["", style.bold("Layers, strongest first:")]),
    ...layers.map((one) =>
      `  ${one.wins ? "*" : " "} ${sourceText(one.layer, one.where)}: ${escapeControls(JSON.stringify(one.value))}`
    ),
  ];
}

function sourceText(layer: string, where: string): string {
  return where === "" ? layer : `${layer}, ${escapeControls(where)}`;
}
