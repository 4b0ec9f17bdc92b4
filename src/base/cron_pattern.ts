import { CronPattern as Grammar } from "croner";
import { type CronDays, daysOf, lengthOf } from "./cron_days.ts";
import { CRON_FIELDS, CronError, type CronField, elementError } from "./cron_error.ts";
import { nearest } from "./nearest.ts";

export { CronError, type CronField } from "./cron_error.ts";

/** What a cron expression says, see crontab(5). Values are in order, each once. */
export interface CronPattern {
  /** As it was written. */
  readonly text: string;
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: CronDays;
  /**
   * Whether it names times of day, rather than repeating through the day by a wildcard or a step in its seconds, minutes
   * or hours. A fixed time comes exactly once when the clock is put forward or back, see cron(8).
   */
  readonly fixed: boolean;
}

const NICKNAMES: Readonly<Record<string, string>> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};

/**
 * Reads a cron expression: five fields, or six with the seconds first; lists, ranges, steps, names, `L`, `W`, `#`, `?`
 * and nicknames such as `@daily`. When the day of month and the day of week are both restricted, one of them is enough;
 * a field with a `*` in it is not restricted (crontab(5)).
 *
 * @throws CronError when it is none, or when it never comes
 */
export function parseCron(text: string): CronPattern {
  const fields = fieldsOf(text);
  const grammar = read(fields);
  const pattern: CronPattern = {
    text,
    seconds: valuesOf(grammar.second),
    minutes: valuesOf(grammar.minute),
    hours: valuesOf(grammar.hour),
    days: daysFrom(grammar, fields),
    fixed: grammar.isFixedTime,
  };
  if (!everComes(pattern.days)) throw neverComes(pattern, fields);
  return pattern;
}

/** croner reads `sun-sun` as the whole week, because it takes a Sunday at the end of a range for day 7. */
function oneSunday(field: string): string {
  return field.replace(/\b(sun|0)-sun\b/gi, "0");
}

/** Every minute of an hour by name is 169 characters. What is longer is no expression, and looked through for long. */
const LONGEST = 1000;

/** The six fields, seconds first. */
function fieldsOf(text: string): readonly string[] {
  const written = text.trim();
  if (written.length > LONGEST) {
    const why = `has ${written.length} characters, expected at most ${LONGEST}`;
    throw new CronError({ value: written }, why, "a range or a step stands for many values, such as 0-30 or */5");
  }
  const known = written.startsWith("@") ? NICKNAMES[written.toLowerCase()] : written;
  if (known === undefined) throw nicknameError(written);
  const fields = known.split(/\s+/);
  const six = fields.length === 5 ? ["0", ...fields] : fields;
  if (six.length === 6) return six.with(5, oneSunday(six[5] ?? ""));
  const count = written === "" ? "is empty" : `has ${fields.length} ${fields.length === 1 ? "field" : "fields"}`;
  const why = `${count}, expected 5 (minute, hour, day of month, month, day of week) or 6 (seconds first)`;
  throw new CronError(
    { value: text },
    why,
    `such as "0 9 * * mon-fri"${fields.length === 7 ? "; years have none" : ""}`,
  );
}

function nicknameError(written: string): CronError {
  const [name = ""] = written.toLowerCase().split(/\s/);
  if (name === "@reboot") {
    return new CronError({ value: written }, "is @reboot, which is no time", 'write on = "start"');
  }
  if (name === "@every") return new CronError({ value: written }, "is @every, which is no time", 'write every = "5m"');
  const near = nearest(name, Object.keys(NICKNAMES));
  const hint = near === undefined ? `there is ${Object.keys(NICKNAMES).join(", ")}` : `did you mean ${near}?`;
  return new CronError({ value: written }, `has "${written}", which is no nickname`, hint);
}

function read(fields: readonly string[]): Grammar {
  const grammar = accepted(fields);
  if (grammar !== undefined) return grammar;
  for (const [index, field] of CRON_FIELDS.entries()) {
    const text = fields[index] ?? "";
    const wrong = text.split(",").find((element) => !isAccepted(index, element));
    if (wrong !== undefined) throw elementError(field, wrong);
    if (!isAccepted(index, text)) throw elementError(field, text);
  }
  throw new CronError({ value: fields.join(" ") }, `is "${fields.join(" ")}", which is no cron expression`);
}

/** What the library makes of it; undefined when it refuses. */
function accepted(fields: readonly string[]): Grammar | undefined {
  try {
    return new Grammar(fields.join(" "), undefined, { mode: "6-part", fixedTimeRule: "no-wildcard" });
  } catch (error) {
    // It throws TypeError, RangeError and Error for what it cannot read, and has no class of its own.
    if (error instanceof Error) return undefined;
    throw error;
  }
}

/** Whether `text` is right as the field at `index`, beside fields that are. */
function isAccepted(index: number, text: string): boolean {
  return text !== "" && accepted(["0", "0", "0", "1", "1", "0"].with(index, text)) !== undefined;
}

function valuesOf(marks: readonly number[]): number[] {
  return marks.flatMap((mark, value) => mark ? [value] : []);
}

function bitsOf(marks: readonly number[]): number {
  return marks.reduce((bits, mark, index) => mark ? bits | (1 << index) : bits, 0);
}

function marksOf(bits: number, length: number): number[] {
  return Array.from({ length }, (_, index) => bits & (1 << index));
}

function daysFrom(grammar: Grammar, fields: readonly string[]): CronDays {
  const isOpen = (field: string) => /[*?]/.test(field);
  return {
    months: bitsOf(grammar.month),
    dates: bitsOf(grammar.day),
    lastDate: grammar.lastDayOfMonth,
    lastWorkday: grammar.lastWeekday,
    nearest: valuesOf(grammar.nearestWeekdays).map((index) => index + 1),
    weekdays: grammar.dayOfWeek.slice(0, 7),
    both: grammar.useAndLogic || isOpen(fields[3] ?? "") || isOpen(fields[5] ?? ""),
  };
}

/** The calendar repeats after 400 years; nearly every expression comes within the first weeks of them. */
function everComes(days: CronDays): boolean {
  for (let year = 2000, first = 6; year < 2400; year++) {
    for (let month = 0; month < 12; month++) {
      if (daysOf(days, { year, month, first }) !== 0) return true;
      first = (first + lengthOf({ year, month })) % 7;
    }
  }
  return false;
}

function neverComes(pattern: CronPattern, fields: readonly string[]): CronError {
  const [, , , dates = "", , weekdays = ""] = fields;
  const field: CronField = "day of month";
  const months = valuesOf(marksOf(pattern.days.months, 12));
  const given = valuesOf(marksOf(pattern.days.dates, 31)).map((index) => index + 1);
  const day = Math.min(...given, ...pattern.days.nearest);
  if (months.every((month) => day > lengthOf({ year: 2000, month }))) {
    const names = months.map((month) => month + 1).join(" or ");
    return new CronError({ field, value: dates }, `day ${day} never comes in month ${names}`, 'the last day is "L"');
  }
  return new CronError({ field, value: dates }, `it never falls on day of week "${weekdays}"`);
}
