import { AppdError } from "../base/errors.ts";
import { ORDER_VARIABLE } from "../detach/environment.ts";
import type { System } from "../system/system.ts";
import type { Command } from "./command.ts";
import { createContext } from "./context.ts";
import { runDaemon } from "./daemon.ts";
import type { App } from "./kit/app.ts";

/** What `start` tells the daemon that it makes: the same things that a command line says. */
export interface StartOrder {
  readonly home?: string | undefined;
  readonly name?: string | undefined;
  readonly config?: string | undefined;
  readonly flags: Readonly<Record<string, string>>;
  readonly command?: Command | undefined;
  readonly mode?: string | undefined;
  readonly startedIn?: string | undefined;
}

/** The order that this process was started with, or undefined when it is an ordinary command. */
export function startOrder(system: System): string | undefined {
  return system.host.env[ORDER_VARIABLE];
}

/**
 * Runs the daemon that a `start` command waits for, without the command line's code. That command shows the error, if
 * there is one; a bug is left to the runtime, which prints it where late output goes.
 *
 * @returns the exit code
 */
export async function runDetached(system: System, text: string, app: App): Promise<number> {
  const { command, readySocket, ...input } = JSON.parse(text) as StartOrder & { readySocket: string };
  try {
    return await runDaemon(createContext({ ...input, system, app }), { command, readySocket });
  } catch (error) {
    if (error instanceof AppdError) return error.exitCode;
    throw error;
  }
}
