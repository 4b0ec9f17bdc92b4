import { runsOf, showRun } from "../../app/control_jobs.ts";
import type { RunReport } from "../../base/job_reports.ts";
import { contextOf } from "../context_of.ts";
import { numberOf } from "../invocation.ts";
import { jobNamed, jobsOf } from "../jobs_of.ts";
import { renderJobs } from "../render_jobs.ts";
import { renderJob, renderRun } from "../render_runs.ts";
import { usageError } from "../usage.ts";
import type { VerbInput } from "../verb.ts";

const DEFAULT_RUNS = 10;

/** Prints the table of jobs; with `--quiet` only their names, for scripts and completions. */
export async function list(input: VerbInput): Promise<number> {
  const { output, system } = input;
  const context = contextOf(input);
  const jobs = await jobsOf(context, ["list the jobs of", context.called]);
  if (output.json) output.printJson(jobs);
  else if (output.quiet) { for (const job of jobs) output.print(job.name); }
  else if (jobs.length === 0) output.print("no jobs");
  else output.print(renderJobs(jobs, { style: output.style, now: system.clock.now() }).join("\n"));
  return 0;
}

/** `jobs show NAME`, or `jobs show --run NUMBER`: everything about it, with its last output. */
export async function show(input: VerbInput): Promise<number> {
  const { invocation } = input;
  const [name] = invocation.arguments;
  const id = numberOf(invocation, "run");
  if (id !== undefined) return await showOne(input, { id, name });
  if (name === undefined) {
    throw usageError(`cannot run "${input.program.name} jobs show": NAME is missing`, "name a job, or a run: --run 12");
  }
  return await showJob(input, name);
}

async function showJob(input: VerbInput, name: string): Promise<number> {
  const { output, invocation, system } = input;
  const context = contextOf(input);
  const job = jobNamed("show", name, await jobsOf(context, ["show", name]));
  const count = numberOf(invocation, "lines") ?? DEFAULT_RUNS;
  const runs = await Array.fromAsync(runsOf(context, { job: name }, count));
  const started = runs.find((run) => run.started_at !== null);
  const last = started === undefined ? undefined : await showRun(context, started.id);
  if (output.json) output.printJson({ ...job, runs, last_output: last?.output ?? null });
  else {
    const { host, clock } = system;
    const view = { style: output.style, now: clock.now(), userHome: host.homeDirectory, output: last?.output ?? "" };
    output.print(renderJob(job, runs, view).join("\n"));
  }
  return 0;
}

async function showOne(input: VerbInput, { id, name }: { id: number; name: string | undefined }): Promise<number> {
  const { output, program, system } = input;
  const context = contextOf(input);
  const jobs = await jobsOf(context, ["show run", String(id)]);
  if (name !== undefined) jobNamed("show", name, jobs);
  const run = await showRun(context, id);
  refuseOther(run, { name, program: program.name });
  if (output.json) output.printJson(run);
  else output.print(renderRun(run, { style: output.style, now: system.clock.now() }).join("\n"));
  return 0;
}

/** Numbers are those of the instance, not of the job: a run of another job is a slip. */
function refuseOther({ id, job }: RunReport, { name, program }: { name: string | undefined; program: string }): void {
  if (name === undefined || name === job) return;
  throw usageError(
    `cannot show run ${id} of "${name}": it is one of "${job}"`,
    `see: ${program} jobs show --run ${id}`,
  );
}
