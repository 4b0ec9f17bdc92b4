import { programNames } from "../../base/program_names.ts";
import { contextOf } from "../context_of.ts";
import { programsOf } from "../programs_of.ts";
import { renderPrograms } from "../render_programs.ts";
import type { VerbInput } from "../verb.ts";

/** Prints the table of programs; with `--quiet` only their names, for scripts. */
export async function list(input: VerbInput): Promise<number> {
  const { output, system } = input;
  const programs = await programsOf(input, contextOf(input));
  if (output.json) output.printJson(programs);
  else if (output.quiet) { for (const program of programs) output.print(program.name); }
  else if (programs.length === 0) output.print("no programs");
  else output.print(renderPrograms(programs, { style: output.style, now: system.clock.now() }).join("\n"));
  return 0;
}

/** Prints the names of programs and instances, for completions. */
export async function names(input: VerbInput): Promise<number> {
  const known = programNames(await programsOf(input, contextOf(input)));
  if (input.output.json) input.output.printJson(known);
  else if (known.length > 0) input.output.print(known.join("\n"));
  return 0;
}
