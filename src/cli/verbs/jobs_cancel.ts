import { cancelJob, cancelRun, showRun } from "../../app/control_jobs.ts";
import type { Context } from "../../app/context.ts";
import { cannot } from "../../base/errors.ts";
import { isOver, type RunReport } from "../../base/job_reports.ts";
import { contextOf } from "../context_of.ts";
import { numberOf } from "../invocation.ts";
import { jobNamed, jobsOf } from "../jobs_of.ts";
import { endText } from "../run_end.ts";
import { usageError } from "../usage.ts";
import type { VerbInput } from "../verb.ts";

/** So many runs are named. */
const NAMED = 5;

/** `jobs cancel NAME`, or `jobs cancel --run NUMBER`. */
export async function cancel(input: VerbInput): Promise<number> {
  const { invocation, output, program } = input;
  const [name] = invocation.arguments;
  const id = numberOf(invocation, "run");
  if ((name === undefined) === (id === undefined)) {
    throw usageError(
      `cannot run "${program.name} jobs cancel": name a job or a run, one of them`,
      `for example: ${program.name} jobs cancel backup, or ${program.name} jobs cancel --run 12`,
    );
  }
  const context = contextOf(input);
  const runs = id === undefined ? await ofJob(context, name ?? "") : [await oneRun(context, id)];
  if (output.json) output.printJson({ action: "cancel", ok: true, runs });
  else if (runs.length === 0) output.tell(`${program.name}: nothing of ${name} runs or waits`);
  else output.tell(`${program.name}: cancelled ${cancelledText(runs)}`);
  return 0;
}

/** `run 12 of backup`, `300 runs of backup: 12, 13, 14, 15 and 296 more` */
function cancelledText(runs: readonly RunReport[]): string {
  const [first] = runs;
  if (runs.length === 1) return `run ${first?.id} of ${first?.job}`;
  const ids = runs.map(({ id }) => id).sort((a, b) => a - b);
  const more = ids.length > NAMED ? ` and ${ids.length - NAMED} more` : "";
  return `${ids.length} runs of ${first?.job}: ${ids.slice(0, NAMED).join(", ")}${more}`;
}

async function ofJob(context: Context, name: string): Promise<readonly RunReport[]> {
  jobNamed("cancel", name, await jobsOf(context, ["cancel", name]));
  return await cancelJob(context, name);
}

async function oneRun(context: Context, id: number): Promise<RunReport> {
  await jobsOf(context, ["cancel run", String(id)]);
  const run = await showRun(context, id);
  if (!isOver(run)) return await cancelRun(context, id);
  throw cannot(["cancel run", String(id)], `it is over: ${endText(run)}`, {
    exit: "generic",
    hint: `see what runs: appd jobs history ${run.job} --state running`,
  });
}
