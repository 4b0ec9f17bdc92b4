import { contextOf } from "./context_of.ts";
import type { StartResult } from "../app/start.ts";
import { escapeControls } from "../base/escape.ts";
import type { VerbInput } from "./verb.ts";

/** What is not as it should be with a daemon that has just been started. */
export function tellWarnings(input: VerbInput, started: StartResult): void {
  tellSetAside(input, started);
  tellUnwell(input, started);
}

/** Databases that this start found damaged and set aside: what was in them is not in the one that runs now. */
function tellSetAside(input: VerbInput, { set_aside: paths = [] }: StartResult): void {
  const { output, program } = input;
  const kept = contextOf(input).app.migrations.length > 0 ? `what ${program.name} had kept` : "the history of its jobs";
  for (const path of paths.map(escapeControls)) {
    output.note(`${program.name}: warning: the database was damaged and begins empty: ${kept} is only in "${path}"`);
    const more = output.advise("what else there is to know: appd doctor");
    output.note(`hint: save what can be read: sqlite3 "${path}" .dump; ${more}`);
  }
}

/** Checks for which `/health` says 503 although the daemon is ready. */
function tellUnwell({ output, program }: VerbInput, { unwell = {} }: StartResult): void {
  const checks = Object.entries(unwell).map(([name, error]) => `${name}: ${error}`);
  if (checks.length === 0) return;
  output.note(escapeControls(`${program.name}: warning: it is ready, but not healthy: ${checks.join("; ")}`));
  output.note(`hint: see what becomes of it: ${output.advise(`${program.name} why`)}`);
}
