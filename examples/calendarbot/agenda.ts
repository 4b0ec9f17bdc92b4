import type { Entry } from "./copy_store.ts";
import { type Day, dayAt, timeName } from "./days.ts";

/** One entry as it stands under one day. */
export interface DayEntry {
  readonly entry: Entry;
  /** `all day`, `09:00–10:00`, `from 22:00`, `until 06:00`. */
  readonly when: string;
}

export interface DayAgenda {
  readonly day: Day;
  readonly entries: readonly DayEntry[];
}

/** What is on each of the days, whole days first; an entry stands under every day that it touches. */
export function agendaOf(
  entries: readonly Entry[],
  { days, zone }: { days: readonly Day[]; zone: string },
): DayAgenda[] {
  const spans = entries.map((entry) => ({
    entry,
    first: dayAt(entry.starts, zone),
    last: dayAt(Math.max(entry.starts, entry.ends - 1), zone),
  }));
  return days.map((day) => {
    const here = spans.filter(({ first, last }) => first <= day && day <= last);
    const shown = here.map(({ entry, first, last }) => ({ entry, when: when(entry, { day, first, last, zone }) }));
    return { day, entries: shown.toSorted((a, b) => rank(a) - rank(b)) };
  });
}

/** Whole days, then what has begun before; the rest is in the order of time already. */
function rank({ when }: DayEntry): number {
  return when === "all day" ? 0 : when.startsWith("until") ? 1 : 2;
}

interface Place {
  readonly day: Day;
  readonly first: Day;
  readonly last: Day;
  readonly zone: string;
}

function when({ allDay, starts, ends }: Entry, { day, first, last, zone }: Place): string {
  if (allDay || (first < day && day < last)) return "all day";
  const begin = timeName(starts, zone);
  if (first < day) return `until ${timeName(ends, zone)}`;
  if (day < last) return `from ${begin}`;
  return ends === starts ? begin : `${begin}–${timeName(ends, zone)}`;
}
