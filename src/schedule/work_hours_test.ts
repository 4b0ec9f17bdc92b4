import assert from "node:assert/strict";
import { parseDays, parseTimeOfDay } from "../base/work_hours.ts";
import { workHours } from "./work_hours.ts";
import { createZones } from "./zone.ts";

const zones = createZones();

function hoursOf(days: string, hours: string, timezone: string) {
  const read = parseDays([days]);
  const [start = 0, end = 0] = hours.split(" - ").map((text) => Number(parseTimeOfDay(text)));
  if (typeof read === "string") throw new Error(read);
  return workHours({ days: read, start, end, timezone }, zones.zone(timezone));
}

/** When it opens and closes in a span, to the minute: `02T08:00-02T17:00`. */
function windows(hours: ReturnType<typeof hoursOf>, [from, until]: readonly [string, string]): string {
  const at = (time: number) => new Date(time).toISOString().slice(8, 16);
  const found: string[] = [];
  let opened: number | undefined;
  for (let time = Date.parse(`${from}Z`); time <= Date.parse(`${until}Z`); time += 60_000) {
    const open = hours.isOpen(time);
    if (open && opened === undefined) opened = time;
    if (!open && opened !== undefined) found.push(`${at(opened)}-${at(time)}`);
    if (!open) opened = undefined;
  }
  return [...found, ...(opened === undefined ? [] : [`${at(opened)}-`])].join(" ");
}

type Row = readonly [days: string, hours: string, zone: string, span: readonly [string, string], windows: string];

const ROWS: readonly Row[] = [
  [
    "mon-fri",
    "09:00 - 18:00",
    "Asia/Kolkata",
    ["2026-01-02T00:00", "2026-01-05T23:00"],
    "02T03:30-02T12:30 05T03:30-05T12:30",
  ],
  // The night belongs to Friday, although it ends on Saturday.
  ["fri", "22 - 6", "UTC", ["2026-01-01T12:00", "2026-01-04T12:00"], "02T22:00-03T06:00"],
  ["fri,sun", "22 - 6", "UTC", ["2026-01-01T12:00", "2026-01-05T12:00"], "02T22:00-03T06:00 04T22:00-05T06:00"],
  // Whole days, one after the other.
  ["sat", "0 - 24:00", "UTC", ["2026-01-02T12:00", "2026-01-05T00:00"], "03T00:00-04T00:00"],
  ["sat-sun", "0 - 0", "UTC", ["2026-01-02T12:00", "2026-01-05T12:00"], "03T00:00-05T00:00"],
  ["sat", "9 - 9", "UTC", ["2026-01-02T12:00", "2026-01-05T12:00"], "03T09:00-04T09:00"],
  ["*", "0 - 24:00", "Europe/Berlin", ["2026-03-28T00:00", "2026-03-30T00:00"], "28T00:00-"],
  // Berlin leaves 2:00 to 3:00 out at 1:00 UTC, and shows it from 0:00 and from 1:00 UTC in October.
  ["sat", "22 - 6", "Europe/Berlin", ["2026-03-28T12:00", "2026-03-29T12:00"], "28T21:00-29T04:00"],
  ["sun", "2:30 - 5", "Europe/Berlin", ["2026-03-28T12:00", "2026-03-29T12:00"], "29T01:00-29T03:00"],
  ["sun", "2:00 - 2:59", "Europe/Berlin", ["2026-03-28T12:00", "2026-03-29T12:00"], ""],
  ["sat", "22 - 6", "Europe/Berlin", ["2026-10-24T12:00", "2026-10-25T12:00"], "24T20:00-25T05:00"],
  ["sun", "2:30 - 5", "Europe/Berlin", ["2026-10-24T12:00", "2026-10-25T12:00"], "25T00:30-25T04:00"],
  ["sun", "1 - 2:30", "Europe/Berlin", ["2026-10-24T12:00", "2026-10-25T12:00"], "24T23:00-25T00:30"],
  // Friday, 30 December 2011, was left out.
  [
    "thu-sat",
    "9 - 17",
    "Pacific/Apia",
    ["2011-12-29T12:00", "2011-12-31T12:00"],
    "29T19:00-30T03:00 30T19:00-31T03:00",
  ],
];

for (const [days, hours, zone, span, expected] of ROWS) {
  Deno.test(`${days} ${hours} in ${zone} from ${span[0]}`, () => {
    assert.equal(windows(hoursOf(days, hours, zone), span), expected);
  });
}

Deno.test("the next opening is now when it is open, else when it opens next", () => {
  const hours = hoursOf("mon-fri", "9 - 18", "Europe/Berlin");
  const next = (text: string) => new Date(hours.nextOpening(Date.parse(`${text}Z`)) ?? NaN).toISOString().slice(0, 16);
  assert.equal(next("2026-01-02T10:30"), "2026-01-02T10:30");
  assert.equal(next("2026-01-02T08:00"), "2026-01-02T08:00");
  assert.equal(next("2026-01-02T07:59"), "2026-01-02T08:00");
  assert.equal(next("2026-01-02T17:00"), "2026-01-05T08:00");
  assert.equal(next("2026-03-27T18:00"), "2026-03-30T07:00");
});

Deno.test("the only day of the week was left out of the calendar: it opens a week later", () => {
  const hours = hoursOf("fri", "9 - 17", "Pacific/Apia");
  const opening = hours.nextOpening(Date.UTC(2011, 11, 26));
  assert.equal(new Date(opening ?? NaN).toISOString(), "2012-01-05T19:00:00.000Z");
});

Deno.test("without days it never opens", () => {
  const hours = workHours({ days: [], start: 0, end: 0, timezone: "UTC" }, zones.zone("UTC"));
  assert.deepEqual([hours.isOpen(0), hours.nextOpening(0)], [false, undefined]);
});

Deno.test("its text says the days and the hours", () => {
  assert.equal(hoursOf("mon-fri", "09:00 - 18:00", "UTC").text, "mon-fri 9:00 - 18:00");
  assert.equal(hoursOf("*", "0 - 24", "UTC").text, "every day 0:00 - 24:00");
});
