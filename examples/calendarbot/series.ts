import type ICAL from "ical.js";
import type { CalendarEvent, Details, Moment } from "./event.ts";
import { occurrencesOf, type Window } from "./occurrences.ts";
import type { ZoneBook } from "./zone_book.ts";
import type { Wall } from "./zones.ts";

const DAY_MS = 86_400_000;

/** Events that belong together: one that recurs, and those that replace one of its times. */
export interface SeriesParts {
  readonly master: CalendarEvent;
  readonly replacing: readonly CalendarEvent[];
}

/** An event and all its times. */
export interface KnownEvent extends Details {
  readonly allDay: boolean;
  /** Begin and end of each, in seconds since 1970. */
  readonly times: readonly (readonly [starts: number, ends: number])[];
}

interface Tools {
  readonly ical: typeof ICAL;
  readonly zones: ZoneBook;
  readonly window: Window;
}

/** The times of a series within the window, each with what is said of it. */
export function timesOfSeries(
  { master, replacing }: SeriesParts,
  { ical, window }: Tools,
): { readonly events: readonly KnownEvent[]; readonly truncated: boolean } {
  const { start: { zone }, length, rules, added } = master;
  const isLeftOut = leftOutOf(master, replacing);
  const { times, truncated } = occurrencesOf(
    { start: master.start.wall, zone, length, rules, added, isLeftOut },
    window,
    ical,
  );
  const single = replacing.map((event) => knownOf(event, [event.start.wall]));
  const later = replacing.filter((event) => event.replaces?.onwards)
    .sort((a, b) => momentOf(a) - momentOf(b));
  const owners = Map.groupBy(
    times,
    (wall) => later.findLast((event) => momentOf(event) <= zone.instantOf(wall)) ?? master,
  );
  const rest = [...owners].map(([owner, walls]) => knownOf(owner, walls.map((wall) => wall + shiftOf(owner))));
  const events = [...rest, ...single].filter(({ status }) => status !== "CANCELLED");
  return { events: events.map((event) => within(event, window)), truncated };
}

function momentOf({ replaces }: CalendarEvent): number {
  return replaces === undefined ? -Infinity : replaces.zone.instantOf(replaces.wall);
}

/** How far an event that replaces all later times moves them. */
function shiftOf({ start, replaces }: CalendarEvent): number {
  return replaces === undefined ? 0 : start.zone.instantOf(start.wall) - replaces.zone.instantOf(replaces.wall);
}

/** A day takes out every time of that day; a time takes out itself, in whatever zone it is written. */
function leftOutOf(master: CalendarEvent, replacing: readonly CalendarEvent[]): (wall: Wall) => boolean {
  const out: readonly Moment[] = [...master.excluded, ...replacing.flatMap(({ replaces }) => replaces ?? [])];
  const byDay = (moment: Moment) => moment.isDate || master.start.isDate;
  const days = new Set(out.filter(byDay).map(({ wall }) => Math.floor(wall / DAY_MS)));
  const instants = new Set(out.filter((moment) => !byDay(moment)).map(({ zone, wall }) => zone.instantOf(wall)));
  const { zone } = master.start;
  return (wall) => days.has(Math.floor(wall / DAY_MS)) || instants.has(zone.instantOf(wall));
}

function knownOf(event: CalendarEvent, walls: readonly Wall[]): KnownEvent {
  const { start: { zone, isDate }, length } = event;
  const seconds = (wall: Wall) => Math.floor(zone.instantOf(wall) / 1000);
  const times = walls.map((wall) => [seconds(wall), seconds(wall + length)] as const);
  return { ...detailsOf(event), allDay: isDate, times };
}

function detailsOf({ uid, title, location, description, url, status }: Details): Details {
  return { uid, title, location, description, url, status };
}

function within(event: KnownEvent, { from, to }: Window): KnownEvent {
  const times = event.times.filter(([starts, ends]) =>
    starts * 1000 < to && (ends * 1000 > from || starts * 1000 >= from)
  );
  return { ...event, times };
}
