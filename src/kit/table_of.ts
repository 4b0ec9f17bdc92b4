import type { ProgramSpec } from "../cli/command.ts";
import type { AppdError } from "../base/errors.ts";
import { flawOfTable } from "./check_table.ts";
import type { DefinedApp } from "./define_app.ts";
import { programOf } from "./program.ts";

/** The table of commands of an app, and why it cannot be run, if it cannot. */
export function tableOf(
  // deno-lint-ignore no-explicit-any -- every app has a configuration of its own
  defined: DefinedApp<any>,
): { readonly program: ProgramSpec; readonly flaw: AppdError | undefined } {
  const program = programOf(defined);
  return { program, flaw: defined.flaw ?? flawOfTable(program) };
}
