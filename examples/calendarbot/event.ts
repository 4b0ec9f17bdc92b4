import type ICAL from "ical.js";
import type { Part } from "./ics_parts.ts";
import type { Rule } from "./occurrences.ts";
import { ruleTrouble } from "./rules.ts";
import type { ZoneBook } from "./zone_book.ts";
import { UTC, type Wall, wallOfTime, type Zone } from "./zones.ts";

/** What an event says of itself, cut to what a page can show. */
export interface Details {
  readonly uid: string;
  readonly title: string;
  readonly location: string | null;
  readonly description: string | null;
  /** Only of http and https: anything else could be a script. */
  readonly url: string | null;
  /** `CONFIRMED`, `TENTATIVE` or null; one that is `CANCELLED` is not shown. */
  readonly status: string | null;
}

/** A point in time as it stands in a file. */
export interface Moment {
  readonly wall: Wall;
  readonly zone: Zone;
  /** A day without a time. */
  readonly isDate: boolean;
}

/** One VEVENT, read. */
export interface CalendarEvent extends Details {
  readonly line: number;
  readonly start: Moment;
  /** Milliseconds on the wall. */
  readonly length: number;
  readonly rules: readonly Rule[];
  readonly added: readonly Wall[];
  readonly excluded: readonly Moment[];
  /** The time of a series whose place this event takes; with `onwards` also that of all later ones. */
  readonly replaces: (Moment & { readonly onwards: boolean }) | undefined;
}

const DAY_MS = 86_400_000;
const LONGEST = { uid: 300, title: 300, location: 300, description: 4_000, url: 1_000 } as const;

export interface Reading {
  readonly ical: typeof ICAL;
  readonly zones: ZoneBook;
}

/** @throws Error, whose message says what is wrong with the event */
export function readEvent(part: Part, reading: Reading): CalendarEvent {
  const component = new reading.ical.Component(reading.ical.parse(part.text) as unknown[]);
  const start = momentsOf(component, "dtstart", reading)[0];
  if (start === undefined) throw new Error("has no DTSTART");
  return {
    ...detailsOf(component),
    line: part.line,
    start,
    length: lengthOf(component, { start, reading }),
    rules: component.getAllProperties("rrule").map((property) => ruleOf(property, start)),
    added: momentsOf(component, "rdate", reading).map((moment) => moment.wall),
    excluded: momentsOf(component, "exdate", reading),
    replaces: replacedOf(component, reading),
  };
}

function detailsOf(component: ICAL.Component): Details {
  const text = (name: string, longest: number): string | null => {
    const value = component.getFirstPropertyValue(name);
    const words = typeof value === "string" ? value.trim() : "";
    return words === "" ? null : words.length > longest ? `${words.slice(0, longest).toWellFormed()}…` : words;
  };
  const url = text("url", LONGEST.url);
  return {
    uid: text("uid", LONGEST.uid) ?? "",
    title: text("summary", LONGEST.title) ?? "(no title)",
    location: text("location", LONGEST.location),
    description: text("description", LONGEST.description),
    url: url !== null && /^https?:\/\//i.test(url) && URL.canParse(url) ? url : null,
    status: text("status", 20)?.toUpperCase() ?? null,
  };
}

/** All times that a property of this name holds. */
function momentsOf(component: ICAL.Component, name: string, reading: Reading): Moment[] {
  return component.getAllProperties(name).flatMap((property) =>
    property.getValues().map((value: unknown) => momentOf(value, { name, property, reading }))
  );
}

interface At {
  readonly name: string;
  readonly property: ICAL.Property;
  readonly reading: Reading;
}

function momentOf(value: unknown, { name, property, reading: { ical, zones } }: At): Moment {
  const time = value instanceof ical.Period ? value.start : value;
  const wall = time instanceof ical.Time ? wallOfTime(time) : NaN;
  if (!(time instanceof ical.Time) || Number.isNaN(wall)) {
    throw new Error(`has a ${name.toUpperCase()} that is no time`);
  }
  const tzid = property.getFirstParameter("tzid");
  const zone = time.isDate ? zones.shown : time.zone?.tzid === "UTC" ? UTC : zones.named(tzid);
  return { wall, zone, isDate: time.isDate };
}

function lengthOf(component: ICAL.Component, { start, reading }: { start: Moment; reading: Reading }): number {
  const end = momentsOf(component, "dtend", reading)[0];
  const duration = component.getFirstPropertyValue("duration");
  const length = end !== undefined
    ? end.zone === start.zone ? end.wall - start.wall : end.zone.instantOf(end.wall) - start.zone.instantOf(start.wall)
    : duration instanceof reading.ical.Duration
    ? duration.toSeconds() * 1000
    : 0;
  return start.isDate ? Math.max(DAY_MS, Math.floor(length / DAY_MS) * DAY_MS) : Math.max(0, length || 0);
}

function ruleOf(property: ICAL.Property, start: Moment): Rule {
  const recur = (property.getFirstValue() as ICAL.Recur).clone();
  const trouble = ruleTrouble(recur);
  if (trouble !== undefined) throw new Error(trouble);
  const { until } = recur;
  recur.until = null;
  return { recur, isOver: until ? overAfter(until, start) : () => false };
}

function overAfter(until: ICAL.Time, start: Moment): (wall: Wall) => boolean {
  const last = wallOfTime(until);
  if (until.isDate || start.isDate) return (wall) => Math.floor(wall / DAY_MS) > Math.floor(last / DAY_MS);
  return until.zone?.tzid === "UTC" ? (wall) => start.zone.instantOf(wall) > last : (wall) => wall > last;
}

function replacedOf(component: ICAL.Component, reading: Reading): CalendarEvent["replaces"] {
  const moment = momentsOf(component, "recurrence-id", reading)[0];
  if (moment === undefined) return undefined;
  const range = component.getFirstProperty("recurrence-id")?.getFirstParameter("range");
  return { ...moment, onwards: range?.toUpperCase() === "THISANDFUTURE" };
}
