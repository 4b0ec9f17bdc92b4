import type { Context } from "../app/context.ts";
import { daemonStatus, silent } from "../app/control.ts";
import { cannot } from "../base/errors.ts";
import { programNames, programsNamed } from "../base/program_names.ts";
import type { ProgramStatus } from "../base/reports.ts";
import { noSuchProgram } from "./no_such_program.ts";
import type { VerbInput } from "./verb.ts";

/**
 * The programs of the daemon that runs.
 *
 * @param options.action verb and object of what they are needed for; default: to list them
 * @throws AppdError (notRunning, unavailable)
 */
export async function programsOf(
  { program }: VerbInput,
  context: Context,
  { action = ["list the programs of", context.called] }: { readonly action?: readonly [verb: string, object: string] } =
    {},
): Promise<readonly ProgramStatus[]> {
  const { exit, report } = await daemonStatus(context);
  if (exit === 0) return report.programs;
  if (exit === 4) throw cannot(action, ...silent(report.pid ?? undefined));
  throw cannot(action, "the daemon is not running", {
    exit: "notRunning",
    hint: `start it: ${program.name} start`,
  });
}

/** The instances that `name` means. @throws AppdError (generic) naming the nearest when it means none */
export function meantBy(verb: string, name: string, programs: readonly ProgramStatus[]): readonly ProgramStatus[] {
  const meant = programsNamed(programs, name);
  if (meant.length === 0) throw noSuchProgram(verb, { name, known: programNames(programs) });
  return meant;
}
