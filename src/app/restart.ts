import { AppdError, cannot } from "../base/errors.ts";
import { type InstanceState, readState } from "../instance/state_file.ts";
import type { Command } from "./command.ts";
import type { Context } from "./context.ts";
import { leftAlone } from "./left_alone.ts";
import { appReader, loadContextConfig } from "./load.ts";
import { keptMode } from "./mode.ts";
import { presenceOf } from "./presence.ts";
import { startDaemon, type StartResult } from "./start.ts";
import { startLine } from "./start_words.ts";
import { stopDaemon, type StopResult } from "./stop.ts";
import { tryStart } from "./try_start.ts";

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
 * Stops the daemon and starts it again, after all of the start that can be tried was tried. What the running daemon was
 * started with is kept, unless it is given anew. The new daemon is this file, also when the old one was an older version.
 *
 * @param given what this command line says
 * @throws AppdError as {@link tryStart}, before anything is stopped; the new daemon's own when it does not start
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
  await tryStart(context, { loaded, command, last }).catch((error) => {
    const presence = presenceOf(context);
    throw presence.kind === "running" ? leftAlone(error, presence.pid) : error;
  });
  const stopped = await stopDaemon(given, { keepPrograms: options.keepPrograms ?? false });
  try {
    return { stopped, started: await startDaemon(context, command === undefined ? {} : { command }) };
  } catch (error) {
    throw withoutDaemon(error, {
      stopped,
      again: startLine(context, { command, schema: (await appReader(context)).schema }),
    });
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

/** What is said of a start that fails although it was tried: the old daemon is gone, and what of it runs on. */
function withoutDaemon(
  error: unknown,
  { stopped, again }: { readonly stopped: StopResult; readonly again: string },
): unknown {
  const { was, pid, kept = [] } = stopped;
  if (!(error instanceof AppdError) || (was === "not running" && kept.length === 0)) return error;
  const gone = was === "running" ? [`the old daemon, PID ${pid}, was stopped, and none runs now`] : [];
  const left = kept.length === 0 ? [] : [`${kept.join(", ")} run on without a daemon`];
  const told = `${[...gone, ...left].join("; ")}; start it: ${again}`;
  const hint = error.hint === undefined ? told : `${error.hint}; ${told}`;
  return new AppdError(error.message, { exit: error.exit, hint, cause: error });
}

/** How the daemon that runs, or died, was started; one that was stopped on purpose leaves nothing to keep. */
function lastStart(context: Context): InstanceState | undefined {
  if (presenceOf(context).kind === "stopped") return undefined;
  return readState(context.system.files, context.paths.state);
}
