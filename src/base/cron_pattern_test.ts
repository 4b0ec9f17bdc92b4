import assert from "node:assert/strict";
import { daysOf } from "./cron_days.ts";
import { CronError, parseCron } from "./cron_pattern.ts";

function valuesFrom(text: string) {
  const { seconds, minutes, hours } = parseCron(text);
  return [seconds, minutes, hours].map((values) => values.join()).join(" ");
}

const TIMES: readonly (readonly [text: string, seconds_minutes_hours: string])[] = [
  ["5 9 * * *", "0 5 9"],
  ["30 5 9 * * *", "30 5 9"],
  ["  5\t9  *  * * ", "0 5 9"],
  ["*/20 1-3 * * *", "0 0,20,40 1,2,3"],
  ["10-30/10 8,20 * * *", "0 10,20,30 8,20"],
  ["5,5,1-2 0 * * *", "0 1,2,5 0"],
  ["? 07 ? * ?", `0 ${Array.from({ length: 60 }, (_, minute) => minute)} 7`],
  ["@daily", "0 0 0"],
  ["@Midnight", "0 0 0"],
  [" @weekly ", "0 0 0"],
];

for (const [text, expected] of TIMES) {
  Deno.test(`times of "${text}"`, () => assert.equal(valuesFrom(text), expected));
}

/** Days of February 2024 (29 days, the 1st a Thursday) or, with a month given, of that one in 2024. */
function daysIn2024(text: string, month: number): string {
  const first = new Date(Date.UTC(2024, month - 1, 1)).getUTCDay();
  const days = daysOf(parseCron(text).days, { year: 2024, month: month - 1, first });
  return Array.from({ length: 31 }, (_, day) => day + 1).filter((day) => (days & (1 << (day - 1))) !== 0).join();
}

const DAYS: readonly (readonly [text: string, month: number, days: string])[] = [
  ["0 0 1,15 * *", 2, "1,15"],
  ["0 0 29-31 * *", 2, "29"],
  ["0 0 L * *", 2, "29"],
  ["0 0 L * *", 4, "30"],
  ["0 0 15,L * *", 4, "15,30"],
  ["0 0 LW * *", 6, "28"],
  ["0 0 LW * *", 3, "29"],
  ["0 0 15W * *", 6, "14"],
  ["0 0 16W * *", 6, "17"],
  ["0 0 1W * *", 6, "3"],
  ["0 0 30W * *", 6, "28"],
  ["0 0 31W * *", 6, ""],
  ["0 0 * * mon#2", 2, "12"],
  ["0 0 * * 4#5", 2, "29"],
  ["0 0 * * fri#5", 2, ""],
  ["0 0 * * friL", 2, "23"],
  ["0 0 * * 5L", 3, "29"],
  ["0 0 * * mon#1,mon#L", 2, "5,26"],
  ["0 0 * * 7", 2, "4,11,18,25"],
  ["0 0 * * 0", 2, "4,11,18,25"],
  ["0 0 * * sat-sun", 2, "3,4,10,11,17,18,24,25"],
  ["0 0 * * sun-sun", 2, "4,11,18,25"],
  ["0 0 * * fri-sun", 2, "2,3,4,9,10,11,16,17,18,23,24,25"],
  ["0 0 1 jan-feb *", 2, "1"],
  ["0 0 1 JAN,mar *", 2, ""],
  ["@monthly", 2, "1"],
  ["@yearly", 2, ""],
  ["@annually", 1, "1"],
  // Both days given: one of them is enough, unless one of them has a star in it (crontab(5)) or a + asks for both.
  ["0 0 13 * fri", 2, "2,9,13,16,23"],
  ["0 0 13 * +fri", 9, "13"],
  ["0 0 13 * +fri", 2, ""],
  ["0 0 */2 * mon", 2, "5,19"],
  ["0 0 1-7 * */7", 2, "4"],
  ["0 0 ? * mon", 2, "5,12,19,26"],
];

for (const [text, month, expected] of DAYS) {
  Deno.test(`days of "${text}" in month ${month}`, () => assert.equal(daysIn2024(text, month), expected));
}

Deno.test("a fixed time has no wildcard and no step in its seconds, minutes and hours", () => {
  const fixed = ["30 2 * * *", "0,30 1-5 * * */2", "@daily", "5 5 5 * * *"];
  const repeated = ["*/15 * * * *", "0 * * * *", "* 2 * * *", "0 0-23/2 * * *", "* 0 2 * * *", "? 2 * * *", "@hourly"];
  assert.deepEqual(fixed.map((text) => parseCron(text).fixed), fixed.map(() => true));
  assert.deepEqual(repeated.map((text) => parseCron(text).fixed), repeated.map(() => false));
});

Deno.test("an expression that is far too long is refused without a look at what it says", () => {
  assert.throws(
    () => parseCron(`${"1,".repeat(500)}x * * * *`),
    /^CronError: has 1009 characters, expected at most 1000$/,
  );
});

type Wrong = readonly [text: string, field: string | undefined, value: string, why: RegExp];

const ERRORS: readonly Wrong[] = [
  ["", undefined, "", /^is empty, expected 5 \(minute, hour/],
  ["* * * *", undefined, "* * * *", /^has 4 fields, expected 5 /],
  ["noon", undefined, "noon", /^has 1 field, /],
  ["1 2 3 4 5 6 7", undefined, "1 2 3 4 5 6 7", /^has 7 fields/],
  ["@reboot", undefined, "@reboot", /^is @reboot, which is no time$/],
  ["@every 5m", undefined, "@every 5m", /^is @every, which is no time$/],
  ["@dayly", undefined, "@dayly", /^has "@dayly", which is no nickname$/],
  ["60 * * * *", "minute", "60", /^a minute is 0 to 59$/],
  ["60 * * * * *", "second", "60", /^a second is 0 to 59$/],
  ["0,15,75 * * * *", "minute", "75", /^a minute is 0 to 59$/],
  ["0 24 * * *", "hour", "24", /^an hour is 0 to 23$/],
  ["0 0 32 * *", "day of month", "32", /^a day of month is 1 to 31$/],
  ["0 0 0 * *", "day of month", "0", /^a day of month is 1 to 31$/],
  ["0 0 * 13 *", "month", "13", /^a month is 1 to 12$/],
  ["0 0 * * 8", "day of week", "8", /^a day of week is 0 to 7$/],
  ["0 22-6 * * *", "hour", "22-6", /^the range runs backwards \(write 22-23,0-6\)$/],
  ["0 9 * * fri-mon", "day of week", "fri-mon", /^the range runs backwards \(write fri,sat,sun,mon\)$/],
  ["0 9 * * 5-1", "day of week", "5-1", /^the range runs backwards \(write 5,6,0,1\)$/],
  ["0 9 * nov-feb *", "month", "nov-feb", /^the range runs backwards \(write nov-dec,jan-feb\)$/],
  ["0 9 * dec-jan *", "month", "dec-jan", /^the range runs backwards \(write dec,jan\)$/],
  ["0 9 * * fri-sun/9", "day of week", "fri-sun/9", /^a step of this field is at most 7$/],
  ["*/0 * * * *", "minute", "*/0", /^a step is 1 or more$/],
  ["*/61 * * * *", "minute", "*/61", /^a step of this field is at most 60$/],
  ["*/x * * * *", "minute", "*/x", /^a step is a whole number$/],
  ["5/15 * * * *", "minute", "5/15", /\(write 5-59\/15 or \*\/15\)$/],
  ["/5 * * * *", "minute", "/5", /^a step needs a range before it/],
  ["1,,2 * * * *", "minute", "", /^a comma with nothing beside it$/],
  ["-5 * * * *", "minute", "-5", /^a range has two ends/],
  ["5- * * * *", "minute", "5-", /^a range has two ends/],
  ["1.5 * * * *", "minute", "1.5", /^expected a number, a range, a list or a step$/],
  ["jan * * * *", "minute", "jan", /^a minute has no names$/],
  ["0 0 * janury *", "month", "janury", /^no such name \(write jan or 1\)$/],
  ["0 0 * * monday", "day of week", "monday", /^no such name \(write mon or 1\)$/],
  ["0 0 * * L", "day of week", "L", /^L is the last one of a day, such as friL or 5L$/],
  ["0 0 * * mon#6", "day of week", "mon#6", /comes 1 to 5 times in a month/],
  ["0 0 5#2 * *", "day of month", "5#2", /^only a day of the week/],
  ["0 0 L-3 * *", "day of month", "L-3", /^the last day is L/],
  ["0 0 LW,15 * *", "day of month", "LW,15", /^the last day is L/],
  ["0 0 30 2 *", "day of month", "30", /^day 30 never comes in month 2$/],
  ["0 0 30,31 feb *", "day of month", "30,31", /^day 30 never comes in month 2$/],
  ["0 0 31 4,6 *", "day of month", "31", /^day 31 never comes in month 4 or 6$/],
  ["0 0 31W 2 *", "day of month", "31W", /^day 31 never comes in month 2$/],
  ["0 0 */31 * mon#2", "day of month", "*/31", /^it never falls on day of week "mon#2"$/],
];

function errorOf(text: string): CronError {
  try {
    parseCron(text);
  } catch (error) {
    if (error instanceof CronError) return error;
    throw error;
  }
  throw new Error(`${text} was read`);
}

for (const [text, field, value, why] of ERRORS) {
  Deno.test(`no cron expression: "${text}"`, () => {
    const error = errorOf(text);
    assert.deepEqual([error.field, error.value], [field, value]);
    assert.match(error.why, why);
    assert.ok(error.hint, "there is a hint");
  });
}

Deno.test("the message names the field, the hint shows what is right", () => {
  const error = errorOf("60 * * * *");
  assert.equal(error.message, 'has "60" as its minute: a minute is 0 to 59');
  assert.equal(error.hint, 'such as "*/15 * * * *"');
  assert.equal(errorOf("@reboot").hint, 'write on = "start"');
  assert.equal(errorOf("@every 1h").hint, 'write every = "5m"');
  assert.equal(errorOf("@dayly").hint, "did you mean @daily?");
});

Deno.test("what comes seldom is not impossible", () => {
  for (const text of ["0 0 29 2 *", "0 0 * 2 mon#5", "0 0 31 2 fri", "0 0 29 2 +mon", "0 0 31 */11 *"]) parseCron(text);
});

Deno.test("no text at all makes anything else than a pattern or a CronError", () => {
  const letters = "0123456789*/,-?LW#@+ a.jn";
  let seed = 7;
  const random = (limit: number) => (seed = Math.imul(seed, 48271) >>> 0 & 0x7fffffff) % limit;
  let read = 0;
  for (let round = 0; round < 5000; round++) {
    const field = () => Array.from({ length: 1 + random(3) }, () => letters[random(letters.length)]).join("");
    const text = Array.from({ length: 5 + random(2) }, () => random(3) === 0 ? field() : "*").join(" ");
    try {
      const pattern = parseCron(text);
      assert.ok(pattern.seconds.length * pattern.minutes.length * pattern.hours.length > 0, text);
      read++;
    } catch (error) {
      if (!(error instanceof CronError)) throw error;
    }
  }
  assert.ok(read > 300, `${read} of 5000 were expressions`);
});
