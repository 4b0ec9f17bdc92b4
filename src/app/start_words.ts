import { shellWord } from "../base/shell_word.ts";
import { listSettings } from "../schema/list_settings.ts";
import type { Schema } from "../schema/section.ts";
import type { Command } from "./command.ts";
import { type Context, isHomeGiven } from "./context.ts";
import type { StartOrder } from "./detached.ts";
import { modeOf } from "./mode.ts";

/** What a daemon is to be told so that it is this very instance. */
export function orderOf(context: Context, command: Command | undefined): StartOrder {
  const { name, paths, flags, startedIn } = context;
  return {
    home: isHomeGiven(context) ? paths.root : undefined,
    name,
    config: context.configFileExplicit ? context.configFile : undefined,
    flags,
    command,
    mode: modeOf(context)?.name,
    startedIn,
  };
}

/** The words after the program's name of a `start` of this very instance, for whoever starts it again. */
export function startAgain(
  context: Context,
  { command, schema }: { readonly command: Command | undefined; readonly schema: Schema },
): string[] {
  return wordsFor("start", orderOf(context, command), ["--quiet", ...givenSettings(context, schema)]);
}

/** The same for people, as a line of a hint, which is about the instance of its command line anyway. */
export function startLine(
  context: Context,
  { command, schema }: { readonly command: Command | undefined; readonly schema: Schema },
): string {
  const { flags, mode } = orderOf(context, command);
  const words = wordsFor("start", { flags, mode, command }, givenSettings(context, schema));
  return ["appd", ...words.map(shellWord)].join(" ");
}

/** The settings that were given on the command line, as options. */
function givenSettings({ flags }: Context, schema: Schema): string[] {
  const options = new Map(listSettings(schema).map(({ key, flag }) => [key, `--${flag}`]));
  return Object.entries(flags).flatMap(([key, value]) => [options.get(key) ?? `--${key}`, value]);
}

/** What `ps` shows of the daemon. Paths are absolute, because it runs in `/`. */
export function wordsFor(
  verb: string,
  { home, name, config, mode, command }: StartOrder,
  flags: readonly string[] = [],
): string[] {
  const option = (key: string, value: string | undefined) => value === undefined ? [] : [`--${key}`, value];
  const rest = command === undefined ? [] : ["--", ...command.words];
  const instance = [...option("home", home), ...option("name", name), ...option("config", config)];
  return [verb, ...instance, ...option("mode", mode), ...flags, ...rest];
}
