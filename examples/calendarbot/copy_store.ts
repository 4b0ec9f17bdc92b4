import { isDeepStrictEqual } from "node:util";
import type { KitStore, Migration, Row, Statement } from "../../src/mod.ts";
import type { Flaw } from "./ics_parts.ts";
import { type Day, startOf } from "./days.ts";
import type { CalendarCopy } from "./read_calendar.ts";
import type { Validators } from "./read_source.ts";
import type { Details } from "./event.ts";
import type { Window } from "./occurrences.ts";
import type { KnownEvent } from "./series.ts";

/** The last good copy of the calendar, so that a restart without the source still serves it. */
export const MIGRATIONS: readonly Migration[] = [{
  version: 1,
  name: "the last good copy of the calendar",
  sql: `
    CREATE TABLE calendar (
      id INTEGER PRIMARY KEY CHECK (id = 1), source TEXT, mark TEXT, etag TEXT, last_modified TEXT, name TEXT,
      timezone TEXT, known_from INTEGER, known_to INTEGER, events INTEGER, flaws TEXT, flawed INTEGER, read_at INTEGER,
      failure TEXT, failed_since INTEGER
    ) STRICT;
    CREATE TABLE calendar_event (
      id INTEGER PRIMARY KEY, uid TEXT NOT NULL, title TEXT NOT NULL, location TEXT, description TEXT, url TEXT,
      status TEXT, all_day INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE calendar_time (
      starts_at INTEGER NOT NULL, ends_at INTEGER NOT NULL, event INTEGER NOT NULL REFERENCES calendar_event (id)
    ) STRICT;
    CREATE INDEX calendar_time_begin ON calendar_time (starts_at);`,
}];

/** A copy that is kept. */
export interface KeptCopy {
  /** Name of the source; {@link KeptCopy.mark} tells sources apart. */
  readonly source: string;
  readonly mark: string;
  readonly validators: Validators;
  readonly name: string | null;
  readonly timezone: string;
  readonly window: Window;
  readonly events: number;
  readonly flaws: readonly Flaw[];
  readonly flawed: number;
  /** When the source last said so, in milliseconds since 1970. */
  readonly readAt: number;
}

/** What is known about the calendar, and what has gone wrong since. */
export interface Known {
  readonly copy: KeptCopy | undefined;
  /** Since when it cannot be read, in milliseconds since 1970, and the last reason. */
  readonly failure: { readonly since: number; readonly reason: string } | undefined;
}

/** One time of an event; times in milliseconds since 1970. */
export interface Entry extends Details {
  readonly allDay: boolean;
  readonly starts: number;
  readonly ends: number;
}

/** Most entries that are shown at once. */
export const MAX_ENTRIES = 1_000;
/** Events in one statement. */
const BATCH = 500;

export async function knownCalendar(store: Pick<KitStore, "read">): Promise<Known> {
  const [row] = await store.read("SELECT * FROM calendar WHERE id = 1");
  if (row === undefined) return { copy: undefined, failure: undefined };
  const failure = row.failure === null ? undefined : { since: Number(row.failed_since), reason: String(row.failure) };
  return { copy: row.read_at === null ? undefined : copyOf(row), failure };
}

function copyOf(row: Row): KeptCopy {
  const text = (key: string) => row[key] === null ? null : String(row[key]);
  return {
    source: String(row.source),
    mark: String(row.mark),
    validators: { etag: text("etag"), lastModified: text("last_modified") },
    name: text("name"),
    timezone: String(row.timezone),
    window: { from: Number(row.known_from), to: Number(row.known_to) },
    events: Number(row.events),
    flaws: JSON.parse(String(row.flaws)) as Flaw[],
    flawed: Number(row.flawed),
    readAt: Number(row.read_at),
  };
}

/** What an entry's row is made of, for one that reaches into the time from ? to ?. */
const ENTRIES = `SELECT uid, title, location, description, url, status, all_day, starts_at, ends_at
  FROM calendar_time JOIN calendar_event ON id = event
  WHERE starts_at < ?2 AND (ends_at > ?1 OR starts_at >= ?1) ORDER BY starts_at, ends_at DESC, title LIMIT ?3`;

export interface Days {
  readonly from: Day;
  /** The first one that is not wanted any more. */
  readonly to: Day;
  /** Of the days where no copy tells its own. */
  readonly timezone: string;
}

/**
 * What is known, and what is on the days: in the order of their begin, one entry more than {@link MAX_ENTRIES} at the
 * most. Both are of one copy.
 */
export async function calendarWithin(
  store: Pick<KitStore, "read">,
  days: Days,
): Promise<{ readonly known: Known; readonly entries: readonly Entry[] }> {
  const known = await knownCalendar(store);
  const zone = known.copy?.timezone ?? days.timezone;
  const entries = await entriesWithin(store, { from: startOf(days.from, zone), to: startOf(days.to, zone) });
  // A copy that came in between has other entries, and other words about them.
  const isStill = isDeepStrictEqual(await knownCalendar(store), known);
  return isStill ? { known, entries } : await calendarWithin(store, days);
}

async function entriesWithin(store: Pick<KitStore, "read">, { from, to }: Window): Promise<readonly Entry[]> {
  const rows = await store.read(ENTRIES, [Math.floor(from / 1000), Math.floor(to / 1000), MAX_ENTRIES + 1]);
  return rows.map((row) => ({
    ...row as unknown as Details,
    allDay: row.all_day === 1,
    starts: Number(row.starts_at) * 1000,
    ends: Number(row.ends_at) * 1000,
  }));
}

export interface FreshCopy {
  readonly copy: CalendarCopy;
  readonly source: string;
  readonly mark: string;
  readonly validators: Validators;
  readonly now: number;
}

/** Puts a new copy in the place of the old one: all of it or nothing. */
export async function keepCopy(store: Pick<KitStore, "write">, fresh: FreshCopy): Promise<void> {
  const { copy: { name, timezone, window, events, flaws, flawed }, source, mark, validators, now } = fresh;
  const values = [
    ...[source, mark, validators.etag, validators.lastModified, name, timezone, window.from, window.to],
    ...[events.length, JSON.stringify(flaws), flawed, now],
  ];
  await store.write([
    { sql: "DELETE FROM calendar_time" },
    { sql: "DELETE FROM calendar_event" },
    ...eventStatements(events),
    {
      sql: `INSERT OR REPLACE INTO calendar VALUES (1, ${values.map(() => "?").join(", ")}, NULL, NULL)`,
      params: values,
    },
  ]);
}

const INSERT_EVENTS = `INSERT INTO calendar_event
  SELECT value->>'id', value->>'uid', value->>'title', value->>'location', value->>'description', value->>'url',
    value->>'status', value->>'allDay' FROM json_each(?)`;
const INSERT_TIMES = `INSERT INTO calendar_time SELECT time.value->>0, time.value->>1, event.value->>'id'
  FROM json_each(?) AS event, json_each(event.value, '$.times') AS time`;

function eventStatements(events: readonly KnownEvent[]): Statement[] {
  const numbered = events.map((event, index) => ({ id: index + 1, ...event }));
  return Array.from({ length: Math.ceil(numbered.length / BATCH) }, (_, index) => {
    const params = [JSON.stringify(numbered.slice(index * BATCH, (index + 1) * BATCH))];
    return [{ sql: INSERT_EVENTS, params }, { sql: INSERT_TIMES, params }];
  }).flat();
}

/** The source says that the copy is still good. @returns whether there is one: its database may have been lost meanwhile */
export async function confirmCopy(store: Pick<KitStore, "write">, now: number): Promise<boolean> {
  const sql = `UPDATE calendar SET read_at = ?, failure = NULL, failed_since = NULL
    WHERE id = 1 AND read_at IS NOT NULL RETURNING id`;
  const [confirmed] = await store.write([{ sql, params: [now] }]);
  return confirmed?.rows.length === 1;
}

/** Says why the source cannot be read; since when, is kept until it can be again. */
export async function noteFailure(
  store: Pick<KitStore, "write">,
  { reason, now }: { readonly reason: string; readonly now: number },
): Promise<void> {
  const sql = `INSERT INTO calendar (id, failure, failed_since) VALUES (1, ?1, ?2) ON CONFLICT (id)
    DO UPDATE SET failure = ?1, failed_since = coalesce(failed_since, ?2)`;
  await store.write([{ sql, params: [reason, now] }]);
}
