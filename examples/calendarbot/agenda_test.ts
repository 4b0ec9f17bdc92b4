import assert from "node:assert/strict";
import { agendaOf } from "./agenda.ts";
import type { Entry } from "./copy_store.ts";
import { daysBetween, daysFrom, parseDay, startOf } from "./days.ts";

const ZONE = "Europe/Berlin";

function entry(title: string, starts: string, ends: string, allDay = false): Entry {
  const texts = { uid: "", location: null, description: null, url: null, status: null };
  return { ...texts, title, allDay, starts: Date.parse(starts), ends: Date.parse(ends) };
}

function shown(...entries: Entry[]): string[] {
  const days = daysFrom("2026-11-20", 3);
  return agendaOf(entries, { days, zone: ZONE }).flatMap(({ day, entries }) =>
    entries.map(({ entry, when }) => `${day.slice(8)} ${when} ${entry.title}`)
  );
}

Deno.test("an entry stands under every day that it touches", () => {
  const night = entry("shift", "2026-11-20T21:00Z", "2026-11-21T05:00Z");
  assert.deepEqual(shown(night), ["20 from 22:00 shift", "21 until 06:00 shift"]);
  const long = entry("trip", "2026-11-18T09:00Z", "2026-11-22T09:30Z");
  assert.deepEqual(shown(long), ["20 all day trip", "21 all day trip", "22 until 10:30 trip"]);
});

Deno.test("the end of a day is no part of the next one, and whole days come first", () => {
  const late = entry("party", "2026-11-20T18:00Z", "2026-11-20T23:00Z");
  const day = entry("holiday", "2026-11-19T23:00Z", "2026-11-20T23:00Z", true);
  const moment = entry("launch", "2026-11-20T19:00Z", "2026-11-20T19:00Z");
  assert.deepEqual(shown(late, moment, day), ["20 all day holiday", "20 19:00–00:00 party", "20 20:00 launch"]);
});

Deno.test("days are those of the zone, however long they are", () => {
  assert.equal(startOf("2026-10-26", ZONE) - startOf("2026-10-25", ZONE), 25 * 3_600_000);
  assert.equal(daysBetween("2026-02-27", "2026-03-02"), 3);
  assert.equal(parseDay("2026-02-29"), undefined);
  assert.equal(parseDay("2026-2-9"), undefined);
  assert.equal(parseDay("2028-02-29"), "2028-02-29");
});
