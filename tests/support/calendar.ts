/** What the tests of calendarbot share: calendars to serve, and instances that serve them. */
import fs from "node:fs";
import { join } from "node:path";
import { Instance, until } from "./instance.ts";

/** Today in UTC, in which these tests keep their calendars. */
export const TODAY = new Date().toISOString().slice(0, 10);

/** The day so many days after today. */
export function dayAfter(days: number): string {
  return new Date(Date.parse(TODAY) + days * 86_400_000).toISOString().slice(0, 10);
}

/** A calendar of these components. */
export function ics(...parts: readonly string[]): string {
  return ["BEGIN:VCALENDAR", "VERSION:2.0", "X-WR-CALNAME:Team", ...parts, "END:VCALENDAR", ""].join("\r\n");
}

/** An event tomorrow at noon, unless `lines` say otherwise: it is still ahead when midnight comes while a test runs. */
export function event(title: string, ...lines: readonly string[]): string {
  const start = lines.some((line) => line.startsWith("DTSTART")) ? [] : [`DTSTART:${compact(dayAfter(1))}T120000Z`];
  return ["BEGIN:VEVENT", `UID:${title}`, `SUMMARY:${title}`, ...start, ...lines, "END:VEVENT"].join("\r\n");
}

/** One with which the library that follows rules never comes to an end: no seventh day has the name of the day after. */
export function endlessEvent(): string {
  const next = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"][new Date(dayAfter(2)).getUTCDay()];
  return event("Endless", `RRULE:FREQ=DAILY;INTERVAL=7;BYDAY=${next}`);
}

/** `20261121`. */
export function compact(day: string): string {
  return day.replaceAll("-", "");
}

/** One instance of calendarbot, with a calendar. */
export class Bot extends Instance {
  /** @param settings further lines of the section `[calendar]` */
  constructor(calendar = ics(event("Standup")), settings = "", more = "") {
    super(`\n[calendar]\ntimezone = "UTC"\n${settings}\n${more}`, "calendarbot");
    this.edit(calendar);
  }

  get file(): string {
    return join(this.home, "calendar.ics");
  }

  /** Writes the calendar's file. */
  edit(calendar: string): void {
    fs.writeFileSync(this.file, calendar);
  }

  /** Waits until the page contains `text`. */
  async shows(text: string): Promise<string> {
    return await until(`a page with ${text}`, async () => {
      const { body } = await this.get("/calendar");
      return body.includes(text) ? body : undefined;
    }, 30_000);
  }

  /** `--daemon`, which must succeed, and its first refresh. */
  async daemon(): Promise<void> {
    const { code, stderr } = await this.run(["--daemon"]);
    if (code !== 0) throw new Error(`--daemon ended with ${code}: ${stderr}`);
  }

  // deno-lint-ignore no-explicit-any -- the shape under test
  async health(): Promise<{ status: number; body: any }> {
    const { status, body } = await this.get("/health");
    return { status, body: JSON.parse(body) };
  }

  log(): string {
    return fs.readFileSync(join(this.home, "daemon.log"), "utf8");
  }
}
