import type { Context } from "../app/context.ts";
import { daemonStatus, silent } from "../app/control.ts";
import { cannot } from "../base/errors.ts";
import { programNames, programsNamed } from "../base/program_names.ts";
import type { ProgramStatus } from "../base/program_reports.ts";
import type { StatusReport } from "../base/status_report.ts";
import { noSuchProgram } from "./no_such_program.ts";
import type { VerbInput } from "./verb.ts";

/** What the programs are needed for, when somebody asks for them; default: to list them. */
export interface ProgramsWanted {
  readonly action?: readonly [verb: string, object: string];
}

/** The programs of the daemon that runs. @throws AppdError (notRunning, unavailable) */
export async function programsOf(
  input: VerbInput,
  context: Context,
  wanted: ProgramsWanted = {},
): Promise<readonly ProgramStatus[]> {
  return (await statusForPrograms(input, context, wanted)).programs;
}

/** What the daemon that runs says of itself and its programs. @throws AppdError (notRunning, unavailable) */
export async function statusForPrograms(
  { program }: VerbInput,
  context: Context,
  { action = ["list the programs of", context.called] }: ProgramsWanted = {},
): Promise<StatusReport> {
  const { exit, report } = await daemonStatus(context);
  if (exit === 0) return report;
  if (exit === 4) throw cannot(action, ...silent(report.pid ?? undefined));
  throw cannot(action, "the daemon is not running", {
    exit: "notRunning",
    hint: `start it: ${program.name} start`,
  });
}

/** The instances that `name` means. @throws AppdError (generic) naming the nearest when it means none, or who left it out */
export function meantBy(verb: string, name: string, status: StatusReport): readonly ProgramStatus[] {
  const meant = programsNamed(status.programs, name);
  if (meant.length === 0) throw noSuchProgram(verb, { name, known: programNames(status.programs), status });
  return meant;
}
