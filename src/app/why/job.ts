import { humanDuration } from "../../base/duration.ts";
import { escapeControls } from "../../base/escape.ts";
import { jobState, type JobStatus, type JobWhyReport, RUN_WORDS, type RunReport } from "../../base/job_reports.ts";
import { lingeringText } from "../../base/lingering_text.ts";
import type { ProgramExit } from "../../base/program_reports.ts";
import { utcTime } from "../../base/utc_time.ts";
import { exitMeaning } from "./exit_meaning.ts";

/** What the answer is made from beside the job itself. */
export interface JobWhyInput {
  /** Its last lines of history, newest first. */
  readonly runs: readonly RunReport[];
  /** The end of what its last run wrote, as text. */
  readonly output: string;
  /** Wall time in milliseconds. */
  readonly now: number;
}

/** So many slots are told, and so many last lines. */
const SLOTS = 8;
const LINES = 10;

/** Why a job runs, or does not, and what came of its last slots. Pure. */
export function explainJob(job: JobStatus, { runs, output, now }: JobWhyInput): JobWhyReport {
  const failed = job.last !== null && job.last.outcome !== "ok";
  return {
    job: job.name,
    state: jobState(job),
    summary: escapeControls(`${job.name} ${sentence(job, { runs, now })}`),
    chain: runs.slice(0, SLOTS).toReversed().map((run) => ({ at: run.slot, message: escapeControls(slotText(run)) })),
    last_output: failed || job.running || job.retrying ? linesOf(output) : [],
    next_at: job.next_at,
    hints: hintsOf(job, runs),
  };
}

type Scene = Pick<JobWhyInput, "runs" | "now">;

function sentence(job: JobStatus, scene: Scene): string {
  const { lingering } = job;
  const code = lingering === undefined ? "" : lingeringText(lingering, scene.now);
  const parts = [stateText(job, scene), code, lastText(job, scene.now), skipText(job), overdueText(job, scene.now)];
  return parts.filter((part) => part !== "").join("; ");
}

function stateText(job: JobStatus, { runs, now }: Scene): string {
  switch (jobState(job)) {
    case "running":
      return `runs${sinceText(runs, now)}`;
    case "retrying":
      return `waits for its next attempt${retryText(job, { runs, now })}`;
    case "queued":
      return `waits for its turn, ${job.queued} queued${queueText(runs)}`;
    case "disabled":
      if (job.left_out !== undefined) return `does not run: ${job.left_out}`;
      return job.built_in ? "is disabled by the app, under this configuration" : "is disabled in the configuration";
    case "paused":
      return `is paused${job.paused_until === null ? "" : ` until ${utcTime(Date.parse(job.paused_until))}`}`;
    case "broken":
      return `cannot run: ${job.problem}`;
    case "waiting":
      return isByHand(job) ? "runs only by hand" : `waits for an event (${job.schedule})`;
    case "scheduled":
      return `runs next ${whenText(job.next_at ?? "", now)} (${job.schedule})`;
  }
}

function sinceText(runs: readonly RunReport[], now: number): string {
  const run = runs.find(({ state }) => state === "running");
  if (run === undefined || run.started_at === null) return "";
  const attempt = run.attempts > 1 ? `, attempt ${run.attempts}` : "";
  return ` for ${humanDuration(Math.max(0, now - Date.parse(run.started_at)))}, ${causeText(run)}${attempt}`;
}

/** `, in 39s: attempt 2 of run 12, exit code 1` */
function retryText({ next_retry_at: at = null }: JobStatus, { runs, now }: Scene): string {
  const when = at === null ? "" : `, ${whenText(at, now)}`;
  const run = runs.find(({ state }) => state === "retrying");
  if (run === undefined) return when;
  if (at === null && run.reason !== null) return `: ${run.reason}`;
  const why = whyText(run);
  return `${when}: attempt ${run.attempts} of run ${run.id} failed${why === "" ? "" : `, ${why}`}`;
}

function queueText(runs: readonly RunReport[]): string {
  const waiting = runs.find(({ state }) => state === "queued");
  return waiting?.reason ? `: ${waiting.reason}` : "";
}

function whenText(iso: string, now: number): string {
  const at = Date.parse(iso);
  return at <= now ? "now" : `in ${humanDuration(at - now)}`;
}

/** Nothing that comes by itself makes it run. */
function isByHand({ schedule }: JobStatus): boolean {
  return schedule === "" || schedule === "by hand";
}

function lastText({ last, running, retrying = false }: JobStatus, now: number): string {
  if (last === null) return running || retrying ? "it is its first run" : "it never ran";
  const { outcome, duration_s: duration } = last;
  const age = humanDuration(Math.max(0, now - Date.parse(last.started_at ?? last.slot)));
  const took = duration === null ? "" : ` after ${humanDuration(duration * 1000)}`;
  const why = whyText({ ...last, state: outcome });
  return `its last run, ${age} ago, ${RUN_WORDS[outcome]}${took}${why === "" ? "" : `: ${why}`}`;
}

/** How its process ended, where nobody wanted that, and what else there is to say. */
function whyText({ state, exit, reason }: Pick<RunReport, "state" | "exit" | "reason">): string {
  const ofExit = state === "failed" || state === "retrying" ? exitText(exit) : [];
  return [...ofExit, ...(reason === null ? [] : [reason])].join(", ");
}

function exitText(exit: ProgramExit | null): string[] {
  if (exit === null) return [];
  const { code, signal, out_of_memory } = exit;
  if (signal !== null) {
    const meaning = exitMeaning({ signal, ...(out_of_memory ? { outOfMemory: true as const } : {}) });
    return [`killed by ${signal}${meaning === undefined ? "" : ` (${meaning})`}`];
  }
  if (code === null) return ["exit unknown"];
  const meaning = exitMeaning({ code });
  return [`exit code ${code}${meaning === undefined ? "" : ` (${meaning})`}`];
}

/** Only a skip that came after the last run says why it did not run. */
function skipText({ last, last_skip: skip }: JobStatus): string {
  if (skip === null || (last !== null && last.slot >= skip.slot)) return "";
  return `the slot of ${utcTime(Date.parse(skip.slot))} was skipped: ${skip.reason}`;
}

function overdueText({ overdue_since: since }: JobStatus, now: number): string {
  return since === null ? "" : `it is overdue for ${humanDuration(Math.max(0, now - Date.parse(since)))}`;
}

/** `cron: failed after 3s: exit code 2 (run 12)` */
function slotText(run: RunReport): string {
  const took = run.duration_s === null ? "" : ` after ${humanDuration(run.duration_s * 1000)}`;
  const why = whyText(run);
  const rest = why === "" ? "" : `: ${why}`;
  const slots = run.slots > 1 ? `, ${run.slots} slots` : "";
  return `${causeText(run)}: ${run.state}${took}${slots}${rest} (run ${run.id})`;
}

function causeText({ trigger, detail }: RunReport): string {
  return `${CAUSE[trigger]}${detail === null ? "" : ` ${detail}`}`;
}

const CAUSE: Readonly<Record<RunReport["trigger"], string>> = {
  every: "by its interval",
  cron: "by its cron expression",
  start: "by the start of the daemon",
  git: "by git",
  program: "by program",
  job: "by job",
  webhook: "by a webhook",
  app: "by the app's own code",
  manual: "by hand",
};

/** Commands that may help, the likeliest first. */
function hintsOf(job: JobStatus, runs: readonly RunReport[]): string[] {
  const { name } = job;
  const state = jobState(job);
  const started = runs.find((run) => run.started_at !== null);
  const bad = job.last !== null && job.last.outcome !== "ok" && job.last.outcome !== "skipped";
  return [
    ...(state === "paused" ? [`appd resume ${name}`, "appd resume"] : []),
    ...(job.left_out === undefined ? [] : ["appd restart --mode all"]),
    ...(state === "disabled" && job.left_out === undefined ? settingHint(job, "enabled") : []),
    ...(job.lingering === undefined ? [] : ["appd restart"]),
    ...(bad && started !== undefined ? [`appd jobs show --run ${started.id}`, `appd logs ${name} -n 50`] : []),
    ...(job.last?.outcome === "timeout" && !job.built_in ? settingHint(job, "timeout") : []),
    ...(/work hours/.test(job.last_skip?.reason ?? "") ? [`appd schedule next ${name}`] : []),
    ...(state === "running" || state === "queued" || state === "retrying"
      ? [`appd jobs cancel ${name}`]
      : [`appd jobs run ${name} --wait`]),
  ];
}

/** Of a job that the app brings along the settings are the app's, and it may have made them of any of its own. */
function settingHint({ name, built_in }: JobStatus, key: string): string[] {
  return [built_in ? "appd config list" : `appd config explain job.${name}.${key}`];
}

function linesOf(output: string): string[] {
  const lines = output.replace(/\r?\n$/, "").split(/\r?\n/).slice(-LINES).map(escapeControls);
  return lines.length === 1 && lines[0] === "" ? [] : lines;
}
