import { EXIT_CODES, type ExitName } from "../base/exit_codes.ts";
import type { ArgumentSpec, CommandAt, CommandSpec, OptionSpec, ProgramSpec } from "./command.ts";

/** `-n, --lines COUNT` */
export function optionTerm(option: OptionSpec): string {
  const short = option.short === undefined ? "" : `-${option.short}, `;
  return `${short}--${option.name}${option.value === undefined ? "" : ` ${option.value.name}`}`;
}

/** The option's help with its choices and default. */
export function optionText(option: OptionSpec): string {
  const { value } = option;
  const extra = [
    ...(value?.choices ? [`one of ${value.choices.join(", ")}`] : []),
    ...(value?.default === undefined ? [] : [`default ${value.default}`]),
  ];
  return extra.length === 0 ? option.help : `${option.help} (${extra.join("; ")})`;
}

/** `PROGRAM`, `[PROGRAM]` or `PROGRAM...` */
export function argumentTerm({ name, required, many }: ArgumentSpec): string {
  const term = many ? `${name}...` : name;
  return required ? term : `[${term}]`;
}

export function argumentText(argument: ArgumentSpec): string {
  return argument.choices ? `${argument.help} (one of ${argument.choices.join(", ")})` : argument.help;
}

/** `appd logs [PROGRAM] [OPTIONS]` */
export function usageLine(program: string, at: CommandAt): string {
  const { command } = at;
  const parts = [
    program,
    ...at.path,
    ...(command.commands?.some(({ hidden }) => !hidden) ? [command.load ? "[COMMAND]" : "COMMAND"] : []),
    ...(command.arguments ?? []).map(argumentTerm),
    "[OPTIONS]",
    ...(command.trailingCommand ? ["[-- CMD ARGS...]"] : []),
  ];
  return parts.join(" ");
}

/** The exit codes that `command` can end with, in order, with their meaning here. */
export function exitRows(program: ProgramSpec, command: CommandSpec): [code: string, meaning: string][] {
  return (Object.keys(EXIT_CODES) as ExitName[])
    .filter((name) => command.exits[name] !== undefined)
    .map((name) => {
      const meaning = command.exits[name];
      return [String(EXIT_CODES[name].code), typeof meaning === "string" ? meaning : meaningOf(program, name)];
    });
}

/** The whole exit code table. */
export function allExitRows(program: ProgramSpec): [code: string, meaning: string][] {
  return (Object.keys(EXIT_CODES) as ExitName[]).map((
    name,
  ) => [String(EXIT_CODES[name].code), meaningOf(program, name)]);
}

function meaningOf({ exits = {} }: ProgramSpec, name: ExitName): string {
  const own = exits[name];
  return typeof own === "string" ? own : EXIT_CODES[name].meaning;
}
