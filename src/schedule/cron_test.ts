import assert from "node:assert/strict";
import { parseCron } from "../base/cron_pattern.ts";
import { cronSchedule } from "./cron.ts";
import { createZones } from "./zone.ts";

const zones = createZones();

function scheduleOf(text: string, zone: string) {
  return cronSchedule(parseCron(text), zones.zone(zone));
}

/** The instants after `from` and not after `until`, as far as they are named: `29T01:00 29T02:00`. */
function between(text: string, zone: string, [from, until]: readonly [string, string]): string {
  const schedule = scheduleOf(text, zone);
  const end = Date.parse(`${until}Z`);
  const found: number[] = [];
  let at = schedule.next(Date.parse(`${from}Z`));
  for (; at !== undefined && at <= end; at = schedule.next(at)) found.push(at);
  assert.equal(schedule.count(Date.parse(`${from}Z`), end), found.length, "count and next agree");
  return found.map((time) => new Date(time).toISOString().slice(8, 16)).join(" ");
}

type Row = readonly [text: string, zone: string, span: readonly [string, string], instants: string];

const BERLIN_GAP = ["2026-03-29T00:00", "2026-03-29T03:00"] as const;
const BERLIN_GAP_DAYS = ["2026-03-27T12:00", "2026-03-30T12:00"] as const;
const BERLIN_OVERLAP = ["2026-10-24T23:59", "2026-10-25T02:30"] as const;
const APIA_GAP = ["2011-12-29T00:00", "2011-12-31T00:00"] as const;
const KWAJALEIN_GAP = ["1993-08-20T00:00", "1993-08-22T12:00"] as const;

const ROWS: readonly Row[] = [
  // 2:00 to 3:00 left out, at 1:00 UTC: a fixed time comes then, once, also when several of them do.
  ["30 2 * * *", "Europe/Berlin", BERLIN_GAP_DAYS, "28T01:30 29T01:00 30T00:30"],
  ["0 2 * * *", "Europe/Berlin", BERLIN_GAP, "29T01:00"],
  ["0 3 * * *", "Europe/Berlin", BERLIN_GAP, "29T01:00"],
  ["0,15,30 2,3 * * *", "Europe/Berlin", BERLIN_GAP, "29T01:00 29T01:15 29T01:30"],
  ["30 2 29 3 *", "Europe/Berlin", BERLIN_GAP_DAYS, "29T01:00"],
  ["30 2 * * mon", "Europe/Berlin", BERLIN_GAP_DAYS, "30T00:30"],
  ["15 30 2 * * *", "Europe/Berlin", BERLIN_GAP, "29T01:00"],
  // What repeats goes on in real time.
  ["*/30 * * * *", "Europe/Berlin", BERLIN_GAP, "29T00:30 29T01:00 29T01:30 29T02:00 29T02:30 29T03:00"],
  ["0 */2 * * *", "Europe/Berlin", ["2026-03-28T22:00", "2026-03-29T05:00"], "28T23:00 29T02:00 29T04:00"],
  ["*/30 2 * * *", "Europe/Berlin", BERLIN_GAP, ""],
  // 2:00 to 3:00 twice, from 0:00 UTC and from 1:00 UTC.
  ["30 2 * * *", "Europe/Berlin", ["2026-10-23T12:00", "2026-10-26T12:00"], "24T00:30 25T00:30 26T01:30"],
  ["0 2,3 * * *", "Europe/Berlin", BERLIN_OVERLAP, "25T00:00 25T02:00"],
  ["0 1-3 * * *", "Europe/Berlin", ["2026-10-24T22:30", "2026-10-25T03:00"], "24T23:00 25T00:00 25T02:00"],
  ["*/30 * * * *", "Europe/Berlin", BERLIN_OVERLAP, "25T00:00 25T00:30 25T01:00 25T01:30 25T02:00 25T02:30"],
  ["0 */2 * * *", "Europe/Berlin", BERLIN_OVERLAP, "25T00:00 25T01:00"],
  ["0 * * * *", "Europe/Berlin", BERLIN_OVERLAP, "25T00:00 25T01:00 25T02:00"],
  // The other hemisphere of the clock, and of the world.
  ["30 2 * * *", "America/New_York", ["2026-03-07T00:00", "2026-03-09T12:00"], "07T07:30 08T07:00 09T06:30"],
  ["30 1 * * *", "America/New_York", ["2026-10-31T00:00", "2026-11-02T12:00"], "31T05:30 01T05:30 02T06:30"],
  // Half an hour: 2:00 to 2:30 left out, 1:30 to 2:00 twice.
  ["15 2 * * *", "Australia/Lord_Howe", ["2026-10-03T12:00", "2026-10-04T18:00"], "03T15:30 04T15:15"],
  ["45 2 * * *", "Australia/Lord_Howe", ["2026-10-03T12:00", "2026-10-04T18:00"], "03T15:45 04T15:45"],
  ["45 1 * * *", "Australia/Lord_Howe", ["2026-04-04T12:00", "2026-04-05T18:00"], "04T14:45 05T15:15"],
  [
    "*/15 * * * *",
    "Australia/Lord_Howe",
    ["2026-04-04T14:29", "2026-04-04T15:30"],
    "04T14:30 04T14:45 04T15:00 04T15:15 04T15:30",
  ],
  // Midnight left out: the day begins at 1:00, and a job of midnight with it.
  ["0 0 * * *", "America/Santiago", ["2024-09-07T00:00", "2024-09-09T12:00"], "07T04:00 08T04:00 09T03:00"],
  ["0 0 8 9 *", "America/Santiago", ["2024-09-07T00:00", "2024-09-09T12:00"], "08T04:00"],
  ["0 0 * * *", "Asia/Beirut", ["2021-03-26T23:00", "2021-03-28T23:00"], "27T22:00 28T21:00"],
  ["@daily", "Africa/Cairo", ["2014-05-14T23:00", "2014-05-16T23:00"], "15T22:00 16T21:00"],
  // Midnight back to 23:00: 23:30 is shown twice, and midnight comes after it.
  ["30 23 * * *", "Africa/Cairo", ["2014-06-26T00:00", "2014-06-27T23:00"], "26T20:30 27T21:30"],
  ["0 0 * * *", "Africa/Cairo", ["2014-06-26T00:00", "2014-06-27T23:00"], "26T22:00 27T22:00"],
  // Three quarters of an hour from the full hour.
  ["0 9 * * *", "Asia/Kathmandu", ["2026-01-01T00:00", "2026-01-03T00:00"], "01T03:15 02T03:15"],
  ["0 * * * *", "Asia/Kathmandu", ["2026-01-01T00:00", "2026-01-01T02:00"], "01T00:15 01T01:15"],
  // 30 December 2011 left out.
  ["0 9 * * *", "Pacific/Apia", APIA_GAP, "29T19:00 30T10:00 30T19:00"],
  ["0 9 30 * *", "Pacific/Apia", APIA_GAP, "30T10:00"],
  ["0 9,17 30,31 12 *", "Pacific/Apia", APIA_GAP, "30T10:00 30T19:00"],
  ["0 */12 * * *", "Pacific/Apia", APIA_GAP, "29T10:00 29T22:00 30T10:00 30T22:00"],
  ["0 12 * * *", "Pacific/Kwajalein", KWAJALEIN_GAP, "21T00:00 21T12:00 22T00:00"],
  // Backwards in spring, for Ramadan: 2:00 to 3:00 twice, and left out when it is over.
  ["30 2 * * *", "Africa/Casablanca", ["2021-04-10T12:00", "2021-04-12T12:00"], "11T01:30 12T02:30"],
  ["30 2 * * *", "Africa/Casablanca", ["2021-05-15T12:00", "2021-05-17T12:00"], "16T02:00 17T01:30"],
  // Three hours, a minute past midnight.
  ["30 2 * * *", "Antarctica/Casey", ["2020-10-02T00:00", "2020-10-04T23:00"], "02T18:30 03T16:01 04T15:30"],
  ["0 0,3 * * *", "Antarctica/Casey", ["2020-10-03T12:00", "2020-10-04T00:00"], "03T16:00 03T16:01"],
  // Two hours: 1:00 to 3:00 left out, and twice.
  ["0 1,2 * * *", "Antarctica/Troll", ["2026-03-28T12:00", "2026-03-29T12:00"], "29T01:00"],
  ["0 1,2 * * *", "Antarctica/Troll", ["2026-10-24T12:00", "2026-10-25T12:00"], "24T23:00 25T00:00"],
  ["30 * * * *", "Antarctica/Troll", ["2026-10-24T23:00", "2026-10-25T03:00"], "24T23:30 25T00:30 25T01:30 25T02:30"],
];

for (const [text, zone, span, instants] of ROWS) {
  Deno.test(`${text} in ${zone} from ${span[0]}`, () => assert.equal(between(text, zone, span), instants));
}

Deno.test("an instant is after the one it is asked for, also between seconds", () => {
  const schedule = scheduleOf("* * * * * *", "Europe/Berlin");
  assert.deepEqual([0, 1, 999, 1000, 999.5, -1, -1000].map((time) => schedule.next(time)), [
    1000,
    1000,
    1000,
    2000,
    1000,
    0,
    0,
  ]);
});

Deno.test("seconds of the hour that is shown twice, and none of the one that is left out", () => {
  const schedule = scheduleOf("*/20 59 2 * * *", "Europe/Berlin");
  assert.equal(schedule.count(Date.UTC(2026, 9, 24, 12), Date.UTC(2026, 9, 25, 12)), 6);
  assert.equal(schedule.count(Date.UTC(2026, 2, 28, 12), Date.UTC(2026, 2, 29, 12)), 0);
});

Deno.test("what comes seldom is found, over the year 2100 without a 29 February", () => {
  const next = (text: string, from: number) => {
    const at = scheduleOf(text, "Europe/Berlin").next(from);
    return at === undefined ? undefined : new Date(at).toISOString().slice(0, 10);
  };
  assert.equal(next("0 12 29 2 *", Date.UTC(2026, 0, 1)), "2028-02-29");
  assert.equal(next("0 12 29 2 *", Date.UTC(2096, 5, 1)), "2104-02-29");
  assert.equal(next("0 12 * 2 mon#5", Date.UTC(2072, 2, 1)), "2112-02-29");
});

/** Milliseconds that the work takes; what takes longer than `limit` is measured anew, because others work here, too. */
function least(limit: number, work: () => void): number {
  let took = Infinity;
  for (let round = 0; round < 5 && took >= limit; round++) {
    const start = performance.now();
    work();
    took = Math.min(took, performance.now() - start);
  }
  return took;
}

Deno.test("a year of seconds is counted, not walked", () => {
  const schedule = scheduleOf("* * * * * *", "Europe/Berlin");
  const took = least(50, () => {
    assert.equal(schedule.count(Date.UTC(2026, 0, 1), Date.UTC(2027, 0, 1)), 365 * 86_400);
  });
  assert.ok(took < 50, `${took} ms`);
});

Deno.test("10,000 jobs are planned in less than 200 ms", () => {
  const texts = Array.from({ length: 10_000 }, (_, job) => `${job % 60} ${job % 24} ${1 + job % 28} * mon-fri`);
  const patterns = texts.map(parseCron);
  const names = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"];
  const took = least(200, () => {
    const fresh = createZones();
    const planned = patterns.map((pattern, job) =>
      cronSchedule(pattern, fresh.zone(names[job % names.length] ?? "UTC")).next(Date.UTC(2026, 2, 28))
    );
    assert.ok(planned.every((at) => at !== undefined && at > Date.UTC(2026, 2, 28)));
  });
  assert.ok(took < 200, `${took} ms`);
});
