import { type InstanceState, readState } from "../instance/state_file.ts";
import type { Command } from "./command.ts";
import type { Context } from "./context.ts";
import { loadContextConfig } from "./load.ts";
import { presenceOf } from "./presence.ts";
import { startDaemon, type StartResult } from "./start.ts";
import { stopDaemon, type StopResult } from "./stop.ts";

/**
 * Stops the daemon and starts it again, after the new configuration was found good. What the running daemon was started
 * with is kept, unless it is given anew.
 *
 * @param given what this command line says
 * @throws AppdError (config) before anything is stopped
 */
export async function restartDaemon(
  given: Context,
  options: { command?: Command | undefined } = {},
): Promise<{ stopped: StopResult; started: StartResult }> {
  const last = lastStart(given);
  const context: Context = { ...given, flags: { ...last?.flags, ...given.flags } };
  const command = options.command ?? last?.command ?? undefined;
  await loadContextConfig(context);
  const stopped = await stopDaemon(given);
  const started = await startDaemon(context, command === undefined ? {} : { command });
  return { stopped, started };
}

/** How the daemon that runs, or died, was started; one that was stopped on purpose leaves nothing to keep. */
function lastStart(context: Context): InstanceState | undefined {
  if (presenceOf(context).kind === "stopped") return undefined;
  return readState(context.system.files, context.paths.state);
}
