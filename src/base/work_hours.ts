import { nearest } from "./nearest.ts";

/** Days and hours in which there is work, in a zone of their own. */
export interface WorkHoursSpec {
  /** 0 Sunday to 6 Saturday. */
  readonly days: readonly number[];
  /** Minutes since midnight; an end at or before the start is on the next day. */
  readonly start: number;
  readonly end: number;
  /** IANA name. */
  readonly timezone: string;
}

const DAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"] as const;

/** The whole week, as 0 Sunday to 6 Saturday. */
const ALL_DAYS: readonly number[] = [0, 1, 2, 3, 4, 5, 6];

const DAYS_HINT = 'such as "mon-fri", "sat,sun" or "*"';

/** Minutes of a day without a change of the clock: what `24:00` is. */
export const DAY_MINUTES = 24 * 60;

/**
 * Days of the week from texts such as `mon-fri`, `sat,sun`, `fri-mon` (over the weekend), `Wednesday` or `*`.
 *
 * @returns the days from 0 Sunday to 6 Saturday, in order, each once; or what is wrong, as text that continues the name
 * of the setting: `has "mondy", which is no day (did you mean monday?)`
 */
export function parseDays(texts: readonly string[]): readonly number[] | string {
  const days = new Set<number>();
  for (const part of texts.flatMap((text) => text.split(","))) {
    const read = daysOfPart(part.trim());
    if (typeof read === "string") return read;
    for (const day of read) days.add(day);
  }
  if (days.size === 0) return `has no days, expected some, ${DAYS_HINT}`;
  return [...days].sort();
}

function daysOfPart(part: string): readonly number[] | string {
  if (part === "*") return ALL_DAYS;
  if (part === "") return `has an empty day, expected days ${DAYS_HINT}`;
  const ends = part.split("-");
  if (ends.length > 2) return `has "${part}", expected days ${DAYS_HINT}`;
  const [from, to] = [ends[0], ends.at(-1)].map((end = "") => dayOf(end.trim()));
  if (from === undefined || to === undefined) return unknownDay(part, ends);
  const length = (to - from + 7) % 7 + 1;
  return Array.from({ length }, (_, step) => (from + step) % 7);
}

/** By its name, or at least three letters of it. */
function dayOf(name: string): number | undefined {
  if (name.length < 3) return undefined;
  const found = DAYS.findIndex((day) => day.startsWith(name.toLowerCase()));
  return found < 0 ? undefined : found;
}

function unknownDay(part: string, ends: readonly string[]): string {
  const wrong = ends.map((end) => end.trim()).find((end) => dayOf(end) === undefined) ?? part;
  const near = nearest(wrong, wrong.length < 5 ? DAYS.map((day) => day.slice(0, 3)) : DAYS);
  return `has "${wrong}", which is no day (${near === undefined ? DAYS_HINT : `did you mean ${near}?`})`;
}

/**
 * Minutes since midnight of `9:00`, `09:00`, `9` or `24:00` (the end of the day).
 *
 * @returns the minutes, or what is wrong, as text that continues the name of the setting
 */
export function parseTimeOfDay(text: string): number | string {
  const match = /^(\d{1,2})(?::(\d{2}))?$/.exec(text.trim());
  if (!match) return `is "${text}", expected a time of day such as "09:00" or "9"`;
  const [hours, minutes] = [Number(match[1]), Number(match[2] ?? 0)];
  if (minutes > 59) return `is "${text}", and an hour has no minute ${minutes} (0 to 59)`;
  if (hours > 24 || (hours === 24 && minutes > 0)) return `is "${text}", and a day has no such time (0:00 to 24:00)`;
  return hours * 60 + minutes;
}

/**
 * Days for people: `mon-fri`, `sun, sat`, `every day`. Runs of three or more become a range, also over the weekend.
 *
 * @param days 0 Sunday to 6 Saturday, in any order
 */
export function daysText(days: readonly number[]): string {
  const has = (day: number) => days.includes((day + 7) % 7);
  if (ALL_DAYS.every(has)) return "every day";
  // From Monday on, the week's usual beginning; a row that began before it is told where it began.
  const firsts = [1, 2, 3, 4, 5, 6, 7].filter((day) => has(day) && !has(day - 1));
  return firsts.map((first) => rowText(first, has)).join(", ");
}

function rowText(first: number, has: (day: number) => boolean): string {
  let last = first;
  while (has(last + 1)) last++;
  const names = Array.from({ length: last - first + 1 }, (_, step) => (DAYS[(first + step) % 7] ?? "").slice(0, 3));
  return names.length > 2 ? `${names[0]}-${names.at(-1)}` : names.join(", ");
}

/** `9:00` of minutes since midnight; 1440 is `24:00`. */
export function timeOfDayText(minutes: number): string {
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
}
