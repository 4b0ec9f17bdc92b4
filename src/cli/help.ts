import {
  type CommandAt,
  type CommandSpec,
  type Example,
  flagAliases,
  type ProgramSpec,
  wordAliases,
} from "./command.ts";
import { allExitRows, argumentTerm, argumentText, exitRows, optionTerm, optionText, usageLine } from "./describe.ts";
import { definitions, wrap } from "./layout.ts";
import { PLAIN, type Style } from "./style.ts";

/** How help is drawn. */
export interface HelpOptions {
  readonly width: number;
  readonly style: Style;
}

const MAX_WIDTH = 100;

/** Width for people: the terminal's, but lines longer than 100 characters are hard to read. */
export function helpWidth(columns: number): number {
  return Math.max(40, Math.min(columns, MAX_WIDTH));
}

type Rows = readonly (readonly [string, string])[];

/** Collects sections; an empty one leaves no trace. */
function pageOf(options: HelpOptions) {
  const { width, style } = options;
  const lines: string[] = [];
  return {
    lines,
    paragraph: (text: string) => void lines.push(...wrap(text, width), ""),
    rows: (title: string, rows: Rows) => {
      if (rows.length > 0) lines.push(style.bold(`${title}:`), ...definitions(rows, width), "");
    },
    examples: (examples: readonly Example[]) => {
      if (examples.length === 0) return;
      lines.push(style.bold("Examples:"));
      for (const { line, says } of examples) lines.push(`  ${line}`, style.dim(`      ${says}`));
      lines.push("");
    },
  };
}

/** Help for the whole program, without a newline at the end. */
export function programHelp(program: ProgramSpec, options: HelpOptions = { width: 80, style: PLAIN }): string {
  const page = pageOf(options);
  page.lines.push(`${program.name}: ${program.summary}`, "");
  page.lines.push(`${options.style.bold("Usage:")} ${programUsage(program)}`, "");
  for (const text of program.description) page.paragraph(text);
  for (const [title, rows] of groupRows(program)) page.rows(title, rows);
  page.rows("Options, for every command", program.globals.map((option) => [optionTerm(option), optionText(option)]));
  page.rows("Files", program.files.map(({ name, help }) => [name, help]));
  page.rows("Environment", program.environment.map(({ name, help }) => [name, help]));
  page.rows("Exit codes", allExitRows(program));
  page.examples(program.examples);
  page.lines.push(`Help for one command: ${program.name} COMMAND --help`);
  return page.lines.join("\n");
}

/** What a line without its command may go on with, without a newline at the end. @param at the group, else the program */
export function commandsHelp(program: ProgramSpec, at: CommandAt | undefined, options: HelpOptions): string {
  const page = pageOf(options);
  page.lines.push(`${options.style.bold("Usage:")} ${at ? usageLine(program.name, at) : programUsage(program)}`, "");
  if (at) page.rows("Commands", commandRows(at.command));
  else for (const [title, rows] of groupRows(program)) page.rows(title, rows);
  page.lines.pop();
  return page.lines.join("\n");
}

function programUsage({ name }: ProgramSpec): string {
  return `${name} [OPTIONS] COMMAND [ARGUMENTS] [-- CMD ARGS...]`;
}

function groupRows({ groups }: ProgramSpec): (readonly [title: string, rows: Rows])[] {
  return groups.map(({ title, commands }) => {
    const shown = commands.filter(({ hidden }) => !hidden);
    return [title, shown.map(({ name, aliases = [], summary }) => [[name, ...aliases].join(", "), summary])];
  });
}

function commandRows({ commands = [] }: CommandSpec): Rows {
  const shown = commands.filter(({ hidden }) => !hidden);
  return shown.map((one) => [[one.name, ...(one.arguments ?? []).map(argumentTerm)].join(" "), one.summary]);
}

/** Help for one command, without a newline at the end. */
export function commandHelp(
  program: ProgramSpec,
  at: CommandAt,
  options: HelpOptions = { width: 80, style: PLAIN },
): string {
  const { command } = at;
  const page = pageOf(options);
  const line = [program.name, ...at.path].join(" ");
  page.lines.push(`${line}: ${command.summary}`, "");
  page.lines.push(`${options.style.bold("Usage:")} ${usageLine(program.name, at)}`, "");
  for (const text of command.description ?? []) page.paragraph(text);
  const aliases = [...flagAliases(command).map((alias) => `${program.name} ${alias}`), ...wordAliases(command)];
  if (aliases.length > 0) page.lines.push(`${options.style.bold("Also:")} ${aliases.join(", ")}`, "");
  page.rows("Commands", commandRows(command));
  page.rows(
    "Arguments",
    (command.arguments ?? []).map((argument) => [argumentTerm(argument), argumentText(argument)]),
  );
  page.rows("Options", (command.options ?? []).map((option) => [optionTerm(option), optionText(option)]));
  page.rows("Options, for every command", program.globals.map((option) => [optionTerm(option), optionText(option)]));
  page.rows("Exit codes", exitRows(program, command));
  page.examples(command.examples ?? []);
  page.lines.pop();
  return page.lines.join("\n");
}
