import assert from "node:assert/strict";
import { daysText, parseDays, parseTimeOfDay, timeOfDayText } from "./work_hours.ts";

const DAYS: readonly (readonly [texts: readonly string[], days: readonly number[]])[] = [
  [["mon-fri"], [1, 2, 3, 4, 5]],
  [["sat,sun"], [0, 6]],
  [["sat", "sun", "sat"], [0, 6]],
  [["fri-mon"], [0, 1, 5, 6]],
  [["Monday - Wednesday", "SATURDAY"], [1, 2, 3, 6]],
  [["sun-sat"], [0, 1, 2, 3, 4, 5, 6]],
  [["*"], [0, 1, 2, 3, 4, 5, 6]],
  [["tue-tue"], [2]],
  [["thurs"], [4]],
];

for (const [texts, days] of DAYS) {
  Deno.test(`days of ${texts.join(" + ")}`, () => assert.deepEqual(parseDays(texts), days));
}

const BAD_DAYS: readonly (readonly [texts: readonly string[], error: RegExp])[] = [
  [[], /^has no days/],
  [[""], /^has an empty day/],
  [["mon,,fri"], /^has an empty day/],
  [["mondy"], /^has "mondy", which is no day \(did you mean monday\?\)$/],
  [["mon-fry"], /^has "fry", which is no day \(did you mean fri\?\)$/],
  [["mon-wed-fri"], /^has "mon-wed-fri", expected days such as/],
  [["mo"], /^has "mo", which is no day/],
  [["1-5"], /^has "1", which is no day/],
];

for (const [texts, error] of BAD_DAYS) {
  Deno.test(`no days: ${JSON.stringify(texts)}`, () => {
    const read = parseDays(texts);
    assert.match(typeof read === "string" ? read : `read as ${read}`, error);
  });
}

Deno.test("times of day", () => {
  const read = ["0", "9", "09:00", "9:30", "23:59", "24", "24:00", " 7:05 "].map(parseTimeOfDay);
  assert.deepEqual(read, [0, 540, 540, 570, 1439, 1440, 1440, 425]);
});

Deno.test("what is no time of day", () => {
  for (const text of ["", "9:60", "24:01", "25", "-1", "9:5", "9.30", "9 am", "009:00", "9:00:00"]) {
    assert.match(String(parseTimeOfDay(text)), /^is "/, text);
  }
});

Deno.test("days and times for people", () => {
  const texts = [[1, 2, 3, 4, 5], [0, 6], [5, 6, 0, 1], [1, 3, 5], [0], [6, 5, 4, 3, 2, 1, 0], [0, 1, 2, 4]].map(
    daysText,
  );
  assert.deepEqual(texts, ["mon-fri", "sat, sun", "fri-mon", "mon, wed, fri", "sun", "every day", "thu, sun-tue"]);
  assert.deepEqual([0, 540, 1080, 1439, 1440].map(timeOfDayText), ["0:00", "9:00", "18:00", "23:59", "24:00"]);
});
