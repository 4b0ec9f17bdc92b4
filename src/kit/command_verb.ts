import { askDaemon, requestDaemon } from "../app/control.ts";
import { loadContextConfig } from "../app/load.ts";
import type { OptionSpec } from "../cli/command.ts";
import { contextOf } from "../cli/context_of.ts";
import type { Invocation, OptionValue } from "../cli/invocation.ts";
import { readValue } from "../cli/option_values.ts";
import type { Verb, VerbInput } from "../cli/verb.ts";
import type { CommandContext } from "./command.ts";

/** The verb that does what a command of an app does. @param options the command's own */
export function verbOf(
  run: (context: CommandContext<unknown>) => Promise<number | void> | number | void,
  options: readonly OptionSpec[] = [],
): Verb {
  return async (input) => await run(commandContext(input, options)) ?? 0;
}

function commandContext(input: VerbInput, options: readonly OptionSpec[]): CommandContext<unknown> {
  const { invocation, output } = input;
  const context = contextOf(input);
  return {
    arguments: invocation.arguments,
    options: Object.fromEntries(options.flatMap((option) => valueOf(option, invocation))),
    output,
    home: context.paths.home,
    configFile: context.configFile,
    config: async () => (await loadContextConfig(context)).config,
    ask: (path, init) => askDaemon(context, path, init),
    request: (path, init) => requestDaemon(context, path, init),
  };
}

function valueOf(option: OptionSpec, { options }: Invocation): [name: string, value: OptionValue][] {
  const { name, value: spec } = option;
  const given = options[name];
  if (given !== undefined) return [[name, given]];
  return spec?.default === undefined ? [] : [[name, readValue(option, { spec, text: spec.default })]];
}
