import { checksOf, reportFor } from "../../app/control.ts";
import { followEvents, rememberedEvents } from "../../app/control_events.ts";
import type { EventReport } from "../../base/event_report.ts";
import { contextOf } from "../context_of.ts";
import { isOn, numberOf, textOf } from "../invocation.ts";
import { noSuchProgram } from "../no_such_program.ts";
import { renderEvent } from "../render_event.ts";
import type { VerbInput } from "../verb.ts";

const DEFAULT_LINES = 50;

/** Shows what happened to the daemon and its programs, and goes on with `--follow`. */
export async function events(input: VerbInput): Promise<number> {
  const { invocation, output, program: { name: self } } = input;
  const context = contextOf(input);
  const status = await reportFor(context, ["read the events of", context.called]);
  const { programs, jobs } = status;
  const program = textOf(invocation, "program");
  const families = programs.flatMap(({ name, family }) => family === undefined ? [name] : [name, family]);
  const known = [...families, ...jobs.map(({ name }) => name)];
  if (program !== undefined && !known.includes(program)) {
    const checks = Object.keys(await checksOf(context, ["read the events of", context.called]));
    const all = [...new Set([...known, ...checks])];
    if (!checks.includes(program)) {
      throw noSuchProgram("show the events of", { name: program, known: all, or: ["job", "health check"], status });
    }
  }

  const print = (event: EventReport) =>
    output.print(output.json ? JSON.stringify(event) : renderEvent(event, output.style));
  const remembered = await rememberedEvents(context, { program });
  const lines = numberOf(invocation, "lines") ?? DEFAULT_LINES;
  for (const event of lines === 0 ? [] : remembered.slice(-lines)) print(event);
  if (!isOn(invocation, "follow")) return 0;
  const since = remembered.at(-1)?.id ?? 0;
  const onGone = () => output.note(`${self}: the daemon does not answer, waiting for the next one`);
  for await (const event of followEvents(context, { program, since }, { signal: output.gone, onGone })) print(event);
  return 0;
}
