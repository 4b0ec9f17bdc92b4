import { Command, CommanderError, Option } from "commander";
import { allCommands, flagAliases, type OptionSpec, type ProgramSpec } from "./command.ts";
import { usageError } from "./usage.ts";

/** What stands on the line, not yet judged. */
export interface Scanned {
  /** Options of any command, in the order given; the value is absent for a switch. */
  readonly given: readonly { readonly option: OptionSpec; readonly value: string | undefined }[];
  /** Aliases such as `--stop`. */
  readonly flagVerbs: readonly string[];
  readonly operands: readonly string[];
  readonly unknown: string | undefined;
}

/**
 * Tells options, their values and operands apart. The parser knows every option of the whole table, so that options may
 * stand before the verb and after it.
 *
 * @throws AppdError (usage) when an option's value is missing
 */
export function scan(program: ProgramSpec, head: readonly string[]): Scanned {
  const given: { option: OptionSpec; value: string | undefined }[] = [];
  const flagVerbs: string[] = [];
  const parser = new Command().helpOption(false).exitOverride().configureOutput({ writeErr() {} });
  for (const option of everyOption(program).values()) {
    const known = new Option(flagsOf(option));
    parser.addOption(known);
    parser.on(`option:${known.name()}`, (value?: string) => given.push({ option, value }));
  }
  for (const flag of allCommands(program).flatMap(({ command }) => flagAliases(command))) {
    parser.addOption(new Option(flag)).on(`option:${flag.slice(2)}`, () => flagVerbs.push(flag));
  }
  try {
    const { operands, unknown } = parser.parseOptions([...head]);
    refuseSwallowed(given, head);
    return { given, flagVerbs, operands, unknown: unknown[0] };
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const last = head.at(-1) ?? "";
    throw usageError(`cannot use option "${last}": a value is missing`, `for example: ${last} VALUE`);
  }
}

/** A word that looks like an option is only taken as a value when it was joined by `=`. */
function refuseSwallowed(given: Scanned["given"], head: readonly string[]): void {
  for (const { option, value } of given) {
    if (!value?.startsWith("--") || head.includes(`--${option.name}=${value}`)) continue;
    throw usageError(
      `cannot use option "--${option.name}": a value is missing before "${value}"`,
      `a value that starts with dashes is written --${option.name}=${value}`,
    );
  }
}

function everyOption(program: ProgramSpec): Map<string, OptionSpec> {
  const all = new Map<string, OptionSpec>();
  for (const option of program.globals) all.set(option.name, option);
  for (const { command } of allCommands(program)) {
    for (const option of command.options ?? []) {
      if (!all.has(option.name)) all.set(option.name, option);
    }
  }
  return all;
}

function flagsOf(option: OptionSpec): string {
  const value = option.value === undefined ? "" : ` <${option.value.name}>`;
  return `${option.short === undefined ? "" : `-${option.short}, `}--${option.name}${value}`;
}
