import { nearest } from "./nearest.ts";

/** Fields of a cron expression, in the order in which they are written. */
export const CRON_FIELDS = ["second", "minute", "hour", "day of month", "month", "day of week"] as const;
export type CronField = typeof CRON_FIELDS[number];

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** What a field takes. */
interface Limits {
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
  /** A whole expression that shows the field. */
  readonly example: string;
}

const LIMITS: Readonly<Record<CronField, Limits>> = {
  second: { min: 0, max: 59, names: [], example: "*/10 * * * * *" },
  minute: { min: 0, max: 59, names: [], example: "*/15 * * * *" },
  hour: { min: 0, max: 23, names: [], example: "0 9-17 * * *" },
  "day of month": { min: 1, max: 31, names: [], example: "0 9 1,15 * *" },
  month: { min: 1, max: 12, names: MONTHS, example: "0 9 1 jan,jul *" },
  "day of week": { min: 0, max: 7, names: DAYS, example: "0 9 * * mon-fri" },
};

/** A cron expression that is none, or one that never comes. */
export class CronError extends Error {
  override readonly name = "CronError";
  /** Undefined when it is about the whole expression. */
  readonly field: CronField | undefined;
  /** The wrong part as it was written. */
  readonly value: string;
  readonly why: string;
  /** What to write instead; no final period. */
  readonly hint: string | undefined;

  /** The message continues the name of a setting: `has "60" as its minute: a minute is 0 to 59`. */
  constructor(at: { field?: CronField; value: string }, why: string, hint?: string) {
    super(at.field === undefined ? why : `has "${at.value}" as its ${at.field}: ${why}`);
    this.field = at.field;
    this.value = at.value;
    this.why = why;
    this.hint = hint ?? (at.field && `such as "${LIMITS[at.field].example}"`);
  }
}

/**
 * The error for one element of a field's list that was refused.
 *
 * @param element as written, without commas
 */
export function elementError(field: CronField, element: string): CronError {
  return new CronError({ field, value: element }, whyOf(field, element));
}

function whyOf(field: CronField, element: string): string {
  if (element === "") return "a comma with nothing beside it";
  const [range = "", step, ...more] = element.split("/");
  return modifierTrouble(field, element) ?? nameTrouble(field, range) ?? rangeTrouble(field, range) ??
    (step === undefined ? undefined : stepTrouble(field, { range, step })) ??
    `expected ${more.length > 0 ? "one step" : "a number, a range, a list or a step"}`;
}

/** L, W and # belong to the days only. */
function modifierTrouble(field: CronField, element: string): string | undefined {
  const isDate = field === "day of month";
  const isWeekday = field === "day of week";
  if (element.includes("#")) {
    if (!isWeekday) return "only a day of the week has a number of its own in a month (#)";
    return /#[1-5]$/.test(element)
      ? undefined
      : "a day of the week comes 1 to 5 times in a month, such as mon#2, or mon#L";
  }
  if (isDate && /[lw]/i.test(element)) {
    return "the last day is L, the last weekday LW, and the weekday next to the 15th 15W";
  }
  if (isWeekday && /^l$/i.test(element)) return "L is the last one of a day, such as friL or 5L";
  return undefined;
}

function nameTrouble(field: CronField, range: string): string | undefined {
  const { names } = LIMITS[field];
  for (const word of range.match(/[a-z]+/gi) ?? []) {
    if (names.includes(word.toLowerCase()) || word.toUpperCase() === "L") continue;
    const near = names.find((name) => word.toLowerCase().startsWith(name)) ?? nearest(word, names);
    if (names.length === 0) return `${field === "hour" ? "an" : "a"} ${field} has no names`;
    return near === undefined
      ? `its names are ${names[0]} to ${names.at(-1)}`
      : `no such name (write ${near} or ${valueOf(field, near)})`;
  }
  return undefined;
}

function valueOf(field: CronField, text: string): number {
  const name = LIMITS[field].names.indexOf(text.toLowerCase());
  if (name >= 0) return name + LIMITS[field].min;
  return /^\d+$/.test(text) ? Number(text) : NaN;
}

function rangeTrouble(field: CronField, range: string): string | undefined {
  const { min, max } = LIMITS[field];
  const ends = range.replace(/[#wl].*$/i, "").split("-");
  if (range === "*" || range === "") return range === "" ? `a step needs a range before it, such as */5` : undefined;
  if (ends.includes("")) return "a range has two ends, such as 1-5";
  const values = ends.map((end) => valueOf(field, end));
  if (values.some((value) => value < min || value > max)) {
    return `${field === "hour" ? "an" : "a"} ${field} is ${min} to ${max}`;
  }
  const [from = 0, end = from] = values;
  const to = field === "day of week" && end === 0 && ends.length === 2 ? 7 : end; // A range may end with the Sunday.
  return from > to ? `the range runs backwards (write ${forwards(field, ends)})` : undefined;
}

/** The same days as `fri-mon` in order: `fri,sat,sun,mon`; of other fields two ranges. */
function forwards(field: CronField, ends: readonly string[]): string {
  const { min, max, names } = LIMITS[field];
  const [from = 0, to = 0] = ends.map((end) => valueOf(field, end));
  const named = ends.every((end) => names.includes(end.toLowerCase()));
  const word = (value: number) => named ? names[value - min] ?? `${value}` : `${value}`;
  if (field === "day of week") {
    return Array.from({ length: (to - from + 7) % 7 + 1 }, (_, index) => word((from + index) % 7)).join(",");
  }
  const range = (first: number, last: number) => first === last ? word(first) : `${word(first)}-${word(last)}`;
  return `${range(from, max)},${range(min, to)}`;
}

function stepTrouble(field: CronField, { range, step }: { range: string; step: string }): string | undefined {
  const { max, min } = LIMITS[field];
  if (!/^\d+$/.test(step)) return "a step is a whole number";
  if (Number(step) === 0) return "a step is 1 or more";
  if (/^\w+$/.test(range)) return `a step needs a range before it (write ${range}-${max}/${step} or */${step})`;
  const most = field === "day of week" ? 7 : max - min + 1;
  return Number(step) > most ? `a step of this field is at most ${most}` : undefined;
}
