import { type AppConfig, duration, integer, section, setting, size, text, timezone } from "../../src/mod.ts";
import { parseSource, type Source } from "./source.ts";

/** The app's own part of the configuration. */
export const CALENDAR = section("calendar", {
  help: "which calendar is served, and how",
  fields: {
    source: setting(text({ label: "path or address" }), {
      default: "calendar.ics",
      help: "the ICS file, or its http, https or webcal address",
      doc: "A file is read again as soon as it changes, an address every `refresh`.",
      reload: "applied",
      example: "https://example.org/team.ics",
    }),
    refresh: setting(duration({ min: 1_000 }), {
      default: "15m",
      help: "how often the source is read again",
      reload: "applied",
      example: "1h",
    }),
    days: setting(integer({ min: 1, max: 31 }), {
      default: 7,
      help: "days that the page and the command `agenda` show",
      reload: "applied",
      example: 14,
    }),
    timezone: setting(timezone(), {
      inherit: "timezone",
      help: "time zone in which the calendar is shown",
      doc: "Also that of events which name none.",
      reload: "applied",
      example: "Europe/Berlin",
    }),
    max_size: setting(size({ min: 1024 }), {
      default: "10MiB",
      help: "largest calendar that is read",
      reload: "applied",
      example: "20MiB",
    }),
  },
  finish({ source: given, timezone: zone, ...others }, reading) {
    // What is inherited may not be set either: then it is the system's.
    const rest = { ...others, timezone: zone ?? Temporal.Now.timeZoneId() };
    const source = parseSource(given, reading.base);
    if ("trouble" in source) {
      reading.flaw(source.trouble, { path: ["source"], hint: source.hint });
      return { ...rest, source: { kind: "file", path: given } satisfies Source as Source };
    }
    if (source.kind === "file" && !exists(source.path)) {
      const hint = `put a calendar there, or: calendarbot config set calendar.source https://…`;
      reading.warn(`is "${source.path}", and there is no such file`, { path: ["source"], hint });
    }
    return { ...rest, source: source as Source };
  },
});

/** What the whole configuration reads to. */
export type BotConfig = AppConfig<[typeof CALENDAR]>;

/** Whatever else is wrong with it, reading it tells. */
function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    return !(error instanceof Deno.errors.NotFound);
  }
}
