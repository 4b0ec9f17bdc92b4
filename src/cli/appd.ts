import type { System } from "../system/system.ts";
import { APPD_APP } from "../app/kit/app.ts";
import { APPD } from "./command_table.ts";
import { main } from "./run.ts";

/** Runs one command line of appd. @param argv words after the program's name @returns the exit code */
export function runAppd(argv: readonly string[], system: System): Promise<number> {
  return main({ program: APPD, app: APPD_APP }, argv, system);
}
