import assert from "node:assert/strict";
import { AppdError } from "../base/errors.ts";
import { createZones } from "./zone.ts";

const zones = createZones();

/** Changes of a year: when, and the minutes from UTC before and after. */
function changesOf(name: string, year: number): string[] {
  const zone = zones.zone(name);
  const found: string[] = [];
  let span = zone.spanAt(Date.UTC(year, 0, 1));
  while (span.end < Date.UTC(year + 1, 0, 1)) {
    const after = zone.spanAt(span.end);
    assert.equal(after.start, span.end, "spans follow each other without a gap");
    if (after.offset !== span.offset) {
      const when = new Date(after.start).toISOString().slice(0, 16);
      found.push(`${when} ${span.offset / 60_000} ${after.offset / 60_000}`);
    }
    span = after;
  }
  return found;
}

const CHANGES: readonly (readonly [zone: string, year: number, changes: readonly string[]])[] = [
  ["UTC", 2026, []],
  ["Asia/Kathmandu", 2026, []],
  ["Europe/Berlin", 2026, ["2026-03-29T01:00 60 120", "2026-10-25T01:00 120 60"]],
  ["America/New_York", 2026, ["2026-03-08T07:00 -300 -240", "2026-11-01T06:00 -240 -300"]],
  ["Australia/Lord_Howe", 2026, ["2026-04-04T15:00 660 630", "2026-10-03T15:30 630 660"]],
  ["America/Santiago", 2024, ["2024-04-07T03:00 -180 -240", "2024-09-08T04:00 -240 -180"]],
  ["Asia/Beirut", 2021, ["2021-03-27T22:00 120 180", "2021-10-30T21:00 180 120"]],
  ["Antarctica/Troll", 2026, ["2026-03-29T01:00 0 120", "2026-10-25T01:00 120 0"]],
  ["Pacific/Apia", 2011, ["2011-04-02T14:00 -600 -660", "2011-09-24T14:00 -660 -600", "2011-12-30T10:00 -600 840"]],
  // Summer time was left and taken up again around Ramadan.
  ["Africa/Cairo", 2014, [
    "2014-05-15T22:00 120 180",
    "2014-06-26T21:00 180 120",
    "2014-07-31T22:00 120 180",
    "2014-09-25T21:00 180 120",
  ]],
  ["Africa/Casablanca", 2021, ["2021-04-11T02:00 60 0", "2021-05-16T02:00 0 60"]],
  // Half an hour to the east for good, and a day of the calendar twice.
  ["Asia/Pyongyang", 2018, ["2018-05-04T15:00 510 540"]],
  ["Pacific/Kwajalein", 1993, ["1993-08-21T12:00 -720 720"]],
];

for (const [zone, year, changes] of CHANGES) {
  Deno.test(`changes of ${zone} in ${year}`, () => assert.deepEqual(changesOf(zone, year), changes));
}

const local = (text: string) => Date.parse(`${text}Z`);

Deno.test("local times there and back, over a year of Berlin", () => {
  const zone = zones.zone("Europe/Berlin");
  const secondShowing = (time: number) => time >= Date.UTC(2026, 9, 25, 1) && time < Date.UTC(2026, 9, 25, 2);
  for (let time = Date.UTC(2026, 0, 1); time < Date.UTC(2027, 0, 1); time += 900_000) {
    const back = zone.instantOf(zone.localAt(time));
    assert.equal(back, secondShowing(time) ? time - 3_600_000 : time, new Date(time).toISOString());
  }
});

const RESOLVED: readonly (readonly [zone: string, local: string, instant: string])[] = [
  ["Europe/Berlin", "2026-07-01T12:00", "2026-07-01T10:00"],
  // Left out: the moment of the change.
  ["Europe/Berlin", "2026-03-29T02:00", "2026-03-29T01:00"],
  ["Europe/Berlin", "2026-03-29T02:59", "2026-03-29T01:00"],
  ["Europe/Berlin", "2026-03-29T03:00", "2026-03-29T01:00"],
  ["Europe/Berlin", "2026-03-29T03:01", "2026-03-29T01:01"],
  // Shown twice: the first time.
  ["Europe/Berlin", "2026-10-25T02:00", "2026-10-25T00:00"],
  ["Europe/Berlin", "2026-10-25T02:59", "2026-10-25T00:59"],
  ["Europe/Berlin", "2026-10-25T03:00", "2026-10-25T02:00"],
  ["Pacific/Apia", "2011-12-30T09:00", "2011-12-30T10:00"],
  ["Pacific/Apia", "2011-12-31T09:00", "2011-12-30T19:00"],
  ["Asia/Kathmandu", "2026-01-01T00:00", "2025-12-31T18:15"],
];

for (const [zone, shown, instant] of RESOLVED) {
  Deno.test(`${shown} in ${zone}`, () => {
    assert.equal(new Date(zones.zone(zone).instantOf(local(shown))).toISOString().slice(0, 16), instant);
  });
}

Deno.test("offsets with seconds, and times before 1970", () => {
  assert.equal(zones.zone("Africa/Monrovia").spanAt(Date.UTC(1970, 0, 1)).offset, -2_670_000);
  const { start } = zones.zone("Europe/Berlin").spanAt(Date.UTC(1893, 4, 1));
  assert.equal(new Date(start).toISOString(), "1893-03-31T23:06:32.000Z");
});

Deno.test("what is looked up far away and again gives the same", () => {
  const zone = createZones().zone("Europe/Berlin");
  const first = zone.spanAt(Date.UTC(2026, 5, 1));
  for (let year = 1900; year < 2100; year++) zone.spanAt(Date.UTC(year, 6, 1));
  assert.deepEqual(zone.spanAt(Date.UTC(2026, 5, 1)), first);
});

Deno.test("users of one zone share it", () => assert.equal(zones.zone("Asia/Tokyo"), zones.zone("Asia/Tokyo")));

Deno.test("an unknown zone is refused with the nearest name", () => {
  assert.throws(() => zones.zone("Europe/Berln"), (error) => {
    assert.ok(error instanceof AppdError);
    assert.equal(error.message, 'there is no time zone "Europe/Berln"');
    assert.equal(error.hint, 'did you mean "Europe/Berlin"?');
    return true;
  });
});
