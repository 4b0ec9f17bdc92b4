import type { Context } from "../../app/context.ts";
import { checksOf, daemonStatus, healthFor, reportFor, silent } from "../../app/control.ts";
import { askWhy, rememberedEvents } from "../../app/control_events.ts";
import { runsOf, showRun } from "../../app/control_jobs.ts";
import { databasePlace } from "../../app/database_place.ts";
import { ofOneMoment } from "../../app/why/one_moment.ts";
import { cannot } from "../../base/errors.ts";
import { exitCode } from "../../base/exit_codes.ts";
import type { JobStatus } from "../../base/job_reports.ts";
import type { CheckReport } from "../../base/health_reports.ts";
import type { StatusReport } from "../../base/status_report.ts";
import { databasesSetAside } from "../../store/set_aside.ts";
import { contextOf } from "../context_of.ts";
import { noSuchProgram } from "../no_such_program.ts";
import { renderCheckWhy, renderDaemonWhy, renderJobWhy, renderWhy, type WhyView } from "../render_why.ts";
import type { VerbInput } from "../verb.ts";

/** Runs of a job that an answer is made from. */
const RUNS = 20;

/** Tells why a program, a job or a health check is in the state that it is in; without a name, what is not well. */
export async function why(input: VerbInput): Promise<number> {
  const context = contextOf(input);
  const [name] = input.invocation.arguments;
  if (name === undefined) return await whyDaemon(input, context);
  const status = await reportFor(context, ["explain", name]);
  const { programs, jobs } = status;
  const job = jobs.find((one) => one.name === name);
  if (job !== undefined) return await whyJob(input, context, job);
  const families = programs.flatMap(({ name, family }) => family === undefined ? [name] : [name, family]);
  if (families.includes(name)) return tell(input, await askWhy(context, name), renderWhy);
  const checks = await checksOf(context, ["explain", name]);
  const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
  if (check !== undefined) return await whyCheck(input, context, { name, check, status });
  const known = [...new Set([...families, ...jobs.map((one) => one.name), ...Object.keys(checks)])];
  throw noSuchProgram("explain", { name, known, or: ["job", "health check"], status });
}

/** The daemon's history says it all; what it means is told here. */
async function whyJob(input: VerbInput, context: Context, job: JobStatus): Promise<number> {
  const { explainJob } = await import("../../app/why/job.ts");
  const runs = await Array.fromAsync(runsOf(context, { job: job.name }, RUNS));
  const started = runs.find((run) => run.started_at !== null);
  const last = started === undefined ? undefined : await showRun(context, started.id);
  const now = input.system.clock.now();
  return tell(input, explainJob(job, { runs, output: last?.output ?? "", now }), renderJobWhy);
}

interface Asked {
  readonly name: string;
  readonly check: CheckReport;
  readonly status: StatusReport;
}

async function whyCheck(input: VerbInput, context: Context, { name, check, status }: Asked): Promise<number> {
  const { explainCheck } = await import("../../app/why/check.ts");
  const events = (await rememberedEvents(context, {})).filter((event) => event.check !== undefined);
  const now = input.system.clock.now();
  return tell(input, explainCheck(name, { report: check, status, events, now }), renderCheckWhy);
}

async function whyDaemon(input: VerbInput, context: Context): Promise<number> {
  const { exit, report: first } = await daemonStatus(context);
  if (exit === 1 || exit === 3) return await whyNot(input, context, first);
  const action = ["explain", context.called] as const;
  if (exit === 4) throw cannot(action, ...silent(first.pid ?? undefined));
  const { explainDaemon } = await import("../../app/why/daemon.ts");
  const { status, checks } = await ofOneMoment({
    status: () => reportFor(context, action),
    health: () => healthFor(context, action),
  });
  return tell(
    input,
    explainDaemon({ status, checks, setAside: await lostIn(context), now: input.system.clock.now() }),
    renderDaemonWhy,
  );
}

/** Of an app without tables of its own only the history of jobs was lost, and is begun anew. */
async function lostIn(context: Context): Promise<readonly string[]> {
  return context.app.migrations.length === 0
    ? []
    : databasesSetAside(context.system.files, await databasePlace(context));
}

/** Nobody is there to be asked; what the last daemon left in writing says how it ended. */
async function whyNot(input: VerbInput, context: Context, status: StatusReport): Promise<number> {
  const { flightRecord } = await import("../../app/flight_recorder.ts");
  const { explainStopped } = await import("../../app/why/stopped.ts");
  const { lastEnd } = await flightRecord(context);
  tell(
    input,
    explainStopped(status, { last: lastEnd, setAside: await lostIn(context), now: input.system.clock.now() }),
    renderDaemonWhy,
  );
  return exitCode("notRunning");
}

interface Told {
  readonly summary: string;
  readonly hints: readonly string[];
}

/** Answers as --json, --quiet or a person wants it; the commands in it are about the instance of this line. */
function tell<R extends Told>({ output, system }: VerbInput, told: R, render: (report: R, view: WhyView) => string[]) {
  const report = { ...told, hints: told.hints.map(output.advise) };
  if (output.json) output.printJson(report);
  else if (output.quiet) output.print(report.summary);
  else output.print(render(report, { style: output.style, now: system.clock.now() }).join("\n"));
  return 0;
}
