import { nearest } from "./nearest.ts";

/** Whether the runtime knows `name` as a time zone of the IANA database. */
export function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** The time zone that `name` was probably meant to be: `Europe/Berlin` for `Berlin` or `Europa/Berlin`. */
export function nearestTimezone(name: string): string | undefined {
  const all = ["UTC", ...Intl.supportedValuesOf("timeZone")];
  const wanted = name.trim().replaceAll(" ", "_").toLowerCase();
  if (wanted === "") return undefined;
  return all.find((zone) => zone.toLowerCase().split("/").at(-1) === wanted) ?? nearest(wanted, all);
}

/**
 * The IANA name of the system's time zone: what TZ says (tzset(3): `Europe/Berlin`, `:Europe/Berlin` or a path into the
 * database), else the host's, else UTC.
 *
 * @param tz the variable TZ; empty means UTC, as it does in libc
 */
export function systemTimezone(tz: string | undefined): string {
  if (tz === "") return "UTC";
  const named = tz?.replace(/^:/, "").replace(/^.*\/zoneinfo\//, "");
  if (named !== undefined && isTimezone(named)) return named;
  const host = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return isTimezone(host) ? host : "UTC";
}
