import { programsAfterStart, scaleProgram, signalProgram } from "../../app/control_programs.ts";
import { cannot } from "../../base/errors.ts";
import { familyOf, MAX_INSTANCES } from "../../base/program_names.ts";
import type { ProgramStatus } from "../../base/program_reports.ts";
import { nearestSignal, SIGNAL_NAMES, signalNamed } from "../../base/signal_names.ts";
import { contextOf } from "../context_of.ts";
import { outcomeOf } from "../outcome.ts";
import { meantBy, statusForPrograms } from "../programs_of.ts";
import { reportOutcomes } from "../report_outcomes.ts";
import { usageError } from "../usage.ts";
import type { VerbInput } from "../verb.ts";

/** `programs signal NAME SIGNAL` */
export async function signal(input: VerbInput): Promise<number> {
  const { invocation, output, program } = input;
  const [name = "", word = ""] = invocation.arguments;
  const context = contextOf(input);
  const chosen = signalOf(word, { name, program: program.name });
  const meant = meantBy("signal", name, await statusForPrograms(input, context, { action: ["signal", name] }));
  const count = await signalProgram(context, name, chosen);
  if (count === 0) {
    throw cannot(["signal", name], "it does not run", {
      exit: "generic",
      hint: `start it: ${program.name} programs start ${name}`,
    });
  }
  if (output.json) output.printJson({ action: "signal", ok: true, name, signal: chosen, programs: count });
  else output.tell(`${program.name}: sent ${chosen} to ${receivers(name, meant, count)}`);
  return 0;
}

function signalOf(word: string, { name, program }: { readonly name: string; readonly program: string }): string {
  const known = signalNamed(word);
  if (known !== undefined) return known;
  if (signalNamed(name) !== undefined) {
    throw usageError(
      `cannot use SIGNAL "${word}": it is no signal, and "${name}" is one`,
      `the program comes first: ${program} programs signal ${word} ${name}`,
    );
  }
  const near = nearestSignal(word);
  const hint = near === undefined ? `signals: ${SIGNAL_NAMES.join(", ")};` : `did you mean "${near}"?`;
  throw usageError(
    `cannot use SIGNAL "${word}": ${/^\d+$/.test(word) ? "numbers are not taken" : "unknown signal"}`,
    `${hint} see: ${program} programs signal --help`,
  );
}

/** `web (PID 12)`, or `web, 3 of 4 instances`. */
function receivers(name: string, meant: readonly ProgramStatus[], count: number): string {
  const [first] = meant;
  if (meant.length === 1 && first !== undefined) return `${first.name} (PID ${first.pid})`;
  return `${name}, ${count} of ${meant.length} instances`;
}

/** `programs scale NAME N` */
export async function scale(input: VerbInput): Promise<number> {
  const { invocation, output, program } = input;
  const [name = "", word = ""] = invocation.arguments;
  const context = contextOf(input);
  const instances = instancesOf(word, { name, program: program.name });
  const status = await statusForPrograms(input, context, { action: ["scale", name] });
  const before = status.programs;
  const [first] = meantBy("scale", name, status);
  if (first !== undefined && familyOf(first) !== name) {
    const family = familyOf(first);
    throw usageError(
      `cannot scale "${name}": it is an instance of "${family}"`,
      `scale the program: ${program.name} programs scale ${family} ${word}`,
    );
  }
  const names = await scaleProgram(context, name, instances);
  const fresh = names.filter((one) => !before.some((program) => program.name === one));
  const after = await programsAfterStart(context, new Set(fresh)) ?? [];
  if (!output.json) output.tell(`${program.name}: scaled ${name} to ${names.length}: ${names.join(", ")}`);
  const outcomes = fresh.map((one) =>
    outcomeOf("start", { name: one, before: undefined, after: after.find((program) => program.name === one) })
  );
  return reportOutcomes(input, { action: "scale", outcomes, programs: after, more: { name, instances: names } });
}

function instancesOf(word: string, { name, program }: { name: string; program: string }): number {
  const count = /^\d{1,4}$/.test(word) ? Number(word) : NaN;
  if (count >= 1 && count <= MAX_INSTANCES) return count;
  throw usageError(
    `cannot use INSTANCES "${word}": it is no whole number from 1 to ${MAX_INSTANCES}`,
    count === 0 ? `to run none: ${program} programs stop ${name}` : `for example: ${program} programs scale ${name} 2`,
  );
}
