import type { Context } from "../../app/context.ts";
import { askStatus } from "../../app/control.ts";
import { controlProgram, type ProgramAction, programsAfterStart } from "../../app/control_programs.ts";
import { AppdError } from "../../base/errors.ts";
import { levelsOf } from "../../base/levels.ts";
import { familyOf } from "../../base/program_names.ts";
import type { ProgramStatus } from "../../base/program_reports.ts";
import { contextOf } from "../context_of.ts";
import { isOn } from "../invocation.ts";
import { type Outcome, outcomeOf, withDependents } from "../outcome.ts";
import { meantBy, statusForPrograms } from "../programs_of.ts";
import { reportOutcomes } from "../report_outcomes.ts";
import { usageError } from "../usage.ts";
import type { VerbInput } from "../verb.ts";

/** `programs start NAME…`, `stop`, `restart`, `reset`: does it to all at once and says what came of each. */
export async function control(input: VerbInput): Promise<number> {
  const context = contextOf(input);
  const action = actionOf(input.invocation.path.at(-1));
  const asked = namesOf(input, action);
  const status = await statusForPrograms(input, context, {
    action: asked === "all" ? [`${action} the programs of`, context.called] : [action, asked.join(" ")],
  });
  const before = status.programs;
  const steps = asked === "all" ? inOrder(before, action) : [asked];
  const meant = steps.flat().flatMap((name) => meantBy(action, name, status));
  const refused = new Map<string, AppdError>();
  for (const names of steps) await Promise.all(names.map((name) => attempt(name, { context, action, refused })));
  const names = [...new Set(meant.map(({ name }) => name))];
  const after = await programsAfter(context, action, new Set(names));
  const outcomes = names.map((name): Outcome => {
    const old = before.find((program) => program.name === name);
    const error = refused.get(name) ?? (old && refused.get(familyOf(old)));
    if (error !== undefined) return { name, error };
    return outcomeOf(action, { name, before: old, after: after.find((program) => program.name === name) });
  });
  const told = action === "stop" ? withDependents(outcomes, { before, after }) : outcomes;
  return reportOutcomes(input, { action, outcomes: told, programs: after });
}

function actionOf(word: string | undefined): ProgramAction {
  if (word === "start" || word === "stop" || word === "restart" || word === "reset") return word;
  throw new Error(`the table names an action that programs does not know: ${word}`);
}

/** The names given, each once. @throws AppdError (usage) when there are neither names nor `--all`, or both */
function namesOf({ invocation, program }: VerbInput, action: ProgramAction): readonly string[] | "all" {
  const names = [...new Set(invocation.arguments)];
  const line = [program.name, ...invocation.path].join(" ");
  if (!isOn(invocation, "all")) {
    if (names.length > 0) return names;
    throw usageError(`cannot run "${line}": PROGRAM is missing`, `name one, or ${action} all: ${line} --all`);
  }
  if (names.length === 0) return "all";
  throw usageError(`cannot ${action} --all and "${names.join(" ")}" at once`, `leave one of them out: ${line} --all`);
}

/** All programs by levels of their dependencies; who depends on others is stopped before them. */
function inOrder(programs: readonly ProgramStatus[], action: ProgramAction): readonly (readonly string[])[] {
  const families = new Map(programs.map((program) => [familyOf(program), Object.keys(program.depends_on ?? {})]));
  const { levels, circle } = levelsOf([...families].map(([name, dependsOn]) => ({ name, dependsOn })));
  const all = circle.length === 0 ? levels : [...levels, circle];
  return action === "stop" ? all.toReversed() : all;
}

interface Attempt {
  readonly context: Context;
  readonly action: ProgramAction;
  readonly refused: Map<string, AppdError>;
}

/** One that is refused must not keep the others from being told. */
async function attempt(name: string, { context, action, refused }: Attempt): Promise<void> {
  try {
    await controlProgram(context, action, name);
  } catch (error) {
    if (!(error instanceof AppdError)) throw error;
    refused.set(name, error);
  }
}

async function programsAfter(context: Context, action: ProgramAction, names: ReadonlySet<string>) {
  if (action === "start" || action === "restart") return await programsAfterStart(context, names) ?? [];
  return (await askStatus(context))?.programs ?? [];
}
