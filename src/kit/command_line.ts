import { APPD_APP } from "../app/kit/app.ts";
import { APPD } from "../cli/command_table.ts";
import { main } from "../cli/run.ts";
import type { System } from "../system/system.ts";
import type { DefinedApp } from "./define_app.ts";

/** Runs one command line of an app. @param argv words after the program's name @returns the exit code */
export async function commandLine(
  // deno-lint-ignore no-explicit-any -- every app has a configuration of its own
  defined: DefinedApp<any>,
  argv: readonly string[],
  system: System,
): Promise<number> {
  if (defined.app === APPD_APP) return await main({ program: APPD, app: APPD_APP }, argv, system);
  const { tableOf } = await import("./table_of.ts"); // Every command of appd itself does without.
  return await main({ app: defined.app, ...tableOf(defined) }, argv, system);
}
