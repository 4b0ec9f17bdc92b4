import type { Simulate, SimulateOptions } from "../../app/jobs/simulate.ts";
import type { SimulatedRun } from "../../jobs/simulation.ts";
import { contextOf } from "../context_of.ts";
import { comingOf } from "../given_moment.ts";
import { onInterrupt } from "../interrupt.ts";
import { type Invocation, textOf } from "../invocation.ts";
import { showProgress } from "../progress.ts";
import { pagesOfSimulated, renderTotals, Totals } from "../render_simulated.ts";
import { parseSpan } from "../span.ts";
import { tableTime } from "../time_text.ts";
import { usageError } from "../usage.ts";
import type { Verb, VerbInput } from "../verb.ts";

/** So many lines are drawn at once. */
const PAGE = 500;
/** What is simulated without `--to`, in milliseconds. */
const DEFAULT_SPAN_MS = 86_400_000;

/** 128 + SIGINT, as a shell has it. */
const INTERRUPTED = 130;

/** `schedule simulate`: what the configuration would do between two times, on a virtual clock. */
export function simulateVerb(simulate: Simulate): Verb {
  return async (input) => {
    const { output } = input;
    const options = optionsOf(input);
    using interrupt = onInterrupt();
    const story: Story = { totals: new Totals(), at: options.from };
    const runs = told(simulate(contextOf(input), options), { story, signal: interrupt.signal });
    await (output.json ? printJson(input, runs) : printTable(input, { runs, story }));
    const { aborted } = interrupt.signal;
    if (aborted) output.note(`${input.program.name}: interrupted at ${timeText(story.at)}`);
    if (!output.json && !output.gone.aborted) {
      const span = { from: options.from, to: aborted ? story.at : options.to };
      output.print(renderTotals(story.totals, span, output.style).join("\n"));
    }
    return aborted ? INTERRUPTED : 0;
  };
}

/** How far it has come; wall time in milliseconds. */
interface Story {
  readonly totals: Totals;
  at: number;
}

/** Writes down what goes by, until somebody has had enough. */
async function* told(
  runs: AsyncIterable<SimulatedRun>,
  { story, signal }: { readonly story: Story; readonly signal: AbortSignal },
): AsyncGenerator<SimulatedRun> {
  for await (const run of runs) {
    if (signal.aborted) return;
    story.totals.add(run);
    story.at = Date.parse(run.slot);
    yield run;
  }
}

/** One object a line, so that a reader may stop at any time. */
async function printJson({ output }: VerbInput, runs: AsyncIterable<SimulatedRun>): Promise<void> {
  for await (const run of runs) {
    output.print(JSON.stringify(run));
    if (output.gone.aborted) return;
  }
}

interface Told {
  readonly runs: AsyncIterable<SimulatedRun>;
  readonly story: Story;
}

/** With `--quiet` it only counts. */
async function printTable(input: VerbInput, { runs, story }: Told): Promise<void> {
  const { output } = input;
  using progress = showProgress(input, () => `simulating, it is ${timeText(story.at)}`);
  let page: SimulatedRun[] = [];
  const draw = pagesOfSimulated(output.style);
  const flush = () => {
    progress.clear();
    output.print(draw(page).join("\n"));
    page = [];
  };
  for await (const run of runs) {
    if (output.gone.aborted) return;
    if (output.quiet) continue;
    page.push(run);
    if (page.length === PAGE) flush();
  }
  if (page.length > 0) flush();
}

function timeText(at: number): string {
  return tableTime(new Date(at).toISOString());
}

const EXAMPLE = "for example: --from 2025-11-01 --to 7d";

function optionsOf({ invocation, system }: VerbInput): SimulateOptions {
  const now = system.clock.now();
  const from = comingOf(invocation, "from", now) ?? now;
  const to = comingOf(invocation, "to", from) ?? from + DEFAULT_SPAN_MS;
  const job = textOf(invocation, "job");
  if (to <= from) throw usageError("cannot simulate: --to is not after --from", EXAMPLE);
  if (job?.includes(",")) {
    throw usageError('cannot use option "--job" for several jobs', "take one, or leave it out for all of them");
  }
  return { from, to, durations: durationsOf(invocation), ...(job === undefined ? {} : { job }) };
}

/** `backup=5m,standup=10s` */
function durationsOf(invocation: Invocation): Readonly<Record<string, number>> {
  const parts = (textOf(invocation, "duration") ?? "").split(",").filter((part) => part !== "");
  return Object.fromEntries(parts.map((part): [string, number] => {
    const at = part.lastIndexOf("=");
    const ms = at < 1 ? undefined : parseSpan(part.slice(at + 1));
    if (ms !== undefined) return [part.slice(0, at), ms];
    throw usageError(
      `cannot use option "--duration": "${part}" is no NAME=DURATION`,
      "for example: --duration backup=5m --duration standup=10s",
    );
  }));
}
