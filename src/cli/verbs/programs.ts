import type { Context } from "../../app/context.ts";
import { controlProgram, daemonStatus, silent } from "../../app/control.ts";
import { cannot } from "../../base/errors.ts";
import type { ProgramStatus } from "../../base/reports.ts";
import { contextOf } from "../context_of.ts";
import { noSuchProgram } from "../no_such_program.ts";
import { renderPrograms } from "../render_programs.ts";
import type { VerbInput } from "../verb.ts";

/** Prints the table of programs; with `--quiet` only their names, for scripts and completions. */
export async function list(input: VerbInput): Promise<number> {
  const { output, system } = input;
  const programs = await programsOf(input, contextOf(input));
  if (output.json) output.printJson(programs);
  else if (output.quiet) { for (const program of programs) output.print(program.name); }
  else if (programs.length === 0) output.print("no programs");
  else output.print(renderPrograms(programs, { style: output.style, now: system.clock.now() }).join("\n"));
  return 0;
}

/** `programs start NAME`, `stop NAME`, `restart NAME`. */
export async function control(input: VerbInput): Promise<number> {
  const { invocation, output, program } = input;
  const context = contextOf(input);
  const action = actionOf(invocation.path.at(-1));
  const name = invocation.arguments[0] ?? "";
  const known = (await programsOf(input, context)).map((one) => one.name);
  if (!known.includes(name)) throw noSuchProgram(action, { name, known });
  await controlProgram(context, action, name);
  const done = { start: "started", stop: "stopped", restart: "restarted" }[action];
  if (output.json) output.printJson({ program: name, [done]: true });
  else output.tell(`${program.name}: ${done} ${name}`);
  return 0;
}

function actionOf(word: string | undefined): "start" | "stop" | "restart" {
  if (word === "start" || word === "stop" || word === "restart") return word;
  throw new Error(`the table names an action that programs does not know: ${word}`);
}

async function programsOf({ program }: VerbInput, context: Context): Promise<readonly ProgramStatus[]> {
  const { exit, report } = await daemonStatus(context);
  if (exit === 0) return report.programs;
  if (exit === 4) throw cannot(["list the programs of", context.instance], ...silent(report.pid ?? undefined));
  throw cannot(["list the programs of", context.instance], "the daemon is not running", {
    exit: "notRunning",
    hint: `start it: ${program.name} start`,
  });
}
