import { parseArgs } from "node:util";
import { allCommands, type CommandSpec, flagAliases, type OptionSpec, type ProgramSpec } from "./command.ts";
import { usageError } from "./usage.ts";

/** What stands on the line, not yet judged. */
export interface Scanned {
  /** Options of any command, in the order given; the value is absent for a switch. */
  readonly given: readonly Given[];
  /** Aliases such as `--stop`. */
  readonly flagVerbs: readonly string[];
  /** Words that are no options, up to the first unknown option: what follows that may be its value. */
  readonly operands: readonly string[];
  /** The first option that no command knows. */
  readonly unknown: string | undefined;
}

/** One option as it was given. */
export interface Given {
  readonly option: OptionSpec;
  readonly value: string | undefined;
  /** `-n` or `--lines`, as typed. */
  readonly typed: string;
  /** Written `--name=value`, not as two words. */
  readonly joined: boolean;
}

/**
 * Tells options, their values and operands apart. Every option of the whole table is known, so that options may stand
 * before the verb and after it. Two that share a name or a letter take equally many words.
 *
 * The runtime's own parser does it: it starts in 0.3 ms, where commander takes 4 ms of a command's 30.
 *
 * @param command whose options are meant where others have the same name or letter; once it is known
 * @throws AppdError (usage) when an option's value is missing, or a switch has one
 */
export function scan(program: ProgramSpec, head: readonly string[], command?: CommandSpec): Scanned {
  const options = everyOption(program, command);
  const flags = new Set(allCommands(program).flatMap(({ command }) => flagAliases(command)));
  const given: Given[] = [];
  const flagVerbs: string[] = [];
  const operands: string[] = [];
  let unknown: string | undefined;
  for (const token of tokensOf(head, { options, flags })) {
    if (token.kind === "positional" && unknown === undefined) operands.push(token.value);
    if (token.kind !== "option") continue;
    const option = options.get(token.name);
    const typed = token.rawName;
    const joined = token.inlineValue === true;
    if (option) given.push(checked({ option, value: token.value, typed, joined }));
    else if (flags.has(typed)) flagVerbs.push(alone(typed, token.value));
    else unknown ??= typed;
  }
  return { given, flagVerbs, operands, unknown };
}

function tokensOf(head: readonly string[], known: { options: Map<string, OptionSpec>; flags: Set<string> }) {
  const options: Record<string, { type: "string" | "boolean"; short?: string }> = {};
  for (const flag of known.flags) options[flag.slice(2)] = { type: "boolean" };
  for (const { name, short, value } of known.options.values()) {
    options[name] = { type: value === undefined ? "boolean" : "string", ...(short === undefined ? {} : { short }) };
  }
  return parseArgs({ args: [...head], options, strict: false, allowPositionals: true, tokens: true }).tokens;
}

function refusal(typed: string, cause: string, hint: string) {
  return usageError(`cannot use option "${typed}": ${cause}`, hint);
}

/** A switch must not be given a value: who writes `--stop=no` does not want to stop. */
function alone(typed: string, value: string | undefined): string {
  if (value === undefined) return typed;
  throw refusal(typed, "it takes no value", `leave out "=${value}"`);
}

function checked(given: Given): Given {
  const { option, value, typed, joined } = given;
  if (option.value === undefined) {
    alone(typed, value);
    return given;
  }
  if (value === undefined) throw refusal(typed, "a value is missing", `for example: ${typed} ${option.value.name}`);
  if (!joined && value.startsWith("--")) {
    throw refusal(
      typed,
      `a value is missing before "${value}"`,
      `a value that starts with dashes is written --${option.name}=${value}`,
    );
  }
  return given;
}

/** Of those with one name the first; a letter leads to the first that has it. */
function everyOption(program: ProgramSpec, command: CommandSpec | undefined): Map<string, OptionSpec> {
  const all = new Map<string, OptionSpec>();
  const letters = new Set<string>();
  const everybodys = allCommands(program).flatMap((at) => at.command.options ?? []);
  for (const option of [...program.globals, ...command?.options ?? [], ...everybodys]) {
    if (all.has(option.name)) continue;
    const { short, ...others } = option;
    all.set(option.name, short === undefined || !letters.has(short) ? option : others);
    if (short !== undefined) letters.add(short);
  }
  return all;
}
