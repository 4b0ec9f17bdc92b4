import type { Product } from "../base/product.ts";
import { shellWord } from "../base/shell_word.ts";
import { inWordsOf } from "../base/words.ts";
import { findCommand, type ProgramSpec, topCommands } from "./command.ts";
import type { OptionValue } from "./invocation.ts";

/** Which options say which instance a command line is about. */
const INSTANCE_OPTIONS = ["home", "name", "config"] as const;

/** Makes the commands in a hint those of this program, for the instance that this command line is about. */
export type Advise = (text: string) => string;

/**
 * @param options of the command line, by name
 * @returns says each command in a text as one of `program`, and adds to it the `--home`, `--name` and `--config` that were
 * given, quoted for a shell where that is needed
 */
export function adviser(
  { program, product }: { readonly program: ProgramSpec; readonly product: Product },
  options: Readonly<Record<string, OptionValue>>,
): Advise {
  const inWords = inWordsOf(product);
  const words = INSTANCE_OPTIONS.flatMap((name) => {
    const value = options[name];
    return typeof value === "string" ? [`--${name}`, shellWord(value)] : [];
  });
  if (words.length === 0) return inWords;
  const commands = topCommands(program);
  const line = new RegExp(`(?<![\\w./-])${program.name} (?=([a-z][a-z-]*))`, "g");
  return (text) =>
    inWords(text).replace(
      line,
      (found, verb: string) => findCommand(commands, verb) ? `${found}${words.join(" ")} ` : found,
    );
}

/** The options of a line that was not understood, as far as they say which instance is meant. */
export function guessedInstance(argv: readonly string[]): Readonly<Record<string, string>> {
  const given = INSTANCE_OPTIONS.flatMap((name) => {
    const at = argv.findLastIndex((word) => word === `--${name}` || word.startsWith(`--${name}=`));
    const value = argv[at]?.includes("=") ? argv[at].slice(`--${name}=`.length) : argv[at + 1];
    return at < 0 || !value ? [] : [[name, value] as const];
  });
  return Object.fromEntries(given);
}
