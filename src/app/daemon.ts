import { AppdError, cannot, messageOf } from "../base/errors.ts";
import { type Ready, sendReadiness } from "../detach/readiness.ts";
import { openSignalInbox } from "../signals/signals.ts";
import { forgetManagerVariables } from "../system/manager_variables.ts";
import { systemSignals } from "../system/signals.ts";
import type { Assembled } from "./assemble.ts";
import type { Command } from "./command.ts";
import type { Context } from "./context.ts";
import type { Daemon } from "./running_daemon.ts";
import { ToldFailure } from "./start_failure.ts";

export interface RunOptions {
  /** The command after `--`, supervised without a configuration. */
  readonly command?: Command | undefined;
  /** Socket on which a `start` command waits for news of the detached daemon; absent in the foreground. */
  readonly readySocket?: string;
  /** Makes the commands of a hint in the log those of this command line. */
  readonly advise?: (text: string) => string;
}

/**
 * Runs the daemon in this process until it is told to stop.
 *
 * Signal handlers come first, so that no signal can kill it from the moment its PID can be seen. When a `start` command
 * waits for news, it gets them: ready, or the error that is thrown here too.
 *
 * @returns the exit code, also of a start that failed and of which stderr has a record
 * @throws AppdError when it cannot start
 */
export async function runDaemon(context: Context, options: RunOptions = {}): Promise<number> {
  const { command, advise, readySocket: waiting } = options;
  using inbox = openSignalInbox(systemSignals);
  forgetManagerVariables();
  try {
    const { assemble } = await import("./assemble.ts");
    const heed = (daemon: Daemon) => daemon.heed(inbox, context.system.terminal.isTerminal("stderr"));
    await using assembled = await assemble(context, {
      ...{ command, advise, detached: waiting !== undefined },
      onBegun(daemon) {
        daemon.record(); // It may be killed while it waits for its checks, too.
        heed(daemon);
      },
    });
    const { daemon, jobs } = assembled;
    daemon.record(); // Whoever is told that it runs can kill it at once, and the next one has to know of this life.
    if (waiting !== undefined) {
      const ready = { type: "ready", ...readyOf(context, assembled) } as const;
      await sendReadiness(waiting, daemon.isStopping ? failure(context, stoppedEarly(context)) : ready);
    }
    jobs.admit(); // Work that the app asks for at its start is nothing that the starter waits for.
    heed(daemon);
    return await daemon.ended;
  } catch (error) {
    if (error instanceof ToldFailure) return error.exitCode;
    if (waiting !== undefined) await sendReadiness(waiting, failure(context, error));
    throw error;
  }
}

/** What whoever started the daemon is told. */
function readyOf({ system }: Context, { daemon, jobs: { setAside }, unwell }: Assembled): Ready {
  return {
    ...{ pid: system.host.pid, url: daemon.url },
    ...(setAside.length === 0 ? {} : { set_aside: setAside }),
    ...(Object.keys(unwell).length === 0 ? {} : { unwell }),
  };
}

function stoppedEarly({ called }: Context): AppdError {
  return cannot(["start", called], "it was told to stop before it was ready", {
    exit: "unavailable",
    hint: "start it again: appd start",
  });
}

/** Where it is a bug, the runtime prints the stack into the file for late output as this process ends. */
function failure({ paths }: Context, error: unknown) {
  if (error instanceof AppdError) {
    const { message, hint = null, exit, problems } = error;
    return { type: "error", message, hint, exit, problems } as const;
  }
  const [message, hint] = [`internal error: ${messageOf(error)}`, `the stack is in "${paths.lateOutput}"`];
  return { type: "error", message, hint, exit: "internal" } as const;
}
