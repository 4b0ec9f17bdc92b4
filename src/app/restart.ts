import { AppdError, cannot } from "../base/errors.ts";
import { type InstanceState, readState } from "../instance/state_file.ts";
import type { Command } from "./command.ts";
import type { Context } from "./context.ts";
import { loadContextConfig } from "./load.ts";
import { keptMode } from "./mode.ts";
import { presenceOf } from "./presence.ts";
import { programSpecs } from "./programs/program_specs.ts";
import { startDaemon, type StartResult } from "./start.ts";
import { refuseWhatOthersCanWrite } from "./trust.ts";
import { stopDaemon, type StopResult } from "./stop.ts";

/** What a restart does beside the usual. */
export interface RestartOptions {
  /** The command after `--`, instead of the one that the daemon was started with. */
  readonly command?: Command | undefined;
  /** Leave the programs running, for the new daemon to adopt. */
  readonly keepPrograms?: boolean;
}

/** What came of a restart. */
export interface RestartResult {
  readonly stopped: StopResult;
  readonly started: StartResult;
}

/**
 * Stops the daemon and starts it again, after the new configuration was found good. What the running daemon was started
 * with is kept, unless it is given anew. The new daemon is this file, also when the old one was an older version of it.
 *
 * @param given what this command line says
 * @throws AppdError (config) before anything is stopped; the new daemon's own when it does not start
 */
export async function restartDaemon(given: Context, options: RestartOptions = {}): Promise<RestartResult> {
  const last = lastStart(given);
  const command = options.command ?? last?.command ?? undefined;
  const context: Context = {
    ...given,
    flags: { ...last?.flags, ...given.flags },
    mode: modeFor(given, { last, command }),
    startedIn: last?.started_in ?? given.startedIn,
  };
  const loaded = await loadContextConfig(context);
  refuseWhatOthersCanWrite(context, loaded);
  programSpecs(loaded, { files: context.system.files, command });
  const stopped = await stopDaemon(given, { keepPrograms: options.keepPrograms ?? false });
  try {
    return { stopped, started: await startDaemon(context, command === undefined ? {} : { command }) };
  } catch (error) {
    throw withoutDaemon(error, stopped.kept ?? []);
  }
}

/**
 * The mode that is asked for, else the one that ran; none of a command, which runs alone.
 *
 * @throws AppdError as {@link keptMode}; (usage) for a mode that is asked for of a command
 */
function modeFor(
  given: Context,
  { last, command }: { readonly last: InstanceState | undefined; readonly command: Command | undefined },
): string | undefined {
  if (command !== undefined) {
    if (given.mode === undefined) return undefined;
    throw cannot(["restart", given.called], "it runs one command alone, which has no mode", {
      exit: "usage",
      hint: `end that first: appd stop; then: appd start --mode ${given.mode}`,
    });
  }
  return keptMode(given, {
    before: last?.mode,
    action: ["restart", given.called],
    how: "it runs in",
    change: "appd restart",
    anew: "appd stop; then: appd start",
  });
}

/** The error of a start that leaves programs without a daemon says so. */
function withoutDaemon(error: unknown, kept: readonly string[]): unknown {
  if (!(error instanceof AppdError) || kept.length === 0) return error;
  const left = `${kept.join(", ")} run on without a daemon until: appd start`;
  const hint = error.hint === undefined ? left : `${error.hint}; ${left}`;
  return new AppdError(error.message, { exit: error.exit, hint, cause: error });
}

/** How the daemon that runs, or died, was started; one that was stopped on purpose leaves nothing to keep. */
function lastStart(context: Context): InstanceState | undefined {
  if (presenceOf(context).kind === "stopped") return undefined;
  return readState(context.system.files, context.paths.state);
}
