/** Which days of a month a cron expression means. Bit 0 of a set of days is the 1st. */

/** The day fields of a cron expression. */
export interface CronDays {
  /** Months as bits: bit 0 is January. */
  readonly months: number;
  /** Days of the month as bits: bit 0 is the 1st. */
  readonly dates: number;
  /** `L`: the last day of the month. */
  readonly lastDate: boolean;
  /** `LW`: the last day of the month from Monday to Friday. */
  readonly lastWorkday: boolean;
  /** `15W`: days of which the nearest from Monday to Friday is meant, in the same month. */
  readonly nearest: readonly number[];
  /** Of each day from Sunday on: bits 0 to 4 for its first to fifth in the month, bit 5 for its last. */
  readonly weekdays: readonly number[];
  /** Whether a day has to match the day of month and the day of week; else one of them is enough. */
  readonly both: boolean;
}

/** A month of the calendar, 0 January to 11 December. */
export interface Month {
  readonly year: number;
  readonly month: number;
}

/** Days of a month. */
export function lengthOf({ year, month }: Month): number {
  if (month === 1) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 3 || month === 5 || month === 8 || month === 10 ? 30 : 31;
}

/**
 * The days of a month on which the expression comes, as bits: bit 0 is the 1st.
 *
 * @param month where the day of week of its 1st is `first`, 0 Sunday to 6 Saturday
 */
export function daysOf(days: CronDays, month: Month & { readonly first: number }): number {
  if ((days.months & (1 << month.month)) === 0) return 0;
  const at = { first: month.first, length: lengthOf(month) };
  const dates = datesOf(days, at);
  const weekdays = weekdaysOf(days, at);
  const matching = days.both ? dates & weekdays : dates | weekdays;
  return at.length === 31 ? matching : matching & ((1 << at.length) - 1);
}

interface Shape {
  readonly first: number;
  readonly length: number;
}

function datesOf(days: CronDays, at: Shape): number {
  let dates = days.dates;
  if (days.lastDate) dates |= 1 << (at.length - 1);
  if (days.lastWorkday) dates |= 1 << (workdayNear(at.length, at) - 1);
  for (const day of days.nearest) if (day <= at.length) dates |= 1 << (workdayNear(day, at) - 1);
  return dates;
}

/** The day from Monday to Friday that is nearest to `day`, in the same month. */
function workdayNear(day: number, { first, length }: Shape): number {
  const weekday = (first + day - 1) % 7;
  if (weekday === 6) return day === 1 ? 3 : day - 1;
  if (weekday === 0) return day === length ? day - 2 : day + 1;
  return day;
}

function weekdaysOf(days: CronDays, { first, length }: Shape): number {
  let found = 0;
  for (let weekday = 0; weekday < 7; weekday++) {
    const which = days.weekdays[weekday] ?? 0;
    if (which === 0) continue;
    for (let day = (weekday - first + 7) % 7, nth = 0; day < length; day += 7, nth++) {
      if ((which & (1 << nth)) !== 0 || ((which & 32) !== 0 && day + 7 >= length)) found |= 1 << day;
    }
  }
  return found;
}
