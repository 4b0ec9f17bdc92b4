import assert from "node:assert/strict";
import { type CalendarCopy, MAX_ALL_TIMES, readCalendar } from "./read_calendar.ts";

const WINDOW = { from: Date.UTC(2026, 0, 1), to: Date.UTC(2027, 0, 1) };

function ics(...lines: readonly string[]): string {
  return ["BEGIN:VCALENDAR", "VERSION:2.0", ...lines, "END:VCALENDAR", ""].join("\r\n");
}

function event(...lines: readonly string[]): string {
  return ["BEGIN:VEVENT", "UID:one", "SUMMARY:Standup", ...lines, "END:VEVENT"].join("\r\n");
}

function read(text: string, timezone = "Europe/Berlin"): Promise<CalendarCopy> {
  return readCalendar(text, { timezone, window: WINDOW });
}

/** Begins of all times of all events, in UTC, to the minute. */
async function begins(text: string, timezone?: string): Promise<string[]> {
  const { events } = await read(text, timezone);
  return events.flatMap(({ times }) => times.map(([at]) => new Date(at * 1000).toISOString().slice(0, 16))).sort();
}

Deno.test("a time zone of the database is followed across a change of clocks, also when the calendar describes none", async () => {
  const text = ics(event("DTSTART;TZID=Europe/Berlin:20261024T090000", "RRULE:FREQ=DAILY;COUNT=3"));
  assert.deepEqual(await begins(text), ["2026-10-24T07:00", "2026-10-25T08:00", "2026-10-26T08:00"]);
});

const OFFICE = [
  ...["BEGIN:VTIMEZONE", "TZID:Office", "BEGIN:STANDARD", "DTSTART:20001029T030000", "TZOFFSETFROM:+0200"],
  ...["TZOFFSETTO:+0100", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10", "END:STANDARD", "BEGIN:DAYLIGHT"],
  ...["DTSTART:20000326T020000", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3"],
  ...["END:DAYLIGHT", "END:VTIMEZONE"],
];

Deno.test("a time zone that only the calendar knows is taken from its VTIMEZONE", async () => {
  const text = ics(...OFFICE, event("DTSTART;TZID=Office:20261024T090000", "RRULE:FREQ=DAILY;COUNT=3"));
  assert.deepEqual(await begins(text, "America/New_York"), [
    "2026-10-24T07:00",
    "2026-10-25T08:00",
    "2026-10-26T08:00",
  ]);
});

Deno.test("a zone that nobody knows is told, and its times are those of the calendar's zone", async () => {
  const copy = await read(ics(event("DTSTART;TZID=Mars/Base:20260302T090000")));
  assert.deepEqual(copy.flaws.map(({ message }) => message), ['the time zone "Mars/Base" is not known']);
  assert.equal(copy.events[0]?.times[0]?.[0], Date.UTC(2026, 2, 2, 8) / 1000);
});

Deno.test("a path in front of a zone's name is no part of it", async () => {
  const text = ics(event("DTSTART;TZID=/example.org/20200101/America/New_York:20260302T090000"));
  assert.deepEqual(await begins(text), ["2026-03-02T14:00"]);
});

Deno.test("times without a zone are those of the calendar's zone, and UTC stays UTC", async () => {
  assert.deepEqual(await begins(ics(event("DTSTART:20260701T090000"))), ["2026-07-01T07:00"]);
  assert.deepEqual(await begins(ics(event("DTSTART:20260701T090000Z"))), ["2026-07-01T09:00"]);
});

Deno.test("EXDATE takes times out, however many, in whatever order and zone they are written", async () => {
  const text = ics(event(
    "DTSTART;TZID=Europe/Berlin:20260302T090000",
    "RRULE:FREQ=WEEKLY;COUNT=5",
    "EXDATE;TZID=Europe/Berlin:20260316T090000,20260303T090000",
    "EXDATE:20260309T080000Z",
    "EXDATE;VALUE=DATE:20260330",
  ));
  assert.deepEqual(await begins(text), ["2026-03-02T08:00", "2026-03-23T08:00"]);
});

Deno.test("a thousand EXDATEs are no more trouble than one", async () => {
  const days = Array.from({ length: 1000 }, (_, day) => new Date(Date.UTC(2023, 5, 1 + day)));
  const out = days.map((day) => `EXDATE;VALUE=DATE:${day.toISOString().slice(0, 10).replaceAll("-", "")}`);
  const text = ics(event("DTSTART:20230601T120000Z", "RRULE:FREQ=DAILY;UNTIL=20260228T235959Z", ...out));
  assert.deepEqual(await begins(text), [
    "2026-02-25T12:00",
    "2026-02-26T12:00",
    "2026-02-27T12:00",
    "2026-02-28T12:00",
  ]);
});

Deno.test("RECURRENCE-ID moves one time, and a cancelled one is gone", async () => {
  const copy = await read(ics(
    event("DTSTART:20260302T090000Z", "RRULE:FREQ=WEEKLY;COUNT=4"),
    event("RECURRENCE-ID:20260309T090000Z", "DTSTART:20260310T150000Z", "LOCATION:Elsewhere"),
    event("RECURRENCE-ID;TZID=Europe/Berlin:20260316T100000", "DTSTART:20260316T090000Z", "STATUS:CANCELLED"),
  ));
  const told = copy.events.flatMap(({ times, location }) =>
    times.map(([at]) => [new Date(at * 1000).getUTCDate(), location])
  );
  assert.deepEqual(told, [[2, null], [23, null], [10, "Elsewhere"]]);
});

Deno.test("RANGE=THISANDFUTURE moves one time and all later ones", async () => {
  const text = ics(
    event("DTSTART:20260302T090000Z", "RRULE:FREQ=WEEKLY;COUNT=4"),
    event("RECURRENCE-ID;RANGE=THISANDFUTURE:20260316T090000Z", "DTSTART:20260317T100000Z"),
  );
  assert.deepEqual(await begins(text), [
    "2026-03-02T09:00",
    "2026-03-09T09:00",
    "2026-03-17T10:00",
    "2026-03-24T10:00",
  ]);
});

Deno.test("a time that is moved into the window from outside is there, also without its series", async () => {
  const moved = event("RECURRENCE-ID:20250302T090000Z", "DTSTART:20260302T090000Z");
  assert.deepEqual(await begins(ics(moved)), ["2026-03-02T09:00"]);
  assert.deepEqual(await begins(ics(event("DTSTART:20250302T090000Z", "RRULE:FREQ=DAILY;COUNT=2"), moved)), [
    "2026-03-02T09:00",
  ]);
});

Deno.test("a whole day lasts from midnight to midnight of the calendar's zone, also when the clocks change", async () => {
  const text = ics(event("DTSTART;VALUE=DATE:20261025"));
  const [known] = (await read(text)).events;
  assert.equal(known?.allDay, true);
  assert.deepEqual(known?.times, [[Date.UTC(2026, 9, 24, 22) / 1000, Date.UTC(2026, 9, 25, 23) / 1000]]);
});

Deno.test("DURATION, DTEND and neither", async () => {
  const length = async (...lines: string[]) => {
    const [time] = (await read(ics(event("DTSTART:20260302T090000Z", ...lines)))).events[0]?.times ?? [];
    return time && time[1] - time[0];
  };
  assert.equal(await length("DURATION:PT1H30M"), 5400);
  assert.equal(await length("DTEND;TZID=Europe/Berlin:20260302T110000"), 3600);
  assert.equal(await length(), 0);
  assert.equal(await length("DTEND:20260302T080000Z"), 0, "an end before the start");
});

Deno.test("UNTIL in UTC includes a last time of another zone", async () => {
  const text = ics(event("DTSTART;TZID=America/New_York:20260302T200000", "RRULE:FREQ=DAILY;UNTIL=20260304T010000Z"));
  assert.deepEqual(await begins(text), ["2026-03-03T01:00", "2026-03-04T01:00"]);
});

Deno.test("29 February and the 31st come only where there is such a day", async () => {
  assert.deepEqual(await begins(ics(event("DTSTART:20240229T090000Z", "RRULE:FREQ=YEARLY"))), []);
  const monthly = await begins(ics(event("DTSTART:20251231T090000Z", "RRULE:FREQ=MONTHLY")));
  assert.deepEqual(monthly.map((at) => at.slice(5, 10)), [
    "01-31",
    "03-31",
    "05-31",
    "07-31",
    "08-31",
    "10-31",
    "12-31",
  ]);
  const last = await begins(ics(event("DTSTART:20251231T090000Z", "RRULE:FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=4")));
  assert.deepEqual(last.map((at) => at.slice(5, 10)), ["01-31", "02-28", "03-31"]);
});

Deno.test("an old daily event keeps its rhythm", async () => {
  const text = ics(event("DTSTART:19700101T070000Z", "RRULE:FREQ=DAILY;INTERVAL=100"));
  const days = (await begins(text)).map((at) => Date.parse(`${at}Z`) / 86_400_000);
  assert.equal(days.length, 4);
  assert.ok(days.every((day) => Math.floor(day) % 100 === 0));
  const weekly = ics(event("DTSTART:19700105T070000Z", "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE"));
  const weeks = (await begins(weekly)).map((at) => Math.floor((Date.parse(`${at}Z`) / 86_400_000 - 4) / 7));
  assert.equal(weeks.length, 52);
  assert.ok(weeks.every((week) => week % 2 === 0));
  const monthly = ics(event("DTSTART:19990115T070000Z", "RRULE:FREQ=MONTHLY;INTERVAL=5;BYDAY=-1FR"));
  assert.deepEqual(await begins(monthly), ["2026-02-27T07:00", "2026-07-31T07:00", "2026-12-25T07:00"]);
  const yearly = ics(event("DTSTART:20000401T070000Z", "RRULE:FREQ=YEARLY;INTERVAL=2;BYMONTH=1,3;BYDAY=1SU"));
  assert.deepEqual(await begins(yearly), ["2026-01-04T07:00", "2026-03-01T07:00"]);
});

Deno.test("RDATE adds times, periods too", async () => {
  const text = ics(
    event("DTSTART:20260302T090000Z", "RDATE:20260401T090000Z", "RDATE;VALUE=PERIOD:20260501T090000Z/PT1H"),
  );
  assert.deepEqual(await begins(text), ["2026-03-02T09:00", "2026-04-01T09:00", "2026-05-01T09:00"]);
});

Deno.test("what is broken takes nothing else with it, and is told by its line", async () => {
  const copy = await read(ics(
    event("DTSTART:gibberish"),
    event("NO COLON HERE", "DTSTART:20260302T090000Z", "ATTACH;BROKEN", "BEGIN:VALARM", "TRIGGER:??"),
    event("RRULE:FREQ=DAILY"),
    event("DTSTART:20260302T090000Z", "RRULE:FREQ=FORTNIGHTLY"),
  ));
  assert.equal(copy.events.length, 1);
  assert.deepEqual(copy.flaws.map(({ line }) => line), [3, 17, 22]);
});

Deno.test("what would keep the machine busy for good is left out", async () => {
  const rules = ["SECONDLY", "MINUTELY", "DAILY;INTERVAL=999999999999", "DAILY;BYMONTH=2;BYMONTHDAY=30"];
  const copy = await read(ics(
    ...rules.map((rule) => event("DTSTART:20260302T090000Z", `RRULE:FREQ=${rule}`)),
    event("DTSTART:20260302T090000Z"),
  ));
  assert.equal(copy.events.length, 1);
  assert.equal(copy.flawed, rules.length);
});

Deno.test("a huge set of times is cut, and told", async () => {
  const hourly = event("DTSTART:19700101T000000Z", "RRULE:FREQ=HOURLY");
  const copy = await read(ics(...Array.from({ length: 6 }, () => hourly)));
  assert.equal(copy.events.reduce((sum, { times }) => sum + times.length, 0), MAX_ALL_TIMES);
  assert.match(copy.flaws[0]?.message ?? "", /comes too often/);
  assert.match(copy.flaws.at(-1)?.message ?? "", /more than 20000 times/);
});

Deno.test("text is unescaped and cut, an address that is a script is none", async () => {
  const [known] = (await read(ics(
    event(
      "DTSTART:20260302T090000Z",
      "DESCRIPTION:a\\, b\\nc",
      "URL:javascript:alert(1)",
      `LOCATION:${"x".repeat(999)}`,
    ),
  ))).events;
  assert.equal(known?.description, "a, b\nc");
  assert.equal(known?.url, null);
  assert.equal(known?.location?.length, 301);
});

Deno.test("what is no calendar is refused with the reason", async () => {
  const refused: readonly (readonly [string, RegExp])[] = [
    ["", /^is empty$/],
    ["<!DOCTYPE html><p>Sign in", /^is no calendar, it is a web page: /],
    ["BEGIN:VCALENDAR\nBEGIN:VEVENT\n", /^is cut off: END:VCALENDAR is missing$/],
    [ics(event("DTSTART:never")), /^has no event that can be read; line 3: /],
  ];
  for (const [text, reason] of refused) {
    await assert.rejects(read(text), (error: Error) => error.name === "NoCalendar" && reason.test(error.message));
  }
});

Deno.test("an empty calendar is one, and names itself", async () => {
  const copy = await read("\uFEFF" + ics("X-WR-CALNAME:Te", " am"));
  assert.deepEqual([copy.name, copy.events, copy.flawed], ["Team", [], 0]);
});
