import type { ProgramStatus } from "../base/program_reports.ts";
import type { Advise } from "./advice.ts";
import { reportFailures } from "./failure.ts";
import type { Outcome } from "./outcome.ts";
import type { VerbInput } from "./verb.ts";

/** What was done to some programs, and how they are now. */
export interface Done {
  readonly action: string;
  readonly outcomes: readonly Outcome[];
  readonly programs: readonly ProgramStatus[];
  /** More members for `--json`. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** Says what came of an action on several programs. @returns the exit code: of the only failure, else 1, or 0 */
export function reportOutcomes({ program, output }: VerbInput, done: Done): number {
  const { action, outcomes, programs, more } = done;
  const errors = outcomes.flatMap((one) => "error" in one ? [one.error] : []);
  if (output.json) {
    output.printJson({
      action,
      ok: errors.length === 0,
      ...more,
      programs: outcomes.map((one) => jsonOf(one, { programs, advise: output.advise })),
    });
  } else for (const one of outcomes) tellOutcome({ program, output }, one);
  return reportFailures(output, errors, { program: program.name, stack: false });
}

function tellOutcome({ program, output }: Pick<VerbInput, "program" | "output">, outcome: Outcome): void {
  if (!("said" in outcome)) return;
  const { said, dependents } = outcome;
  output.tell(`${program.name}: ${said}`);
  if (dependents !== undefined) output.tell(`${program.name}: ${dependentsText(dependents)}`);
}

/** `web depends on it and runs on` */
function dependentsText(names: readonly string[]): string {
  const [depend, run] = names.length === 1 ? ["depends", "runs"] : ["depend", "run"];
  return `${names.join(" and ")} ${depend} on it and ${run} on`;
}

interface Around {
  readonly programs: readonly ProgramStatus[];
  readonly advise: Advise;
}

function jsonOf(outcome: Outcome, { programs, advise }: Around): Readonly<Record<string, unknown>> {
  const { name } = outcome;
  const now = programs.find((program) => program.name === name);
  const state = { name, state: now?.state ?? null, pid: now?.pid ?? null };
  if ("error" in outcome) {
    const { message, hint } = outcome.error;
    return { ...state, ok: false, error: message, hint: hint === undefined ? null : advise(hint) };
  }
  const { forced, dependents } = outcome;
  return {
    ...state,
    ok: true,
    error: null,
    ...(forced ? { killed: true } : {}),
    ...(dependents ? { dependents } : {}),
  };
}
