import type { Context } from "../../app/context.ts";
import { type RunQuery, runsOf } from "../../app/control_jobs.ts";
import { type RunReport, type RunState, TRIGGER_KINDS, type TriggerKind } from "../../base/job_reports.ts";
import { contextOf } from "../context_of.ts";
import { pastOf } from "../given_moment.ts";
import { isOn, numberOf, textOf } from "../invocation.ts";
import { jobsOf } from "../jobs_of.ts";
import { pagesOfRuns } from "../render_runs.ts";
import { usageError } from "../usage.ts";
import type { VerbInput } from "../verb.ts";

const DEFAULT_LINES = 20;
/** So many lines are drawn at once. */
const PAGE = 500;
/** What `--failed` means: a run that did not do its work. */
const FAILED: readonly RunState[] = ["failed", "timeout", "interrupted"];

/** `jobs history [NAME]`: what ran, newest first. Long ones are printed as they are read. */
export async function history(input: VerbInput): Promise<number> {
  const { output, program, invocation } = input;
  const context = contextOf(input);
  const query = queryOf(input);
  const limit = limitOf(input);
  const jobs = await jobsOf(context, ["read the history of", query.job ?? context.called]);
  const nameWidth = Math.max(3, ...jobs.map(({ name }) => name.length));
  const lines = output.json ? printJson(input, { context, query, limit }) : printTable(input, {
    context,
    query,
    limit,
    nameWidth,
  });
  const count = await lines;
  if (count === 0 && !output.json) {
    output.note(`${program.name}: no runs${isFiltered(invocation.options) ? " that fit" : " yet"}`);
  }
  return 0;
}

interface Asked {
  readonly context: Context;
  readonly query: RunQuery;
  readonly limit: number;
}

/** One object a line, so that a reader may stop at any time. */
async function printJson({ output }: VerbInput, { context, query, limit }: Asked): Promise<number> {
  let count = 0;
  for await (const run of runsOf(context, query, limit)) {
    output.print(JSON.stringify(run));
    count++;
    if (output.gone.aborted) break;
  }
  return count;
}

async function printTable(
  { output, system }: VerbInput,
  { context, query, limit, nameWidth }: Asked & { readonly nameWidth: number },
): Promise<number> {
  let count = 0;
  const oneJob = query.job !== undefined;
  let page: RunReport[] = [];
  const draw = pagesOfRuns({ style: output.style, now: system.clock.now(), oneJob, nameWidth });
  const flush = () => {
    if (page.length > 0) output.print(draw(page).join("\n"));
    count += page.length;
    page = [];
  };
  for await (const run of runsOf(context, query, limit)) {
    page.push(run);
    if (page.length === PAGE) flush();
    if (output.gone.aborted) return count;
  }
  flush();
  return count;
}

function queryOf({ invocation, system }: VerbInput): RunQuery {
  const state = textOf(invocation, "state");
  if (state !== undefined && isOn(invocation, "failed")) {
    throw usageError("cannot use --failed and --state at once", "leave one of them out");
  }
  const now = system.clock.now();
  const since = pastOf(invocation, "since", now);
  const until = pastOf(invocation, "until", now);
  if (since !== undefined && until !== undefined && since >= until) {
    throw usageError("cannot use --since and --until so: the first is not before the second", "exchange them");
  }
  const states = isOn(invocation, "failed") ? FAILED : state === undefined ? undefined : [state as RunState];
  return {
    job: invocation.arguments[0],
    states,
    trigger: TRIGGER_KINDS.find((kind): kind is TriggerKind => kind === textOf(invocation, "trigger")),
    since,
    until,
  };
}

function limitOf({ invocation }: VerbInput): number {
  const lines = numberOf(invocation, "lines");
  if (lines === 0) throw usageError('cannot use option "--lines": it is 1 or more', "for example: --lines 20");
  if (!isOn(invocation, "all")) return lines ?? DEFAULT_LINES;
  if (lines === undefined) return Infinity;
  throw usageError("cannot use --all and --lines at once", "leave one of them out");
}

function isFiltered(options: Readonly<Record<string, unknown>>): boolean {
  return ["failed", "state", "trigger", "since", "until"].some((name) => options[name] !== undefined);
}
