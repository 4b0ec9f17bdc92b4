import { askWhy, programsFor } from "../../app/control_events.ts";
import { contextOf } from "../context_of.ts";
import { noSuchProgram } from "../no_such_program.ts";
import { renderWhy } from "../render_why.ts";
import type { VerbInput } from "../verb.ts";

/** Tells why a program is in the state that it is in. */
export async function why(input: VerbInput): Promise<number> {
  const { invocation, output, system } = input;
  const context = contextOf(input);
  const name = invocation.arguments[0] ?? "";
  const programs = await programsFor(context, ["explain", name]);
  const known = programs.flatMap(({ name, family }) => family === undefined ? [name] : [name, family]);
  if (!known.includes(name)) throw noSuchProgram("explain", { name, known: [...new Set(known)] });
  const report = await askWhy(context, name);
  if (output.json) output.printJson(report);
  else if (output.quiet) output.print(report.summary);
  else output.print(renderWhy(report, { style: output.style, now: system.clock.now() }).join("\n"));
  return 0;
}
