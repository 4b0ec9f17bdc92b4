import type { Mode } from "../app/kit/app.ts";
import { EVERYTHING } from "../app/mode.ts";
import type { CommandSpec, OptionSpec, ProgramSpec } from "../cli/command.ts";

/** What `--mode` means with a verb, in the words of its help. */
interface Meaning {
  readonly help: string;
  /** What holds when it is not given, where that is always the same. */
  readonly default?: string;
  readonly description: string;
  /** Words of the example, and what they do. */
  readonly example: (mode: string) => readonly [words: string, says: string];
}

const START: Meaning = {
  help: "what of the app runs; all: everything",
  default: EVERYTHING,
  description: "With --mode only a part of the app runs.",
  example: (mode) => [`--mode ${mode}`, `with the mode ${mode} only`],
};

const SERVICE: Meaning = {
  help: "what of the app the service runs; all: everything",
  description: "With --mode the service runs only a part of the app.",
  example: (mode) => [`--mode ${mode}`, `a service of the mode ${mode}`],
};

const MEANINGS: Readonly<Record<string, Meaning>> = {
  start: START,
  run: START,
  restart: {
    help: "mode from now on, instead of the one that runs; all: everything",
    description:
      `The mode that runs is kept too, unless --mode says another one. Back to everything: --mode ${EVERYTHING}.`,
    example: () => [`--mode ${EVERYTHING}`, "out of a mode: everything runs again"],
  },
  install: SERVICE,
  generate: { ...SERVICE, example: (mode) => [`systemd --mode ${mode}`, `a unit of the mode ${mode}`] },
};

/** The verbs that take `--mode`. */
export const MODE_VERBS: readonly string[] = Object.keys(MEANINGS);

/** The table with `--mode` at the verbs that start something; as it is where the app has no modes. */
export function withModeOptions(program: ProgramSpec, modes: readonly Mode[]): ProgramSpec {
  const [first] = modes;
  if (first === undefined) return program;
  const choice: Choice = {
    program: program.name,
    first: first.name,
    choices: [...modes.map(({ name }) => name), EVERYTHING],
    meanings: modes.map(({ name, summary }) => `${name}: ${summary}.`).join(" "),
  };
  const groups = program.groups.map((group) => ({
    ...group,
    commands: group.commands.map((command) => withMode(command, choice)),
  }));
  return { ...program, groups };
}

interface Choice {
  readonly program: string;
  readonly first: string;
  readonly choices: readonly string[];
  /** What each mode is, as sentences. */
  readonly meanings: string;
}

function withMode(command: CommandSpec, { program, first, choices, meanings }: Choice): CommandSpec {
  const meaning = Object.hasOwn(MEANINGS, command.name) ? MEANINGS[command.name] : undefined;
  if (meaning === undefined) return command;
  const { help, description, example, ...more } = meaning;
  const option: OptionSpec = { name: "mode", value: { name: "MODE", kind: "text", choices, ...more }, help };
  const [words, says] = example(first);
  return {
    ...command,
    description: [...command.description ?? [], `${description} ${meanings}`],
    options: [option, ...command.options ?? []],
    examples: [...command.examples ?? [], { line: `${program} ${command.name} ${words}`, says }],
  };
}
