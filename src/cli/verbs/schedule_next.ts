import type { Context } from "../../app/context.ts";
import { askStatus } from "../../app/control.ts";
import { upcoming } from "../../app/control_jobs.ts";
import { contextOf } from "../context_of.ts";
import { numberOf } from "../invocation.ts";
import { jobNamed, jobsOf } from "../jobs_of.ts";
import { renderUpcoming } from "../render_runs.ts";
import { usageError } from "../usage.ts";
import type { VerbInput } from "../verb.ts";

const DEFAULT_COUNT = 10;
const MAX_COUNT = 1000;

/** `schedule next [JOB]`: what the daemon is going to run, soonest first. */
export async function next(input: VerbInput): Promise<number> {
  const { invocation, output, program, system } = input;
  const context = contextOf(input);
  const count = countOf(input);
  const [job] = invocation.arguments;
  const slots = await slotsOf(context, { count, job });
  if (output.json) output.printJson(slots);
  else if (slots.length > 0) {
    output.print(renderUpcoming(slots, { style: output.style, now: system.clock.now() }).join("\n"));
  } else output.note(`${program.name}: nothing is going to run by itself`);
  return 0;
}

/** A daemon knows its intervals and pauses; without one the configuration says what it would do. */
async function slotsOf(context: Context, asked: { readonly count: number; readonly job: string | undefined }) {
  const { job } = asked;
  if (await askStatus(context) === undefined) {
    const { previewJobs } = await import("../../app/jobs/preview.ts");
    return await previewJobs(context, asked);
  }
  const jobs = await jobsOf(context, ["show the next runs of", job ?? context.called]);
  if (job !== undefined) jobNamed("show the next runs of", job, jobs);
  return await upcoming(context, asked);
}

function countOf({ invocation }: VerbInput): number {
  const count = numberOf(invocation, "count") ?? DEFAULT_COUNT;
  if (count >= 1 && count <= MAX_COUNT) return count;
  throw usageError(
    `cannot use option "--count": it is from 1 to ${MAX_COUNT}`,
    `for example: --count ${DEFAULT_COUNT}`,
  );
}
