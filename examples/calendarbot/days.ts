import type { Window } from "./occurrences.ts";

/** A day of the calendar, `2026-11-21`. */
export type Day = string;

/** How far back and ahead a calendar is known, in days. */
const BACK = 90;
const AHEAD = 400;

/** The day that `text` names, or undefined: 30 February is none. */
export function parseDay(text: string): Day | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  try {
    return Temporal.PlainDate.from(text, { overflow: "reject" }).toString();
  } catch {
    return undefined; // No such day.
  }
}

/** The day in `zone` at an instant, in milliseconds since 1970. */
export function dayAt(instant: number, zone: string): Day {
  return Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone).toPlainDate().toString();
}

/** When the day begins in `zone`, in milliseconds since 1970. */
export function startOf(day: Day, zone: string): number {
  return Temporal.PlainDate.from(day).toZonedDateTime(zone).epochMilliseconds;
}

export function addDays(day: Day, days: number): Day {
  return Temporal.PlainDate.from(day).add({ days }).toString();
}

/** `from` and the days after it. */
export function daysFrom(from: Day, count: number): Day[] {
  return Array.from({ length: count }, (_, index) => addDays(from, index));
}

/** Days from one to the other; negative when it lies before. */
export function daysBetween(from: Day, to: Day): number {
  return Temporal.PlainDate.from(from).until(Temporal.PlainDate.from(to)).days;
}

/** The days that a copy of the calendar made now covers. It changes once a day. */
export function knownWindow(now: number, zone: string): Window {
  const today = dayAt(now, zone);
  return { from: startOf(addDays(today, -BACK), zone), to: startOf(addDays(today, AHEAD), zone) };
}

const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS = [
  ...["January", "February", "March", "April", "May", "June"],
  ...["July", "August", "September", "October", "November", "December"],
];

/** `Saturday 21 November`. */
export function dayName(day: Day): string {
  const { dayOfWeek, day: date, month } = Temporal.PlainDate.from(day);
  return `${WEEKDAYS[dayOfWeek - 1]} ${date} ${MONTHS[month - 1]}`;
}

/** `21 November 2026`. */
export function dateName(day: Day): string {
  const { day: date, month, year } = Temporal.PlainDate.from(day);
  return `${date} ${MONTHS[month - 1]} ${year}`;
}

/** `09:30` in `zone`. */
export function timeName(instant: number, zone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone).toPlainTime().toString().slice(0, 5);
}

/** `21 November 2026, 09:30` in `zone`. */
export function momentName(instant: number, zone: string): string {
  return `${dateName(dayAt(instant, zone))}, ${timeName(instant, zone)}`;
}
