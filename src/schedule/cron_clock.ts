import { type CronDays, daysOf, lengthOf, type Month } from "../base/cron_days.ts";
import type { CronPattern } from "../base/cron_pattern.ts";

/**
 * The times that a cron expression names on a clock that is never put forward or back. Local times are milliseconds, as
 * `Date.UTC` makes them of what the clock shows.
 */
export interface CronClock {
  /** The first time at or after `local`; undefined when there is none within forty years. */
  atOrAfter(local: number): number | undefined;
  /** How many times are at or after `from` and before `to`. */
  count(from: number, to: number): number;
}

/** A month with the days on which the expression comes. */
interface MonthDays extends Month {
  readonly start: number;
  readonly end: number;
  /** Day of the week of its 1st, 0 Sunday. */
  readonly first: number;
  /** Bit 0 is the 1st. */
  readonly days: number;
}

const DAY = 86_400_000;

/** A 29 February that is a Monday can be that far away, over a year 2100 without one. */
const MONTHS_AHEAD = 40 * 12 + 1;

/** Times of day of an expression. */
export function cronClock(pattern: CronPattern): CronClock {
  const times = timesOf(pattern);
  let month = monthOf(pattern.days, 0);

  function monthAt(local: number): MonthDays {
    if (local >= month.start && local < month.end) return month;
    month = local === month.end ? monthAfter(pattern.days, month) : monthOf(pattern.days, local);
    return month;
  }

  function atOrAfter(local: number): number | undefined {
    let { start, end, days } = monthAt(local);
    const day = Math.floor((local - start) / DAY);
    if ((days & (1 << day)) !== 0) {
      const time = times.atOrAfter(Math.ceil((local - start - day * DAY) / 1000));
      if (time >= 0) return start + day * DAY + time * 1000;
    }
    let later = days & (-2 << day);
    for (let ahead = 0; later === 0; ahead++) {
      if (ahead === MONTHS_AHEAD) return undefined;
      ({ start, end, days } = monthAt(end));
      later = days;
    }
    return start + lowestBit(later) * DAY + times.first * 1000;
  }

  /** Before `local` in its month. */
  function countInMonth(local: number): number {
    const { start, days } = monthAt(local);
    const day = Math.floor((local - start) / DAY);
    const whole = bitCount(days & ((1 << day) - 1)) * times.perDay;
    if ((days & (1 << day)) === 0) return whole;
    return whole + times.countBefore(Math.ceil((local - start - day * DAY) / 1000));
  }

  function count(from: number, to: number): number {
    if (to <= from) return 0;
    let total = -countInMonth(from);
    for (let at = monthAt(from); at.end <= to; at = monthAt(at.end)) total += bitCount(at.days) * times.perDay;
    return total + countInMonth(to);
  }

  return { atOrAfter, count };
}

function monthOf(days: CronDays, local: number): MonthDays {
  const date = new Date(local);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  const start = Date.UTC(year, month, 1);
  return monthDays(days, { year, month, start, first: new Date(start).getUTCDay() });
}

function monthAfter(days: CronDays, { year, month, first, end }: MonthDays): MonthDays {
  const next = month === 11 ? { year: year + 1, month: 0 } : { year, month: month + 1 };
  return monthDays(days, { ...next, start: end, first: (first + lengthOf({ year, month })) % 7 });
}

function monthDays(days: CronDays, at: Month & { readonly start: number; readonly first: number }): MonthDays {
  return { ...at, end: at.start + lengthOf(at) * DAY, days: daysOf(days, at) };
}

/** Times of a day in seconds since midnight. */
interface Times {
  readonly first: number;
  readonly perDay: number;
  /** The first one at or after `second`; -1 when there is none left on the day. */
  atOrAfter(second: number): number;
  countBefore(second: number): number;
}

function timesOf({ hours, minutes, seconds }: CronPattern): Times {
  const [firstMinute = 0] = minutes;
  const [firstSecond = 0] = seconds;
  const perHour = minutes.length * seconds.length;

  function atOrAfter(time: number): number {
    const [hour, minute, second] = [Math.floor(time / 3600), Math.floor(time / 60) % 60, time % 60];
    if (hours.includes(hour)) {
      const laterSecond = minutes.includes(minute) ? firstFrom(seconds, second) : -1;
      if (laterSecond >= 0) return time - second + laterSecond;
      const laterMinute = firstFrom(minutes, minute + 1);
      if (laterMinute >= 0) return hour * 3600 + laterMinute * 60 + firstSecond;
    }
    const laterHour = firstFrom(hours, hour + 1);
    return laterHour < 0 ? -1 : laterHour * 3600 + firstMinute * 60 + firstSecond;
  }

  function countBefore(time: number): number {
    const [hour, minute, second] = [Math.floor(time / 3600), Math.floor(time / 60) % 60, time % 60];
    const whole = howManyBelow(hours, hour) * perHour;
    if (!hours.includes(hour)) return whole;
    const inHour = howManyBelow(minutes, minute) * seconds.length;
    return whole + inHour + (minutes.includes(minute) ? howManyBelow(seconds, second) : 0);
  }

  const first = (hours[0] ?? 0) * 3600 + firstMinute * 60 + firstSecond;
  return { first, perDay: hours.length * perHour, atOrAfter, countBefore };
}

/** The first of `values` that is `least` or more, -1 when there is none. */
function firstFrom(values: readonly number[], least: number): number {
  for (const value of values) if (value >= least) return value;
  return -1;
}

function howManyBelow(values: readonly number[], limit: number): number {
  let count = 0;
  while (count < values.length && (values[count] ?? limit) < limit) count++;
  return count;
}

function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}

function bitCount(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}
