/**
 * Cron expressions read once more, for the oracle: plainly, slowly and without anything of src/. It reads right
 * expressions only.
 */

/** What the oracle knows of an expression. */
export interface PlainCron {
  readonly text: string;
  readonly seconds: readonly number[];
  /** A wildcard or a step in the seconds, minutes or hours. */
  readonly repeats: boolean;
  /** Whether it comes at this time of this day. */
  comesAt(hour: number, minute: number): boolean;
  comesOn(day: Date): boolean;
}

const NICKNAMES: Readonly<Record<string, string>> = {
  "@yearly": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@hourly": "0 * * * *",
};
const MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
const DAYS = "sun mon tue wed thu fri sat".split(" ");

export function plainCron(text: string): PlainCron {
  const fields = (NICKNAMES[text] ?? text).toLowerCase().split(" ");
  if (fields.length === 5) fields.unshift("0");
  const [second = "", minute = "", hour = "", date = "", month = "", weekday = ""] = fields;
  const minutes = numbers(minute, [0, 59]);
  const hours = numbers(hour, [0, 23]);
  const months = numbers(month, [1, 12], MONTHS);
  const isOpen = date.includes("*") || weekday.includes("*");

  function comesOn(day: Date): boolean {
    if (!months.includes(day.getUTCMonth() + 1)) return false;
    const byDate = date.split(",").some((part) => isDate(part, day));
    const byWeekday = weekday.split(",").some((part) => isWeekday(part, day));
    return isOpen ? byDate && byWeekday : byDate || byWeekday;
  }

  return {
    text,
    seconds: numbers(second, [0, 59]),
    repeats: /[*\/]/.test(second + minute + hour),
    comesAt: (h, m) => hours.includes(h) && minutes.includes(m),
    comesOn,
  };
}

function numbers(field: string, [min, max]: readonly [number, number], names: readonly string[] = []): number[] {
  const value = (text: string) => names.includes(text) ? names.indexOf(text) + min : Number(text);
  const found: number[] = [];
  for (let candidate = min; candidate <= max; candidate++) {
    const isIn = field.split(",").some((part) => {
      const [range = "", step = "1"] = part.split("/");
      const [from = "", to = from] = range === "*" ? [String(min), String(max)] : range.split("-");
      return candidate >= value(from) && candidate <= value(to) && (candidate - value(from)) % Number(step) === 0;
    });
    if (isIn) found.push(candidate);
  }
  return found;
}

const shifted = (day: Date, days: number) => new Date(day.getTime() + days * 86_400_000);
const sameMonth = (a: Date, b: Date) => a.getUTCMonth() === b.getUTCMonth();
const isWorkday = (day: Date) => day.getUTCDay() >= 1 && day.getUTCDay() <= 5;

function isDate(part: string, day: Date): boolean {
  if (part === "l") return !sameMonth(shifted(day, 1), day);
  if (part === "lw") {
    // A workday after which the month has none left.
    return isWorkday(day) && ![1, 2, 3].some((n) => sameMonth(shifted(day, n), day) && isWorkday(shifted(day, n)));
  }
  if (!part.endsWith("w")) return numbers(part, [1, 31]).includes(day.getUTCDate());
  const wanted = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), Number(part.slice(0, -1))));
  if (!sameMonth(wanted, day)) return false;
  const near = [0, -1, 1, 2, -2].map((n) => shifted(wanted, n)).find((n) => isWorkday(n) && sameMonth(n, day));
  return near?.getTime() === day.getTime();
}

function isWeekday(part: string, day: Date): boolean {
  const [, name = "", nth] = /^(.+?)(?:#?(l)|#([1-5]))?$/.exec(part)?.filter((group) => group !== undefined) ?? [];
  const allowed = numbers(name, [0, 7], DAYS).map((value) => value % 7);
  if (!allowed.includes(day.getUTCDay())) return false;
  if (nth === undefined) return true;
  if (nth === "l") return !sameMonth(shifted(day, 7), day);
  return Math.ceil(day.getUTCDate() / 7) === Number(nth);
}
