import { APPD } from "../cli/command_table.ts";
import { renamed } from "../cli/renamed.ts";
import { main } from "../cli/run.ts";
import type { System } from "../system/system.ts";
import type { DefinedApp } from "./define_app.ts";

/** Runs one command line of an app. @param argv words after the program's name @returns the exit code */
// deno-lint-ignore no-explicit-any -- every app has a configuration of its own
export function commandLine(defined: DefinedApp<any>, argv: readonly string[], system: System): Promise<number> {
  return main({ program: renamed(APPD, defined.app.product), app: defined.app }, argv, system);
}
