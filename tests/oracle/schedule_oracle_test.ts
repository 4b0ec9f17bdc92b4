// deno-lint-ignore-file no-console -- says how much was compared
/**
 * The schedule against a brute force that shares nothing with it: every quarter of an hour of a year, in each zone, what
 * the clocks show and what that means for each expression. See plain_cron.ts and wall_clock.ts.
 */
import assert from "node:assert/strict";
import { Cron } from "croner";
import { parseCron } from "../../src/base/cron_pattern.ts";
import { cronSchedule } from "../../src/schedule/cron.ts";
import { createZones, type Zones } from "../../src/schedule/zone.ts";
import { expressions } from "./expressions.ts";
import { type PlainCron, plainCron } from "./plain_cron.ts";
import { type WallYear, wallYear } from "./wall_clock.ts";

const QUARTER = 900_000;
const QUARTERS_A_DAY = 96;

/** Beyond so many instants of a year only those around changes are compared one by one; all are counted. */
const MOST_COMPARED = 4000;

/** Zones with summer time and without, changes of half an hour and of two, at midnight, for Ramadan, odd offsets. */
const ZONES = `Europe/Berlin Europe/London Europe/Lisbon Europe/Moscow Europe/Dublin Europe/Athens Europe/Chisinau
  America/New_York America/Los_Angeles America/Chicago America/Denver America/Phoenix America/Halifax America/St_Johns
  America/Havana America/Santiago America/Asuncion America/Sao_Paulo America/Caracas America/Nuuk America/Scoresbysund
  America/Miquelon America/Adak Atlantic/Azores Atlantic/Reykjavik Africa/Cairo Africa/Casablanca Africa/El_Aaiun
  Africa/Lagos Africa/Nairobi Asia/Kolkata Asia/Kathmandu Asia/Tokyo Asia/Shanghai Asia/Tehran Asia/Beirut Asia/Jerusalem
  Asia/Gaza Asia/Amman Asia/Yangon Australia/Sydney Australia/Adelaide Australia/Lord_Howe Australia/Eucla
  Pacific/Auckland Pacific/Chatham Pacific/Apia Pacific/Kiritimati Antarctica/Troll UTC`.split(/\s+/);

/** Years in which something rare happened. */
const RARE: readonly (readonly [zone: string, year: number])[] = [
  ["Pacific/Apia", 2011],
  ["Pacific/Fakaofo", 2011],
  ["Africa/Cairo", 2014],
  ["Africa/Casablanca", 2012],
  ["Europe/Moscow", 2014],
  ["Europe/Istanbul", 2016],
  ["Asia/Pyongyang", 2018],
  ["America/Caracas", 2016],
  ["Asia/Gaza", 2020],
  ["America/Sao_Paulo", 2017],
  ["Asia/Manila", 1990],
  ["Africa/Juba", 2021],
];

/** For each quarter that a clock may show, a bit for each of its minutes at which the expression comes. */
interface Marks {
  readonly first: number;
  readonly bits: Uint16Array;
}

function marksOf(cron: PlainCron, year: number): Marks {
  const first = Date.UTC(year - 1, 11, 29) / QUARTER;
  const daily = new Uint16Array(QUARTERS_A_DAY);
  for (let minute = 0; minute < 1440; minute++) {
    if (cron.comesAt(Math.floor(minute / 60), minute % 60)) daily[Math.floor(minute / 15)]! |= 1 << (minute % 15);
  }
  const bits = new Uint16Array(370 * QUARTERS_A_DAY);
  for (let day = 0; day < bits.length; day += QUARTERS_A_DAY) {
    if (cron.comesOn(new Date((first + day) * QUARTER))) bits.set(daily, day);
  }
  return { first, bits };
}

/** Room for the instants of a year: three in each minute. */
const ROOM = new Float64Array(366 * 1440 * 3);

/** The instants of the year, straight from the rules of cron(8). They are in {@link ROOM} until the next call. */
function bruteForce(cron: PlainCron, marks: Marks, wall: WallYear): Float64Array {
  let size = 0;
  const add = (instant: number) => {
    if (size === 0 || ROOM[size - 1] !== instant) ROOM[size++] = instant;
  };
  const seen = new Uint8Array(marks.bits.length);
  let latest = (wall.shown[0] ?? 0) - marks.first - 1;
  for (let at = 0; at < wall.shown.length; at++) {
    const shown = (wall.shown[at] ?? 0) - marks.first;
    const start = (wall.first + at) * QUARTER;
    if (!cron.repeats) {
      let leftOut = false;
      for (let gap = latest + 1; gap < shown; gap++) {
        leftOut ||= marks.bits[gap] !== 0;
        seen[gap] = 1;
      }
      if (leftOut) add(start);
      latest = Math.max(latest, shown);
      if (seen[shown] === 1) continue;
      seen[shown] = 1;
    }
    const bits = marks.bits[shown] ?? 0;
    for (let minute = 0; bits >> minute !== 0; minute++) {
      if ((bits & (1 << minute)) === 0) continue;
      for (const second of cron.seconds) add(start + minute * 60_000 + second * 1000);
    }
  }
  return ROOM.subarray(0, size);
}

interface Counts {
  pairs: number;
  instants: number;
  compared: number;
}

interface Case {
  readonly cron: PlainCron;
  readonly marks: Marks;
  readonly wall: WallYear;
  readonly zones: Zones;
}

function compare({ cron, marks, wall, zones }: Case, counts: Counts): void {
  const schedule = cronSchedule(parseCron(cron.text), zones.zone(wall.zone));
  const expected = bruteForce(cron, marks, wall);
  const where = `${cron.text} in ${wall.zone}`;
  // A change right at the beginning of the year would need what came before it.
  const start = (wall.first + QUARTERS_A_DAY) * QUARTER;
  const end = (wall.first + wall.shown.length) * QUARTER - 1;
  const before = expected.findLastIndex((instant) => instant <= start);
  const inYear = expected.subarray(before + 1);
  assert.equal(schedule.count(start, end), inYear.length, `count of ${where}`);
  counts.pairs++;
  counts.instants += inYear.length;
  const spans = inYear.length <= MOST_COMPARED
    ? [[start, end] as const]
    : [wall.first + 5000, ...wall.changes].map((quarter) =>
      [(quarter - 12) * QUARTER, (quarter + 12) * QUARTER] as const
    );
  for (const [from, until] of spans) {
    let index = inYear.findIndex((instant) => instant > from);
    let at = schedule.next(from);
    for (; at !== undefined && at <= until; at = schedule.next(at), index++) {
      if (at !== inYear[index]) {
        assert.equal(new Date(at).toISOString(), new Date(inYear[index] ?? NaN).toISOString(), where);
      }
      counts.compared++;
    }
    assert.ok(index < 0 || index >= inYear.length || (inYear[index] ?? 0) > until, `${where} goes on`);
  }
}

function compareYear(year: number, names: readonly string[], crons: readonly PlainCron[]): Counts {
  const counts: Counts = { pairs: 0, instants: 0, compared: 0 };
  const zones = createZones();
  const walls = names.map((name) => wallYear(name, year));
  for (const cron of crons) {
    const marks = marksOf(cron, year);
    for (const wall of walls) compare({ cron, marks, wall, zones }, counts);
  }
  return counts;
}

function say(what: string, counts: Counts, start: number): void {
  const took = ((performance.now() - start) / 1000).toFixed(1);
  console.log(
    `${what}: ${counts.pairs} schedules, ${counts.instants} instants counted, ${counts.compared} compared, ${took} s`,
  );
}

Deno.test("one year, 50 zones, 200 expressions: the same as a brute force", () => {
  const start = performance.now();
  const crons = expressions(200).map(plainCron);
  assert.deepEqual([new Set(ZONES).size, new Set(crons.map(({ text }) => text)).size], [50, 200]);
  const counts = compareYear(2026, ZONES, crons);
  say("one year", counts, start);
  assert.equal(counts.pairs, 10_000);
  assert.ok(counts.compared > 1_000_000);
});

Deno.test("rare years: a day left out, summer time left for Ramadan, offsets changed for good", () => {
  const start = performance.now();
  const counts: Counts = { pairs: 0, instants: 0, compared: 0 };
  const crons = expressions(40).map(plainCron);
  for (const [zone, year] of RARE) {
    const one = compareYear(year, [zone], crons);
    counts.pairs += one.pairs;
    counts.instants += one.instants;
    counts.compared += one.compared;
  }
  say("rare years", counts, start);
});

/** Both have a star in one of the day fields as part of a step: there croner takes either day, crontab(5) both. */
function isDisputed(text: string): boolean {
  const [weekday = "", , date = ""] = text.split(" ").reverse();
  return (date.startsWith("*/") && weekday !== "*") || (weekday.startsWith("*/") && date !== "*");
}

Deno.test("the same as croner, which has other code for all of it", () => {
  const start = performance.now();
  const zones = createZones();
  let compared = 0;
  for (const [index, text] of expressions(200).filter((text) => !isDisputed(text)).entries()) {
    const timezone = ZONES[index % ZONES.length] ?? "UTC";
    const theirs = new Cron(text, { timezone, fixedTimeRule: "no-wildcard" });
    const ours = cronSchedule(parseCron(text), zones.zone(timezone));
    for (const month of [0, 2, 3, 8, 9, 10]) {
      let at = Date.UTC(2026, month, 1);
      for (let round = 0; round < 8; round++, compared++) {
        const expected = theirs.nextRun(new Date(at));
        const next = ours.next(at);
        assert.equal(next, expected?.getTime(), `${text} in ${timezone} after ${new Date(at).toISOString()}`);
        at = next ?? at;
      }
    }
  }
  console.log(`croner: ${compared} instants compared, ${((performance.now() - start) / 1000).toFixed(1)} s`);
});
