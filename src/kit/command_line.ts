import { APPD } from "../cli/command_table.ts";
import { main } from "../cli/run.ts";
import type { System } from "../system/system.ts";
import { flawOfTable } from "./check_table.ts";
import type { DefinedApp } from "./define_app.ts";
import { programOf } from "./program.ts";

/** Runs one command line of an app. @param argv words after the program's name @returns the exit code */
// deno-lint-ignore no-explicit-any -- every app has a configuration of its own
export function commandLine(defined: DefinedApp<any>, argv: readonly string[], system: System): Promise<number> {
  const program = programOf(defined);
  const flaw = defined.flaw ?? (program === APPD ? undefined : flawOfTable(program));
  return main({ program, app: defined.app, flaw }, argv, system);
}
