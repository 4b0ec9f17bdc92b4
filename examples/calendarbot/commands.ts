import type { AppCommand } from "../../src/mod.ts";
import type { BotConfig } from "./settings.ts";

/** The app's own commands; what they do is loaded when one is called. */
export const COMMANDS: readonly AppCommand<BotConfig>[] = [
  {
    name: "agenda",
    summary: "show what is on in the next days",
    description: ["Asks the running service, and without one reads the calendar itself."],
    options: [
      { name: "days", value: { name: "N", kind: "count" }, help: "so many days, 1 to 366; default: calendar.days" },
      { name: "from", value: { name: "DAY", kind: "text" }, help: "first day, such as 2026-11-21; default: today" },
    ],
    examples: [{ line: "calendarbot agenda --days 1", says: "what is on today" }],
    exits: { ok: true, usage: true, unavailable: "the calendar cannot be read", config: true },
    run: async (context) => await (await import("./command_agenda.ts")).showAgenda(context),
  },
  {
    name: "refresh",
    summary: "read the calendar again now",
    description: ["Returns when that is done. What is shown stays as it is when the calendar cannot be read."],
    examples: [{ line: "calendarbot refresh", says: "do not wait for the next time" }],
    exits: {
      ok: true,
      usage: true,
      notRunning: "the service is not running",
      unavailable: "the calendar cannot be read",
    },
    run: async (context) => await (await import("./command_refresh.ts")).refreshNow(context),
  },
  {
    name: "inspect",
    summary: "read an ICS file and say what is wrong with it",
    description: ["Reads it as the service does, and leaves out what the service would leave out. Nothing is kept."],
    arguments: [{ name: "FILE", help: "the file; - for standard input", kind: "text", required: true }],
    options: [
      { name: "timezone", value: { name: "ZONE", kind: "text" }, help: "that of times which name none; default: UTC" },
      {
        name: "since",
        value: { name: "TIME", kind: "text" },
        help: "events from then on, ISO 8601; default: 90 days ago",
      },
      { name: "until", value: { name: "TIME", kind: "text" }, help: "events until then; default: in 400 days" },
      {
        name: "skip",
        value: { name: "LINE", kind: "text", many: true },
        help: "leave out the event that begins there",
      },
    ],
    examples: [{ line: "calendarbot inspect team.ics", says: "how many events it has, and what cannot be read" }],
    exits: { ok: true, generic: "it is no calendar", usage: true },
    run: async (context) => await (await import("./command_inspect.ts")).inspect(context),
  },
];
