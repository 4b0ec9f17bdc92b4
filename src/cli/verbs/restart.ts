import { commandHere } from "../../app/command.ts";
import type { Context } from "../../app/context.ts";
import { loadContextConfig } from "../../app/load.ts";
import { presenceOf } from "../../app/presence.ts";
import { startDaemon } from "../../app/start.ts";
import { stopDaemon } from "../../app/stop.ts";
import { type InstanceState, readState } from "../../instance/state_file.ts";
import { contextOf } from "../context_of.ts";
import type { VerbInput } from "../verb.ts";
import { startText } from "./start.ts";
import { stopText } from "./stop.ts";

/**
 * Stops the daemon and starts it again, after the new configuration was found good. What the running daemon was started
 * with is kept, unless it is given anew.
 */
export async function restart(input: VerbInput): Promise<number> {
  const { invocation, output, program } = input;
  const given = contextOf(input);
  const last = lastStart(given);
  const context: Context = { ...given, flags: { ...last?.flags, ...given.flags } };
  const { trailing } = invocation;
  const command = trailing === undefined ? last?.command ?? undefined : commandHere(trailing, input.system.host);
  await loadContextConfig(context);
  const stopped = await stopDaemon(given);
  const started = await startDaemon(context, command === undefined ? {} : { command });
  if (output.json) output.printJson({ stopped, started });
  else output.tell(`${program.name}: ${stopText(stopped)}\n${program.name}: ${startText(started)}`);
  return 0;
}

/** How the daemon that runs, or died, was started; one that was stopped on purpose leaves nothing to keep. */
function lastStart(context: Context): InstanceState | undefined {
  if (presenceOf(context).kind === "stopped") return undefined;
  return readState(context.system.files, context.paths.state);
}
