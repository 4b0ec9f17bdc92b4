import { AppdError, type CommandContext } from "../../src/mod.ts";
import { agendaOf } from "./agenda.ts";
import type { Entry, Known } from "./copy_store.ts";
import { addDays, type Day, dayAt, dayName, daysFrom, knownWindow, parseDay, startOf } from "./days.ts";
import { readApart } from "./read_apart.ts";
import type { CalendarCopy } from "./read_calendar.ts";
import { readSource } from "./read_source.ts";
import { type EventReport, type EventsReport, reportOf } from "./report.ts";
import { safe } from "./safe_text.ts";
import type { BotConfig } from "./settings.ts";
import { sourceName } from "./source.ts";

const MAX_DAYS = 366;

/** Shows the next days: as the running service knows them, else as the source has them now. */
export async function showAgenda(context: CommandContext<BotConfig>): Promise<void> {
  const { output } = context;
  const { calendar } = await context.config();
  const days = Number(context.options.days ?? calendar.days);
  if (days < 1 || days > MAX_DAYS) {
    throw new AppdError(`cannot show ${days} days: expected 1 to ${MAX_DAYS}`, { exit: "usage" });
  }
  const from = fromOf(context, dayAt(Date.now(), calendar.timezone));
  const asked = { from, to: addDays(from, days) };
  const report = await ofService(context, asked) ?? await ofSource(calendar, asked);
  if (output.json) return output.printJson(report);
  for (const line of linesOf(report, days)) output.print(line);
  if (report.calendar.failure !== null) {
    output.note(`note: ${report.calendar.failure.reason}; this is an older calendar`);
  }
}

interface Asked {
  readonly from: Day;
  readonly to: Day;
}

function fromOf({ options: { from } }: CommandContext<BotConfig>, today: Day): Day {
  const day = from === undefined ? today : parseDay(String(from));
  if (day === undefined) throw new AppdError(`cannot use --from: expected a day such as ${today}`, { exit: "usage" });
  return day;
}

/** Undefined when no service runs. */
async function ofService(
  { ask }: CommandContext<BotConfig>,
  { from, to }: Asked,
): Promise<EventsReport | undefined> {
  try {
    return await ask<EventsReport>(`/api/calendar/events?from=${from}&to=${to}`);
  } catch (error) {
    if (error instanceof AppdError && error.exit === "notRunning") return undefined;
    throw error;
  }
}

async function ofSource(calendar: BotConfig["calendar"], asked: Asked): Promise<EventsReport> {
  const { source, timezone, maxSize } = calendar;
  const { signal } = new AbortController();
  const now = Date.now();
  const window = {
    ...knownWindow(now, timezone),
    from: startOf(asked.from, timezone),
    to: startOf(asked.to, timezone),
  };
  const content = await readSource(source, { maxSize, signal });
  if (!content.changed) throw new Error("a calendar that was asked for without conditions came without content");
  const copy = await readApart(content.bytes, { name: sourceName(source), timezone, window, signal });
  const kept = { ...copy, source: sourceName(source), mark: "", validators: content.validators, readAt: now };
  const known: Known & { copy: NonNullable<Known["copy"]> } = {
    copy: { ...kept, events: copy.events.length },
    failure: undefined,
  };
  return reportOf(known, entriesOf(copy), asked);
}

function entriesOf({ events }: CalendarCopy): Entry[] {
  const all = events.flatMap(({ times, ...event }) =>
    times.map(([starts, ends]) => ({ ...event, starts: starts * 1000, ends: ends * 1000 }))
  );
  return all.sort((a, b) => a.starts - b.starts || b.ends - a.ends);
}

function linesOf({ calendar: { timezone }, from, events, truncated }: EventsReport, days: number): string[] {
  const entries = events.map((event) => entryOf(event, timezone));
  const agenda = agendaOf(entries, { days: daysFrom(from, days), zone: timezone }).filter((day) =>
    day.entries.length > 0
  );
  if (agenda.length === 0) return [`nothing in ${days === 1 ? "one day" : `${days} days`} from ${from}`];
  const lines = agenda.flatMap(({ day, entries }) => [
    `${dayName(day)} (${day})`,
    ...entries.map(({ entry: { title, location }, when }) =>
      `  ${when.padEnd(12)} ${safe(title)}${location === null ? "" : `  (${safe(location)})`}`
    ),
  ]);
  return truncated ? [...lines, "and more"] : lines;
}

function entryOf({ start, end, all_day: allDay, ...rest }: EventReport, zone: string): Entry {
  const at = (text: string) => allDay ? startOf(text, zone) : Date.parse(text);
  return { ...rest, allDay, starts: at(start), ends: at(end) };
}
