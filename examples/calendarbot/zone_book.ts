import type ICAL from "ical.js";
import type { Part } from "./ics_parts.ts";
import { describedZone, ianaName, ianaZone, type Zone } from "./zones.ts";

/** The zones that a calendar's times can be in. */
export interface ZoneBook {
  /** In which the calendar is shown: that of whole days and of times that name none. */
  readonly shown: Zone;
  /** The zone that a TZID means; without one, or when nobody knows it, the shown one. */
  named(tzid: string | undefined): Zone;
  /** TZIDs that nobody knows. */
  readonly unknown: ReadonlySet<string>;
}

/** @param parts the VTIMEZONEs of the calendar @throws nothing: a zone that cannot be read is unknown */
export function zoneBook(
  parts: readonly Part[],
  given: { readonly ical: typeof ICAL; readonly shown: string },
): ZoneBook {
  const shown = ianaZone(given.shown);
  const described = new Map(parts.flatMap((part) => describedIn(part, given.ical)));
  const known = new Map<string, Zone>();
  const unknown = new Set<string>();
  const find = (tzid: string): Zone => {
    const name = ianaName(tzid);
    const zone = name === undefined ? described.get(tzid) : ianaZone(name);
    if (zone === undefined) unknown.add(tzid);
    return zone ?? shown;
  };
  return {
    shown,
    unknown,
    named(tzid) {
      if (tzid === undefined) return shown;
      const zone = known.get(tzid) ?? find(tzid);
      known.set(tzid, zone);
      return zone;
    },
  };
}

function describedIn(part: Part, ical: typeof ICAL): [string, Zone][] {
  try {
    const component = new ical.Component(ical.parse(part.text) as unknown[]);
    const zone = new ical.Timezone(component);
    return isYearly(component) ? [[zone.tzid, describedZone(zone, ical)]] : [];
  } catch {
    return []; // It is told as a zone that nobody knows, when an event names it.
  }
}

/** Clocks change once a year at a given time; a rule of any other kind is a mistake, or meant to keep us busy. */
function isYearly(component: ICAL.Component): boolean {
  return component.getAllSubcomponents().every((change) =>
    change.getAllProperties("rrule").every((rule) => (rule.getFirstValue() as ICAL.Recur).freq === "YEARLY")
  );
}
