import { AppdError, type CommandContext, escapeControls } from "../../src/mod.ts";
import { knownWindow } from "./days.ts";
import { NoCalendar } from "./ics_parts.ts";
import type { Inspection } from "./read_apart.ts";
import { readCalendar, type ReadOptions } from "./read_calendar.ts";
import type { BotConfig } from "./settings.ts";
import { ianaName } from "./zones.ts";

/** Reads a file as the service would. The service itself calls it so, in order to read in a process that can be ended. */
export async function inspect(context: CommandContext<BotConfig>): Promise<number> {
  const { arguments: [file = "-"], output } = context;
  const options = optionsOf(context);
  const text = new TextDecoder().decode(await contentOf(file));
  const inspection = await inspected(text, options);
  if (output.json) {
    output.printJson(inspection);
    return inspection.problem === null ? 0 : 1;
  }
  if (inspection.problem !== null) {
    throw new AppdError(`cannot read "${file}": ${inspection.problem}`, { exit: "generic" });
  }
  const { name, events, flaws, flawed } = inspection;
  const times = events.reduce((sum, event) => sum + event.times.length, 0);
  output.print(
    `${
      escapeControls(name ?? "a calendar without a name")
    }: ${events.length} events, ${times} times, ${flawed} left out`,
  );
  for (const { line, message } of flaws) {
    output.print(`  ${line === 0 ? "" : `line ${line}: `}${escapeControls(message)}`);
  }
  return 0;
}

function optionsOf({ options, output }: CommandContext<BotConfig>): ReadOptions {
  const { timezone = "UTC", since, until, skip = "" } = options;
  const zone = ianaName(String(timezone));
  if (zone === undefined) throw wrong("timezone", "an IANA time zone such as Europe/Berlin");
  const window = knownWindow(Date.now(), zone);
  const from = since === undefined ? window.from : Date.parse(String(since));
  const to = until === undefined ? window.to : Date.parse(String(until));
  if (Number.isNaN(from)) throw wrong("since", "a time such as 2026-11-21T00:00:00Z");
  if (Number.isNaN(to)) throw wrong("until", "a time such as 2026-11-21T00:00:00Z");
  const progress = { onSeries: (line: number) => output.note(`line ${line}`) };
  const skipped = new Set(String(skip).split(",").map(Number));
  return { timezone: zone, window: { from, to }, skipped, ...(output.verbose ? progress : {}) };
}

function wrong(option: string, expected: string): AppdError {
  return new AppdError(`cannot use --${option}: expected ${expected}`, { exit: "usage" });
}

async function contentOf(file: string): Promise<Uint8Array> {
  try {
    return file === "-" ? await new Response(Deno.stdin.readable).bytes() : await Deno.readFile(file);
  } catch (error) {
    const reason = error instanceof Deno.errors.NotFound ? "there is no such file" : String(error);
    throw new AppdError(`cannot read "${file}": ${reason}`, { exit: "generic", cause: error });
  }
}

async function inspected(text: string, options: ReadOptions): Promise<Inspection> {
  try {
    return { problem: null, ...await readCalendar(text, options) };
  } catch (error) {
    if (error instanceof NoCalendar) return { problem: error.message };
    throw error;
  }
}
