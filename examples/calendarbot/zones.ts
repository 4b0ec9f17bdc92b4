import type ICAL from "ical.js";

/**
 * A time on the wall: what a clock there shows, as the milliseconds that the same digits have in UTC. All counting of
 * recurrences is done with these, and only the result is put into a zone.
 */
export type Wall = number;

/** Where times of an event hold. */
export interface Zone {
  /** Milliseconds since 1970 in UTC. A time that a clock change leaves out is read with the offset before it. */
  instantOf(wall: Wall): number;
}

export const UTC: Zone = { instantOf: (wall) => wall };

/** A zone of the IANA database. */
export function ianaZone(name: string): Zone {
  return {
    instantOf(wall) {
      const iso = new Date(wall).toISOString().slice(0, -1);
      return Temporal.PlainDateTime.from(iso).toZonedDateTime(name).epochMilliseconds;
    },
  };
}

/** A zone as the calendar itself describes it (VTIMEZONE). */
export function describedZone(zone: ICAL.Timezone, ical: typeof ICAL): Zone {
  return { instantOf: (wall) => wall - zone.utcOffset(timeOf(wall, ical)) * 1000 };
}

/** A floating time of the library, which does nothing to it. */
export function timeOf(wall: Wall, ical: typeof ICAL): ICAL.Time {
  const at = new Date(wall);
  const data = {
    ...{ year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, day: at.getUTCDate() },
    ...{ hour: at.getUTCHours(), minute: at.getUTCMinutes(), second: at.getUTCSeconds(), isDate: false },
  };
  return new ical.Time(data, ical.Timezone.localTimezone);
}

/** What a clock shows at a time of the library, whatever its zone. */
export function wallOfTime(time: ICAL.Time): Wall {
  const { year, month, day, hour, minute, second } = time;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/**
 * The IANA name that a TZID means: as it is, or with the path in front that some programs write, as in
 * `/example.org/20200101/Europe/Berlin`. The database knows more of a zone's past and future than a calendar says, so
 * its name goes before the calendar's own description.
 */
export function ianaName(tzid: string): string | undefined {
  const words = tzid.split("/").filter((word) => word !== "");
  const names = [3, 2, 1].map((count) => words.slice(-count).join("/"));
  return names.find((name) => name !== "" && isZone(name));
}

function isZone(name: string): boolean {
  try {
    new Temporal.ZonedDateTime(0n, name);
    return true;
  } catch {
    return false; // Not a name that the runtime knows.
  }
}
