import { nearest } from "./nearest.ts";

/** Whether the runtime knows `name` as a time zone of the IANA database. */
export function isTimezone(name: string): boolean {
  try {
    // Intl.DateTimeFormat knows the same names, and takes forty times as long.
    new Temporal.ZonedDateTime(0n, name);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Names of today that the runtime takes and does not list: it lists what they were called before. */
const OF_TODAY = [
  ...["Africa/Asmara", "America/Atikokan", "America/Nuuk", "Asia/Ho_Chi_Minh", "Asia/Kathmandu", "Asia/Kolkata"],
  ...["Asia/Yangon", "Atlantic/Faroe", "Europe/Kyiv", "Pacific/Chuuk", "Pacific/Kanton", "Pacific/Pohnpei"],
  ...["Buenos_Aires", "Catamarca", "Cordoba", "Jujuy", "Mendoza"].map((city) => `America/Argentina/${city}`),
  ...["America/Indiana/Indianapolis", "America/Kentucky/Louisville"],
];

/** The time zone that `name` was probably meant to be: `Europe/Berlin` for `Berlin` or `Europa/Berlin`. */
export function nearestTimezone(name: string): string | undefined {
  const all = ["UTC", ...OF_TODAY, ...Intl.supportedValuesOf("timeZone")];
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
  const host = Temporal.Now.timeZoneId(); // Intl.DateTimeFormat says the same, and takes thirty times as long.
  return isTimezone(host) ? host : "UTC";
}
