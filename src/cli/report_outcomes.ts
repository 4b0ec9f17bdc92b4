import type { ProgramStatus } from "../base/program_reports.ts";
import type { Advise } from "./advice.ts";
import { reportFailure } from "./failure.ts";
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
  const codes = [...new Set(errors.map(({ exitCode }) => exitCode))];
  const code = errors.length === 0 ? 0 : codes.length === 1 ? codes[0] ?? 1 : 1;
  if (output.json) {
    output.printJson({
      action,
      ok: code === 0,
      ...more,
      programs: outcomes.map((one) => jsonOf(one, { programs, advise: output.advise })),
    });
    return code;
  }
  for (const one of outcomes) {
    if (!("said" in one)) continue;
    output.tell(`${program.name}: ${one.said}`);
    if (one.dependents !== undefined) output.tell(`${program.name}: ${dependentsText(one.dependents)}`);
  }
  for (const error of errors) reportFailure(output, error, { program: program.name, stack: false });
  return code;
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
