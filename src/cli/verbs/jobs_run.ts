import { endOfRun, runJob } from "../../app/control_jobs.ts";
import { humanDuration } from "../../base/duration.ts";
import { cannot } from "../../base/errors.ts";
import { escapeControls } from "../../base/escape.ts";
import type { RunReport } from "../../base/job_reports.ts";
import { contextOf } from "../context_of.ts";
import { complain } from "../failure.ts";
import { onInterrupt } from "../interrupt.ts";
import { isOn, numberOf } from "../invocation.ts";
import { jobNamed, jobsOf } from "../jobs_of.ts";
import { showProgress } from "../progress.ts";
import { endText, runExitCode, TIMED_OUT } from "../run_end.ts";
import { usageError } from "../usage.ts";
import type { VerbInput } from "../verb.ts";

/** 128 + SIGINT, as a shell has it. */
const INTERRUPTED = 130;

/** `jobs run NAME`: returns when the run is recorded, with `--wait` when it has ended, with the job's own exit code. */
export async function run(input: VerbInput): Promise<number> {
  const { invocation, output, program } = input;
  const [name = ""] = invocation.arguments;
  const wait = isOn(invocation, "wait");
  if (!wait && numberOf(invocation, "timeout") !== undefined) {
    throw usageError(
      'cannot use option "--timeout" without --wait',
      `for example: ${program.name} jobs run ${name} --wait --timeout 10m`,
    );
  }
  const context = contextOf(input);
  jobNamed("run", name, await jobsOf(context, ["run", name]));
  const began = await runJob(context, name);
  if (began.state === "skipped") throw skipped(began, program.name);
  if (wait) return await waitFor(input, began);
  if (output.json) output.printJson(began);
  else output.tell(`${program.name}: ${beganText(began)}`);
  return 0;
}

function skipped({ job, reason }: RunReport, program: string) {
  return cannot(["run", job], `it was skipped: ${escapeControls(reason ?? "no reason is known")}`, {
    exit: "generic",
    hint: `see what it is doing: ${program} jobs show ${job}`,
  });
}

/** `run 12 of backup has begun (PID 4711)` */
function beganText({ id, job, state, pid, reason }: RunReport): string {
  if (state === "running") return `run ${id} of ${job} has begun${pid === null ? "" : ` (PID ${pid})`}`;
  const why = reason === null ? "" : `: ${escapeControls(reason)}`;
  return state === "queued" ? `run ${id} of ${job} is queued${why}` : `run ${id} of ${job}: ${state}${why}`;
}

async function waitFor(input: VerbInput, { id, job }: RunReport): Promise<number> {
  const { invocation } = input;
  using interrupt = onInterrupt();
  const timeoutMs = numberOf(invocation, "timeout");
  const ended = await (async () => {
    using _progress = showProgress(input, () => `run ${id} of ${job}`);
    const limit = timeoutMs === undefined ? {} : { timeoutMs };
    return await endOfRun(contextOf(input), id, { ...limit, signal: interrupt.signal });
  })();
  if (ended !== undefined) return tellEnd(input, ended);
  return goesOn(input, { id, job, timeoutMs: interrupt.signal.aborted ? undefined : timeoutMs });
}

interface Unended {
  readonly id: number;
  readonly job: string;
  /** Milliseconds that were waited; undefined when an interrupt ended the waiting. */
  readonly timeoutMs: number | undefined;
}

function goesOn({ output, program: { name } }: VerbInput, { id, job, timeoutMs }: Unended): number {
  const reason = timeoutMs === undefined ? "" : `not ended after ${humanDuration(timeoutMs)}, `;
  const message = `${reason}run ${id} of ${job} goes on`;
  const hint = `see it: ${name} jobs show --run ${id}; end it: ${name} jobs cancel --run ${id}`;
  return complain(output, { message, hint, code: timeoutMs === undefined ? INTERRUPTED : TIMED_OUT }, name);
}

function tellEnd({ output, program }: VerbInput, run: RunReport): number {
  if (output.json) output.printJson(run);
  const code = runExitCode(run);
  const message = endText(run);
  if (code !== 0) {
    return complain(output, { message, hint: `${program.name} jobs show --run ${run.id}`, code }, program.name);
  }
  if (!output.json) output.tell(`${program.name}: ${message}`);
  return 0;
}
