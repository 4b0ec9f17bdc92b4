import { endOfRun, runJob } from "../../app/control_jobs.ts";
import { humanDuration } from "../../base/duration.ts";
import { cannot } from "../../base/errors.ts";
import { escapeControls } from "../../base/escape.ts";
import type { RunReport } from "../../base/job_reports.ts";
import { contextOf } from "../context_of.ts";
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
  const { invocation, output, program } = input;
  using interrupt = onInterrupt();
  const timeoutMs = numberOf(invocation, "timeout");
  const ended = await (async () => {
    using _progress = showProgress(input, () => `run ${id} of ${job}`);
    const limit = timeoutMs === undefined ? {} : { timeoutMs };
    return await endOfRun(contextOf(input), id, { ...limit, signal: interrupt.signal });
  })();
  if (ended !== undefined) {
    tellEnd(input, ended);
    return runExitCode(ended);
  }
  const reason = interrupt.signal.aborted ? "" : `not ended after ${humanDuration(timeoutMs ?? 0)}, `;
  output.note(`${program.name}: ${reason}run ${id} of ${job} goes on`);
  const self = program.name;
  output.note(output.advise(`hint: see it: ${self} jobs show --run ${id}; end it: ${self} jobs cancel --run ${id}`));
  return interrupt.signal.aborted ? INTERRUPTED : TIMED_OUT;
}

function tellEnd({ output, program }: VerbInput, run: RunReport): void {
  if (output.json) output.printJson(run);
  else if (run.state === "ok") output.tell(`${program.name}: ${endText(run)}`);
  else {
    output.complain(`${program.name}: ${endText(run)}`);
    output.complain(output.advise(`hint: ${program.name} jobs show --run ${run.id}`));
  }
}
