import { askDaemon, requestDaemon } from "../app/control.ts";
import { loadContextConfig } from "../app/load.ts";
import { contextOf } from "../cli/context_of.ts";
import type { Verb, VerbInput } from "../cli/verb.ts";
import type { CommandContext } from "./command.ts";

/** The verb that does what a command of an app does. */
export function verbOf(run: (context: CommandContext<unknown>) => Promise<number | void> | number | void): Verb {
  return async (input) => await run(commandContext(input)) ?? 0;
}

function commandContext(input: VerbInput): CommandContext<unknown> {
  const { invocation, output } = input;
  const context = contextOf(input);
  return {
    arguments: invocation.arguments,
    options: invocation.options,
    output,
    home: context.paths.home,
    configFile: context.configFile,
    config: async () => (await loadContextConfig(context)).config,
    ask: (path, init) => askDaemon(context, path, init),
    request: (path, init) => requestDaemon(context, path, init),
  };
}
