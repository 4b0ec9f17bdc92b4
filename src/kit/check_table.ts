import { type AppdError, cannot } from "../base/errors.ts";
import { allCommands, type CommandSpec, flagAliases, type OptionSpec, type ProgramSpec } from "../cli/command.ts";
import { ownGroup } from "./program.ts";

/** What is wrong, and what its developer can do. */
type Flaw = readonly [cause: string, hint: string];

/**
 * Why an app's table of commands cannot be: what is its own collides with what is built in. Undefined when all is well.
 * Every command of the app waits for it, so it goes through the table once.
 */
export function flawOfTable(program: ProgramSpec): AppdError | undefined {
  const own = ownGroup(program)?.commands ?? [];
  const builtIn = program.groups.filter((group) => !group.own).flatMap(({ commands }) => commands);
  const flaw = wordsFlaw(own, builtIn) ?? nestedFlaw(own) ?? optionsFlaw(program) ?? repeatedFlaw(program);
  return flaw && cannot(["define", program.name], flaw[0], { exit: "config", hint: flaw[1] });
}

function wordsOf({ name, aliases = [] }: CommandSpec): readonly string[] {
  return [name, ...aliases];
}

function wordsFlaw(own: readonly CommandSpec[], builtIn: readonly CommandSpec[]): Flaw | undefined {
  const takenBy = new Map<string, string>();
  for (const command of builtIn) {
    for (const word of wordsOf(command)) takenBy.set(word, `the built-in "${command.name}"`);
  }
  for (const command of own) {
    const taken = wordsOf(command).find((word) => takenBy.has(word));
    if (taken !== undefined) return [`${called(command, taken)} is taken by ${takenBy.get(taken)}`, RENAME];
    for (const word of wordsOf(command)) takenBy.set(word, `"${command.name}"`);
  }
  return undefined;
}

const RENAME = "give it another name";

function called({ name }: CommandSpec, word: string): string {
  return word === name ? `the name of the command "${name}"` : `the alias "${word}" of "${name}"`;
}

/** An alias with dashes stands alone on the line, so it can lead to nothing that is inside a group. */
function nestedFlaw(own: readonly CommandSpec[]): Flaw | undefined {
  for (const { name, commands = [] } of own) {
    const nested = commands.find((command) => flagAliases(command).length > 0);
    if (nested !== undefined) {
      const [alias = ""] = flagAliases(nested);
      return [
        `the alias "${alias}" leads to "${name} ${nested.name}"`,
        "only commands at the top have aliases with --",
      ];
    }
    const deeper = nestedFlaw(commands);
    if (deeper !== undefined) return deeper;
  }
  return undefined;
}

/** An option, and the words for where it stands. */
interface OptionAt extends OptionSpec {
  readonly of: string;
}

/** Options may stand before the verb, so that each has to mean the same number of words everywhere. */
function optionsFlaw(program: ProgramSpec): Flaw | undefined {
  const { builtIn, own } = optionsOf(program);
  const flags = new Set(allCommands(program).flatMap(({ command }) => flagAliases(command)));
  const names = new Map<string, OptionAt>();
  const letters = new Map<string | undefined, OptionAt>();
  const note = (option: OptionAt) => {
    names.set(option.name, option);
    if (option.short !== undefined) letters.set(option.short, option);
  };
  builtIn.forEach(note);
  for (const option of own) {
    if (flags.has(`--${option.name}`)) return [`the option "--${option.name}" is the alias of a command`, RENAME];
    const same = [names.get(option.name), letters.get(option.short)];
    const clash = same.find((other) => other && (other.value === undefined) !== (option.value === undefined));
    if (clash !== undefined) return arityFlaw(option, clash);
    note(option);
  }
  const alias = builtIn.find(({ name }) => flags.has(`--${name}`));
  return alias && [`the alias "--${alias.name}" is an option of ${alias.of}`, RENAME];
}

function arityFlaw(own: OptionAt, other: OptionAt): Flaw {
  const [here, there] = own.value === undefined ? ["no value", "takes one"] : ["a value", "takes none"];
  const [spelling, its] = other.name === own.name
    ? [`--${own.name}`, `--${own.name}`]
    : [`-${own.short}`, `-${own.short}" or "--${other.name}`];
  return [
    `the option "${spelling}" of ${own.of} takes ${here}, and "${its}" of ${other.of} ${there}`,
    "give it another name, or let both take the same",
  ];
}

function optionsOf(program: ProgramSpec): { builtIn: OptionAt[]; own: OptionAt[] } {
  const of = (own: boolean) =>
    allCommands({ ...program, groups: program.groups.filter((group) => (group.own ?? false) === own) })
      .flatMap(({ path, command: { options = [] } }) =>
        options.map((option) => ({ ...option, of: `"${path.join(" ")}"` }))
      );
  return {
    builtIn: [...program.globals.map((option) => ({ ...option, of: "every command" })), ...of(false)],
    own: of(true),
  };
}

/** Two options of one name: a section of the app, or a command, took a name of appd's. */
function repeatedFlaw(program: ProgramSpec): Flaw | undefined {
  const globals = program.globals.map(({ name }) => name);
  for (const { command } of allCommands(program)) {
    if (command.options === undefined) continue;
    const names = new Set(globals);
    for (const option of command.options) {
      if (names.size === names.add(option.name).size) return twiceFlaw(command, option);
    }
  }
  return undefined;
}

function twiceFlaw({ name }: CommandSpec, option: OptionSpec): Flaw {
  const cause = `two options of "${name}" are called "--${option.name}"`;
  if (option.setting !== undefined) return [cause, "use flagPrefix in the section, or another key"];
  return [cause, RENAME];
}
