import { type CommandAt, flagAliases, type ProgramSpec, shownCommands, wordAliases } from "./command.ts";
import { allExitRows, argumentTerm, argumentText, exitRows, optionTerm, optionText, usageLine } from "./describe.ts";

/**
 * Text made safe for roff: backslashes, hyphens that are minus signs, and a dot or apostrophe at the start of a line
 * (groff_char(7), groff_man_style(7)).
 */
export function roff(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll("~", "\\(ti").replaceAll("^", "\\(ha")
    .replaceAll("'", "\\(aq").replaceAll("`", "\\(ga").replace(/^([.'])/gm, "\\&$1");
}

function section(title: string, body: readonly string[]): string[] {
  return body.length === 0 ? [] : [`.SH ${roff(title)}`, ...body];
}

/** Tagged paragraphs: a bold term and its text. */
function terms(rows: readonly (readonly [term: string, text: string])[]): string[] {
  return rows.flatMap(([term, text]) => [".TP", `.B ${roff(term)}`, roff(text)]);
}

function commandSection(program: ProgramSpec, at: CommandAt): string[] {
  const { command } = at;
  if (command.sameAs !== undefined) {
    return [`.SS ${roff(usageLine(program.name, at))}`, roff(`The same as ${program.name} ${command.sameAs}.`)];
  }
  const aliases = [...flagAliases(command), ...wordAliases(command)];
  const rows: [string, string][] = [
    ...(command.arguments ?? []).map((one): [string, string] => [argumentTerm(one), argumentText(one)]),
    ...(command.options ?? []).map((one): [string, string] => [optionTerm(one), optionText(one)]),
  ];
  return [
    `.SS ${roff(usageLine(program.name, at))}`,
    roff(sentence(command.summary)),
    ...(command.description ?? []).flatMap((text) => [".PP", roff(text)]),
    ...(aliases.length === 0 ? [] : [".PP", roff(`Also: ${aliases.join(", ")}.`)]),
    ...terms(rows),
    ".PP",
    roff(`Ends with ${exitRows(program, command).map(([code, meaning]) => `${code} (${meaning})`).join(", ")}.`),
    ...examplesOf(command.examples ?? []),
  ];
}

function examplesOf(examples: readonly { line: string; says: string }[]): string[] {
  return examples.flatMap(({ line, says }) => [
    ".PP",
    roff(sentence(says)),
    ".PP",
    ".RS 4",
    ".EX",
    roff(line),
    ".EE",
    ".RE",
  ]);
}

function sentence(phrase: string): string {
  return `${phrase.charAt(0).toUpperCase()}${phrase.slice(1)}.`;
}

/** The manual page of section 1, in the macros of man(7). */
export function manPage(program: ProgramSpec): string {
  const { name } = program;
  const lines = [
    `.TH ${roff(name.toUpperCase())} 1 "" ${JSON.stringify(`${name} ${program.version}`)} "User Commands"`,
    ...section("NAME", [`${roff(name)} \\- ${roff(program.summary)}`]),
    ...section("SYNOPSIS", [
      `.B ${roff(name)}`,
      roff("[OPTIONS] COMMAND [ARGUMENTS] [-- CMD ARGS...]"),
    ]),
    ...section("DESCRIPTION", program.description.flatMap((text) => [".PP", roff(text)]).slice(1)),
    ...section("OPTIONS", terms(program.globals.map((option) => [optionTerm(option), optionText(option)]))),
    ...section("COMMANDS", shownCommands(program).flatMap((at) => commandSection(program, at))),
    ...section("EXIT STATUS", terms(allExitRows(program))),
    ...section("ENVIRONMENT", terms(program.environment.map(({ name, help }) => [name, help]))),
    ...section("FILES", terms(program.files.map(({ name, help }) => [name, help]))),
    ...section("SIGNALS", terms(program.signals.map(({ name, help }) => [name, help]))),
    ...section("EXAMPLES", examplesOf(program.examples).slice(1)),
  ];
  return lines.join("\n");
}
