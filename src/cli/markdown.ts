import { type CommandAt, flagAliases, type ProgramSpec, shownCommands, wordAliases } from "./command.ts";
import { allExitRows, argumentTerm, argumentText, exitRows, optionTerm, optionText, usageLine } from "./describe.ts";

type Rows = readonly (readonly [string, string])[];

/** A table; the first column is code. Pipes would end a cell. */
function rowsOf(head: readonly [string, string], rows: Rows): string[] {
  if (rows.length === 0) return [];
  const cell = (text: string) => text.replaceAll("|", "\\|");
  return [
    `| ${head[0]} | ${head[1]} |`,
    "| --- | --- |",
    ...rows.map(([term, text]) => `| \`${cell(term)}\` | ${cell(text)} |`),
    "",
  ];
}

function examplesOf(examples: readonly { line: string; says: string }[]): string[] {
  if (examples.length === 0) return [];
  return ["```sh", ...examples.map(({ line, says }) => `${line}   # ${says}`), "```", ""];
}

function commandOf(program: ProgramSpec, at: CommandAt): string[] {
  const { command } = at;
  const aliases = [...flagAliases(command), ...wordAliases(command)];
  const title = [`${at.path.length > 1 ? "###" : "##"} ${[program.name, ...at.path].join(" ")}`, ""];
  if (command.sameAs !== undefined) return [...title, `The same as \`${program.name} ${command.sameAs}\`.`, ""];
  return [
    ...title,
    `\`${usageLine(program.name, at)}\`: ${command.summary}.`,
    "",
    ...(command.description ?? []).flatMap((text) => [text, ""]),
    ...(aliases.length === 0 ? [] : [`Also: ${aliases.map((alias) => `\`${alias}\``).join(", ")}.`, ""]),
    ...rowsOf(["argument", "meaning"], (command.arguments ?? []).map((one) => [argumentTerm(one), argumentText(one)])),
    ...rowsOf(["option", "meaning"], (command.options ?? []).map((one) => [optionTerm(one), optionText(one)])),
    ...rowsOf(["exit", "meaning"], exitRows(program, command)),
    ...examplesOf(command.examples ?? []),
  ];
}

/** The text of `docs/cli.md`. */
export function markdown(program: ProgramSpec): string {
  return [
    `# ${program.name}: the command line`,
    "",
    `Made by \`${program.name} man --format markdown\` from the table of commands; do not edit.`,
    "",
    ...program.description.flatMap((text) => [text, ""]),
    ...examplesOf(program.examples),
    "## Options of every command",
    "",
    ...rowsOf(["option", "meaning"], program.globals.map((option) => [optionTerm(option), optionText(option)])),
    ...shownCommands(program).flatMap((at) => commandOf(program, at)),
    "## Exit codes",
    "",
    ...rowsOf(["exit", "meaning"], allExitRows(program)),
    "## Files",
    "",
    ...rowsOf(["file", "holds"], program.files.map(({ name, help }) => [name, help])),
    "## Environment",
    "",
    ...rowsOf(["variable", "meaning"], program.environment.map(({ name, help }) => [name, help])),
    "## Signals of the daemon",
    "",
    ...rowsOf(["signal", "does"], program.signals.map(({ name, help }) => [name, help])),
  ].join("\n").trimEnd();
}
