import type { Context } from "../../app/context.ts";
import { reportFor } from "../../app/control.ts";
import { pause as pauseAt, resume as resumeAt } from "../../app/control_jobs.ts";
import { contextOf } from "../context_of.ts";
import { comingOf } from "../given_moment.ts";
import { jobNamed, jobsOf } from "../jobs_of.ts";
import { humanTime } from "../time_text.ts";
import { usageError } from "../usage.ts";
import type { VerbInput } from "../verb.ts";

/** `pause [JOB] [--until TIME]`: survives a restart; programs and watchers go on. */
export async function pause(input: VerbInput): Promise<number> {
  const { output, program } = input;
  const context = contextOf(input);
  const until = untilOf(input);
  const job = await jobOf(input, context);
  await pauseAt(context, { job, until });
  const iso = until === undefined ? null : new Date(until).toISOString();
  if (output.json) output.printJson({ action: "pause", ok: true, job: job ?? null, until: iso });
  else {
    const what = job === undefined ? "Scheduler" : `Job ${job}`;
    output.tell(`${what} paused${iso === null ? "" : ` until ${humanTime(iso)}`}`);
    output.tell("");
    output.tell(`Programs and Git monitoring are still active${job === undefined ? "" : ", and all other jobs"}`);
    const how = output.advise(`${program.name} resume${job === undefined ? "" : ` ${job}`}`);
    output.tell(`Use '${how}' to resume ${job ?? "scheduler"}`);
  }
  return 0;
}

/** `resume [JOB]` */
export async function resume(input: VerbInput): Promise<number> {
  const { output, program } = input;
  const context = contextOf(input);
  const job = await jobOf(input, context);
  await resumeAt(context, job);
  const { scheduler, jobs } = await reportFor(context, ["look at", context.called]);
  const still = job !== undefined && scheduler.paused;
  const own = job === undefined ? jobs.filter(({ paused }) => paused).map(({ name }) => name) : [];
  if (output.json) {
    output.printJson({ action: "resume", ok: true, job: job ?? null, scheduler_paused: scheduler.paused });
  } else {
    output.tell(`${job === undefined ? "Scheduler" : `Job ${job}`} resumed`);
    if (still) output.tell(output.advise(`The scheduler is paused as a whole: ${program.name} resume`));
    if (own.length > 0) output.tell(`Still paused by themselves: ${own.join(", ")}`);
  }
  return 0;
}

/** The job that was named, which has to be there. */
async function jobOf({ invocation }: VerbInput, context: Context): Promise<string | undefined> {
  const [name] = invocation.arguments;
  const verb = invocation.path.at(-1) ?? "";
  const jobs = await jobsOf(context, [verb, name ?? "the scheduler"]);
  return name === undefined ? undefined : jobNamed(verb, name, jobs).name;
}

function untilOf({ invocation, system }: VerbInput): number | undefined {
  const now = system.clock.now();
  const until = comingOf(invocation, "until", now);
  if (until === undefined || until > now) return until;
  throw usageError(
    `cannot use option "--until": ${humanTime(new Date(until).toISOString())} has passed`,
    "for example: --until 2h, or --until 18:00",
  );
}
