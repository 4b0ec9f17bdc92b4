import { type Entry, type Known, MAX_ENTRIES } from "./copy_store.ts";
import { type Day, dayAt } from "./days.ts";

/** Days of a calendar with what is on them; answer of `/api/calendar/events` and of `agenda --json`. */
export interface EventsReport {
  readonly calendar: {
    readonly name: string | null;
    /** The file, or the host of an address. */
    readonly source: string;
    readonly timezone: string;
    /** When the source was last read. */
    readonly read_at: string;
    /** Days that are known; `known_until` is not one of them. */
    readonly known_from: Day;
    readonly known_until: Day;
    /** Why it cannot be read now. */
    readonly failure: { readonly since: string; readonly reason: string } | null;
    readonly left_out: number;
  };
  readonly from: Day;
  /** Not one of the days any more. */
  readonly to: Day;
  readonly events: readonly EventReport[];
  /** There are more events than these. */
  readonly truncated: boolean;
}

/** Times are in UTC; those of whole days are days, and the end is not one of them. */
export interface EventReport {
  readonly uid: string;
  readonly title: string;
  readonly all_day: boolean;
  readonly start: string;
  readonly end: string;
  readonly location: string | null;
  readonly description: string | null;
  readonly url: string | null;
  readonly status: string | null;
}

export interface Asked {
  readonly from: Day;
  readonly to: Day;
}

/** @param entries one more than {@link MAX_ENTRIES} says that there are more */
export function reportOf(
  { copy, failure }: Known & { readonly copy: NonNullable<Known["copy"]> },
  entries: readonly Entry[],
  { from, to }: Asked,
): EventsReport {
  const { name, source, timezone, readAt, window, flawed } = copy;
  return {
    calendar: {
      ...{ name, source, timezone, read_at: iso(readAt), left_out: flawed },
      ...{ known_from: dayAt(window.from, timezone), known_until: dayAt(window.to, timezone) },
      failure: failure === undefined ? null : { since: iso(failure.since), reason: failure.reason },
    },
    from,
    to,
    events: entries.slice(0, MAX_ENTRIES).map((entry) => eventOf(entry, timezone)),
    truncated: entries.length > MAX_ENTRIES,
  };
}

function eventOf(
  { allDay, starts, ends, uid, title, location, description, url, status }: Entry,
  zone: string,
): EventReport {
  const text = (at: number) => allDay ? dayAt(at, zone) : iso(at);
  return { uid, title, all_day: allDay, start: text(starts), end: text(ends), location, description, url, status };
}

function iso(at: number): string {
  return new Date(at).toISOString().replace(".000Z", "Z");
}
