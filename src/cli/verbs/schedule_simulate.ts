import type { Simulate, SimulateOptions } from "../../app/jobs/simulate.ts";
import type { SimulatedRun } from "../../jobs/simulation.ts";
import { contextOf } from "../context_of.ts";
import { comingOf } from "../given_moment.ts";
import { type Invocation, textOf } from "../invocation.ts";
import { renderSimulated, renderTotals, Totals } from "../render_simulated.ts";
import { parseSpan } from "../span.ts";
import { usageError } from "../usage.ts";
import type { Verb, VerbInput } from "../verb.ts";

/** So many lines are drawn at once. */
const PAGE = 500;

/** `schedule simulate`: what the configuration would do between two times, on a virtual clock. */
export function simulateVerb(simulate: Simulate): Verb {
  return async (input) => {
    const options = optionsOf(input);
    const totals = new Totals();
    const runs = counted(simulate(contextOf(input), options), totals);
    await (input.output.json ? printJson(input, runs) : printTable(input, runs));
    if (!input.output.json && !input.output.gone.aborted) {
      input.output.print(renderTotals(totals, options, input.output.style).join("\n"));
    }
    return 0;
  };
}

async function* counted(runs: AsyncIterable<SimulatedRun>, totals: Totals): AsyncGenerator<SimulatedRun> {
  for await (const run of runs) {
    totals.add(run);
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

async function printTable({ output }: VerbInput, runs: AsyncIterable<SimulatedRun>): Promise<void> {
  let page: SimulatedRun[] = [];
  let goesOn = false;
  const flush = () => {
    if (page.length > 0 && !output.quiet) {
      output.print(renderSimulated(page, { style: output.style, goesOn }).join("\n"));
    }
    goesOn = true;
    page = [];
  };
  for await (const run of runs) {
    page.push(run);
    if (page.length === PAGE) flush();
    if (output.gone.aborted) return;
  }
  if (page.length > 0) flush();
}

function optionsOf({ invocation, system }: VerbInput): SimulateOptions {
  const now = system.clock.now();
  const from = comingOf(invocation, "from", now) ?? now;
  const to = comingOf(invocation, "to", from);
  const job = textOf(invocation, "job");
  if (to === undefined) throw usageError("cannot simulate: --to is missing", "for example: --from 2025-11-01 --to 7d");
  if (to <= from) {
    throw usageError("cannot simulate: --to is not after --from", "for example: --from 2025-11-01 --to 7d");
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
