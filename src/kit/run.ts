import { runDetached, startOrder } from "../app/detached.ts";
import { realSystem } from "../system/system.ts";
import { trustHost } from "../system/trust.ts";
import type { DefinedApp } from "./define_app.ts";

/**
 * Runs the command line of this process: the daemon that a `start` made, or one command. Ends the process with its exit
 * code; the only place that does. An app that cannot be is told as any other failure, and ends with 78.
 */
// deno-lint-ignore no-explicit-any -- every app has a configuration of its own
export async function run(defined: DefinedApp<any>): Promise<never> {
  const system = realSystem();
  trustHost(); // After the look at the environment: programs get what the user has set, and nothing of ours.
  const order = startOrder(system);
  Deno.exit(await (order === undefined ? runCommand(defined, system) : runDetached(system, order, defined.app)));
}

// deno-lint-ignore no-explicit-any -- as above
async function runCommand(defined: DefinedApp<any>, system: ReturnType<typeof realSystem>): Promise<number> {
  const { commandLine } = await import("./command_line.ts");
  return await commandLine(defined, Deno.args, system);
}
