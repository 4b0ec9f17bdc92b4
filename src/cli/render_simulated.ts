import type { SimulatedRun } from "../jobs/simulation.ts";
import { humanDuration } from "../base/duration.ts";
import { escapeControls } from "../base/escape.ts";
import { RUN_OUTCOMES, type RunOutcome } from "../base/job_reports.ts";
import { section } from "./layout.ts";
import { statePaint } from "./render_jobs.ts";
import type { Style } from "./style.ts";
import { humanTime, tableTime } from "./time_text.ts";
import { type Cell, free, pagedTable, spare, table } from "./table.ts";

/** How many slots of each job ended how. */
export class Totals {
  readonly #jobs = new Map<string, Map<RunOutcome, number>>();

  add({ job, outcome }: Pick<SimulatedRun, "job" | "outcome">): void {
    const counts = this.#jobs.get(job) ?? new Map<RunOutcome, number>();
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    this.#jobs.set(job, counts);
  }

  /** By job, in the order of their first slots. */
  get jobs(): ReadonlyMap<string, ReadonlyMap<RunOutcome, number>> {
    return this.#jobs;
  }
}

/** Least width of the column of jobs, so that pages mostly fit together. */
const NAME_WIDTH = 12;

const HEAD = ["SLOT", free("JOB"), spare("TRIGGER"), "OUTCOME", spare("RAN"), free("REASON")];

/** Simulated slots page by page, as lines of one table. */
export function pagesOfSimulated(style: Style): (runs: readonly SimulatedRun[]) => string[] {
  const page = pagedTable(HEAD, style);
  const rowOf = (run: SimulatedRun): Cell[] => [
    { text: tableTime(run.slot) },
    { text: escapeControls(run.job).padEnd(NAME_WIDTH) },
    { text: run.trigger.padEnd("webhook".length) },
    { text: run.outcome.padEnd("interrupted".length), paint: statePaint(run.outcome, { style }) },
    { text: timeText(run) },
    { text: escapeControls(run.reason ?? "-") },
  ];
  return (runs) => page(runs.map(rowOf));
}

/** `5m`, and how late it began. */
function timeText({ slot, started_at: started, ended_at: ended }: SimulatedRun): string {
  if (started === null) return "-";
  const late = Date.parse(started) - Date.parse(slot);
  const took = ended === null ? "not ended" : humanDuration(Date.parse(ended) - Date.parse(started));
  return late > 0 ? `${took}, ${humanDuration(late)} late` : took;
}

/** The sums, as lines after the table. */
export function renderTotals(totals: Totals, span: { from: number; to: number }, style: Style): string[] {
  const outcomes = RUN_OUTCOMES.filter((outcome) => [...totals.jobs.values()].some((counts) => counts.has(outcome)));
  const rows = [...totals.jobs].map(([job, counts]): Cell[] => [
    { text: escapeControls(job) },
    { text: String([...counts.values()].reduce((sum, count) => sum + count, 0)) },
    ...outcomes.map((outcome) => ({ text: String(counts.get(outcome) ?? 0) })),
  ]);
  const between = [span.from, span.to].map((at) => humanTime(new Date(at).toISOString())).join(" to ");
  if (rows.length === 0) return [`no slots from ${between}`];
  const head = [free("JOB"), "SLOTS", ...outcomes.map((outcome) => outcome.toUpperCase())];
  return section(`Totals from ${between}`, table(head, rows, style), style);
}
