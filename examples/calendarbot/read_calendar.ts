import { type CalendarEvent, readEvent } from "./event.ts";
import { cutParts, type Flaw, NoCalendar } from "./ics_parts.ts";
import type { Window } from "./occurrences.ts";
import { type KnownEvent, type SeriesParts, timesOfSeries } from "./series.ts";
import { zoneBook } from "./zone_book.ts";

/** A calendar as it is kept: every time of every event within a window, nothing left to compute. */
export interface CalendarCopy {
  readonly name: string | null;
  readonly timezone: string;
  /** What lies outside is not known. */
  readonly window: Window;
  readonly events: readonly KnownEvent[];
  /** What was left out, the first of it. */
  readonly flaws: readonly Flaw[];
  /** How much was left out. */
  readonly flawed: number;
}

export interface ReadOptions {
  /** IANA name. */
  readonly timezone: string;
  readonly window: Window;
  /** Lines of events that are known to take too long. */
  readonly skipped?: ReadonlySet<number>;
  /** Told before the work on an event that recurs: the line where it stands. */
  readonly onSeries?: (line: number) => void;
}

const MAX_FLAWS = 20;
/** Most times of a whole calendar. */
export const MAX_ALL_TIMES = 20_000;

/**
 * Reads a calendar as far as it can be read. It may take for good: some rules make the library search without an end, so
 * whoever reads what others wrote does it in a process that can be ended.
 *
 * @throws NoCalendar when it is none, is cut off, or no event of it can be read
 */
export async function readCalendar(text: string, options: ReadOptions): Promise<CalendarCopy> {
  const { default: ical } = await import("ical.js");
  const { name, parts, flaws: lost } = cutParts(text);
  const zones = zoneBook(parts.filter(({ kind }) => kind === "VTIMEZONE"), { ical, shown: options.timezone });
  const flaws: Flaw[] = [...lost];
  const events: CalendarEvent[] = [];
  for (const part of parts.filter(({ kind }) => kind === "VEVENT")) {
    if (options.skipped?.has(part.line)) flaws.push({ line: part.line, message: "its recurrence rule never ends" });
    else attempt(part.line, flaws, () => void events.push(readEvent(part, { ical, zones })));
  }
  if (events.length === 0 && flaws[0] !== undefined) {
    throw new NoCalendar(`has no event that can be read; line ${flaws[0].line}: ${flaws[0].message}`);
  }
  const known = knownEvents(seriesOf(events), { options, ical, zones, flaws });
  for (const tzid of zones.unknown) {
    flaws.push({ line: 0, message: `the time zone "${tzid.slice(0, 80)}" is not known` });
  }
  return {
    name: name?.trim().slice(0, 200) || null,
    ...{ timezone: options.timezone, window: options.window, events: known },
    ...{ flaws: flaws.slice(0, MAX_FLAWS), flawed: flaws.length },
  };
}

/** What cannot be done with one event is a flaw of the calendar and nothing more. */
function attempt(line: number, flaws: Flaw[], work: () => void): void {
  try {
    work();
  } catch (error) {
    // The library throws plain errors of many kinds at what it does not understand.
    flaws.push({ line, message: (error instanceof Error ? error.message : String(error)).slice(0, 200) });
  }
}

function seriesOf(events: readonly CalendarEvent[]): SeriesParts[] {
  const replacing = Map.groupBy(events.filter(({ replaces, uid }) => replaces && uid !== ""), ({ uid }) => uid);
  const masters = events.filter(({ replaces }) => !replaces);
  const uids = new Set(masters.map(({ uid }) => uid));
  const alone = events.filter(({ replaces, uid }) => replaces && !uids.has(uid));
  return [
    ...masters.map((master) => ({ master, replacing: replacing.get(master.uid) ?? [] })),
    ...alone.map((event) => ({ master: { ...event, replaces: undefined }, replacing: [] })),
  ];
}

function knownEvents(
  all: readonly SeriesParts[],
  { options, flaws, ...tools }: {
    readonly options: ReadOptions;
    readonly flaws: Flaw[];
  } & Omit<Parameters<typeof timesOfSeries>[1], "window">,
): KnownEvent[] {
  const known: KnownEvent[] = [];
  let room = MAX_ALL_TIMES;
  for (const series of all) {
    const { line, rules } = series.master;
    if (rules.length > 0) options.onSeries?.(line);
    attempt(line, flaws, () => {
      const { events, truncated } = timesOfSeries(series, { ...tools, window: options.window });
      if (truncated) flaws.push({ line, message: "comes too often: not all of its times are shown" });
      for (const event of events) {
        const times = event.times.slice(0, room);
        room -= times.length;
        if (times.length > 0) known.push({ ...event, times });
      }
    });
    if (room === 0) {
      flaws.push({ line, message: `from here on left out: more than ${MAX_ALL_TIMES} times in all` });
      break;
    }
  }
  return known;
}
