import { type CommandAt, findCommand, topCommands } from "../command.ts";
import { commandHelp, commandsHelp, helpWidth, programHelp } from "../help.ts";
import { PLAIN } from "../style.ts";
import { suggest, usageError } from "../usage.ts";
import type { VerbInput } from "../verb.ts";

/** Prints help for the whole program, or for the command that the arguments name. */
export function help(input: VerbInput): number {
  input.output.print(helpText(input, input.invocation.arguments));
  return 0;
}

/** The text of `help WORDS`. @throws AppdError (usage) when there is no such command */
export function helpText(input: VerbInput, words: readonly string[]): string {
  const { program, output } = input;
  const options = { width: helpWidth(output.columns), style: output.style };
  const at = commandAt(input, words);
  return at === undefined ? programHelp(program, options) : commandHelp(program, at, options);
}

/** The commands below `words`, for stderr: without colours. @throws AppdError (usage) as above */
export function commandsText(input: VerbInput, words: readonly string[]): string {
  const { program, output } = input;
  return commandsHelp(program, commandAt(input, words), { width: helpWidth(output.columns), style: PLAIN });
}

function commandAt(input: VerbInput, words: readonly string[]): CommandAt | undefined {
  return words.reduce<CommandAt | undefined>((above, word) => below(input, { above, word }), undefined);
}

function below({ program }: VerbInput, step: { above: CommandAt | undefined; word: string }): CommandAt {
  const { above, word } = step;
  const choices = above === undefined ? topCommands(program) : above.command.commands ?? [];
  const command = findCommand(choices, word);
  if (command) return { path: [...(above?.path ?? []), command.name], command };
  const path = above?.path ?? [];
  const candidates = choices.filter(({ hidden }) => !hidden).map(({ name }) => name);
  throw usageError(
    `cannot show help for "${[...path, word].join(" ")}": unknown command`,
    suggest({ word, candidates, help: [program.name, ...path, "--help"].join(" ") }),
  );
}
