import type { Context } from "../../app/context.ts";
import { reportFor } from "../../app/control.ts";
import { askWhy } from "../../app/control_events.ts";
import { runsOf, showRun } from "../../app/control_jobs.ts";
import type { JobStatus } from "../../base/job_reports.ts";
import { contextOf } from "../context_of.ts";
import { noSuchProgram } from "../no_such_program.ts";
import { renderJobWhy, renderWhy } from "../render_why.ts";
import type { VerbInput } from "../verb.ts";

/** Runs of a job that an answer is made from. */
const RUNS = 20;

/** Tells why a program or a job is in the state that it is in. */
export async function why(input: VerbInput): Promise<number> {
  const { invocation, output, system } = input;
  const context = contextOf(input);
  const name = invocation.arguments[0] ?? "";
  const { programs, jobs } = await reportFor(context, ["explain", name]);
  const job = jobs.find((one) => one.name === name);
  if (job !== undefined) return await whyJob(input, context, job);
  const families = programs.flatMap(({ name, family }) => family === undefined ? [name] : [name, family]);
  const known = [...new Set([...families, ...jobs.map((one) => one.name)])];
  if (!known.includes(name)) throw noSuchProgram("explain", { name, known, orJob: true });
  const told = await askWhy(context, name);
  const report = { ...told, hints: told.hints.map(output.advise) };
  if (output.json) output.printJson(report);
  else if (output.quiet) output.print(report.summary);
  else output.print(renderWhy(report, { style: output.style, now: system.clock.now() }).join("\n"));
  return 0;
}

/** The daemon's history says it all; what it means is told here. */
async function whyJob({ output, system }: VerbInput, context: Context, job: JobStatus): Promise<number> {
  const { explainJob } = await import("../../app/why/job.ts");
  const runs = await Array.fromAsync(runsOf(context, { job: job.name }, RUNS));
  const started = runs.find((run) => run.started_at !== null);
  const last = started === undefined ? undefined : await showRun(context, started.id);
  const now = system.clock.now();
  const told = explainJob(job, { runs, output: last?.output ?? "", now });
  const report = { ...told, hints: told.hints.map(output.advise) };
  if (output.json) output.printJson(report);
  else if (output.quiet) output.print(report.summary);
  else output.print(renderJobWhy(report, { style: output.style, now }).join("\n"));
  return 0;
}
