import { AppdError, type JobContext } from "../../src/mod.ts";
import { confirmCopy, keepCopy, knownCalendar, noteFailure } from "./copy_store.ts";
import { knownWindow } from "./days.ts";
import { readApart } from "./read_apart.ts";
import { isMissing, readSource } from "./read_source.ts";
import type { BotConfig } from "./settings.ts";
import { sourceMark, sourceName } from "./source.ts";

/**
 * The work of the job: brings the copy up to date. When that fails the last good one stays. A file that was never there is
 * no failure: it is waited for.
 *
 * @throws AppdError with the reason
 */
export async function refresh(context: JobContext<BotConfig>): Promise<void> {
  const { store, clock, signal, log } = context;
  try {
    await bringUpToDate(context);
  } catch (error) {
    if (!signal.aborted) {
      // Of what is a bug the page tells nothing; the job's history and the log do.
      const reason = error instanceof AppdError ? error.message : "internal error, see: calendarbot logs";
      await noteFailure(store, { reason, now: clock.now() });
      const { copy } = await knownCalendar(store);
      if (copy === undefined && isMissing(error)) return log.warn("there is no calendar yet", { reason });
    }
    throw error;
  }
}

async function bringUpToDate(context: JobContext<BotConfig>): Promise<void> {
  const { config: { calendar }, store, clock, signal, log } = context;
  const { source, timezone, maxSize } = calendar;
  const name = sourceName(source);
  const window = knownWindow(clock.now(), timezone);
  const mark = await sourceMark(source);
  const { copy: kept } = await knownCalendar(store);
  // The days that are known move on: once a day a calendar is wanted that has not changed.
  const isOfToday = kept?.mark === mark && kept.timezone === timezone && kept.window.from === window.from;
  const content = await readSource(source, { maxSize, signal, known: isOfToday ? kept.validators : undefined });
  if (!content.changed) {
    if (!await confirmCopy(store, clock.now())) return await bringUpToDate(context);
    return log.info("the calendar has not changed", { source: name });
  }
  const copy = await readApart(content.bytes, { name, timezone, window, signal });
  await keepCopy(store, { copy, source: name, mark, validators: content.validators, now: clock.now() });
  log.info("the calendar has been read", { source: name, events: copy.events.length, left_out: copy.flawed });
  for (const { line, message } of copy.flaws) log.warn("left out", { source: name, line, reason: message });
}
