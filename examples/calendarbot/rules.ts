import type ICAL from "ical.js";
import type { Wall } from "./zones.ts";

const DAY_MS = 86_400_000;
/** Days of the months in a leap year. */
const MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const MAX_INTERVAL = 1000;

/** A rule's numbers by part, such as BYMONTH; missing is empty. */
function numbers(rule: ICAL.Recur, part: string): readonly number[] {
  const all: Readonly<Record<string, readonly unknown[] | undefined>> = rule.parts;
  return (all[part] ?? []).map(Number);
}

/** Why a rule is not followed: it could keep the machine busy for good, or comes too often for any calendar. */
export function ruleTrouble(rule: ICAL.Recur): string | undefined {
  if (rule.freq === "SECONDLY" || rule.freq === "MINUTELY") return "recurs more often than once an hour";
  if (rule.interval > MAX_INTERVAL) return `has an interval of more than ${MAX_INTERVAL}`;
  const days = numbers(rule, "BYMONTHDAY");
  const months = numbers(rule, "BYMONTH");
  const longest = Math.max(...(months.length === 0 ? [1] : months).map((month) => MONTH_DAYS[month - 1] ?? 0));
  if (days.length > 0 && days.every((day) => Math.abs(day) > longest)) return "falls on a day that no month has";
  return undefined;
}

/**
 * Whether a time that the library gives keeps what the rule says of day and month: it makes 1 March of 29 February in
 * years that lack the day, where RFC 5545 wants such dates ignored.
 */
export function keepsRule(wall: Wall, { rule, start }: { readonly rule: ICAL.Recur; readonly start: Wall }): boolean {
  const at = new Date(wall);
  const first = new Date(start);
  const named = Object.keys(rule.parts).some((part) =>
    part !== "BYMONTH" && /^BY(MONTHDAY|DAY|YEARDAY|WEEKNO)$/.test(part)
  );
  const months = numbers(rule, "BYMONTH");
  const days = numbers(rule, "BYMONTHDAY");
  if (months.length > 0 && !months.includes(at.getUTCMonth() + 1)) return false;
  if (days.length > 0) return days.some((day) => dayOf(at, day) === at.getUTCDate());
  const monthly = rule.freq === "MONTHLY" || rule.freq === "YEARLY";
  return !monthly || named || at.getUTCDate() === first.getUTCDate();
}

/** The day of that month; a negative one counts from its end. */
function dayOf(at: Date, day: number): number {
  const last = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0)).getUTCDate();
  return day > 0 ? day : last + 1 + day;
}

const PERIOD_MS: Readonly<Record<string, number>> = { HOURLY: 3_600_000, DAILY: DAY_MS, WEEKLY: 7 * DAY_MS };
const PERIOD_MONTHS: Readonly<Record<string, number>> = { MONTHLY: 1, YEARLY: 12 };

export interface Bounds {
  /** Where the rule starts. */
  readonly start: Wall;
  /** Before this, nothing is wanted. */
  readonly from: Wall;
}

/**
 * Where counting can begin in order to find all times from `from` on: whole periods after the rule's own start, so that
 * a daily event of 1990 does not take 13,000 steps. A rule that counts its times has to be followed from its start.
 */
export function nearStart(rule: ICAL.Recur, { start, from }: Bounds): Wall {
  if (rule.isByCount() || from <= start) return start;
  const interval = Math.max(1, rule.interval);
  const months = PERIOD_MONTHS[rule.freq];
  if (months !== undefined) return monthsLater(start, { from, period: months * interval });
  const period = (PERIOD_MS[rule.freq] ?? 0) * interval;
  return period === 0 ? start : start + periodsBefore((from - start) / period) * period;
}

/** The same day of a later month; a day that not every month has stays where it is. */
function monthsLater(start: Wall, { from, period }: { readonly from: Wall; readonly period: number }): Wall {
  const at = new Date(start);
  const end = new Date(from);
  if (at.getUTCDate() > 28) return start;
  const months = (end.getUTCFullYear() - at.getUTCFullYear()) * 12 + end.getUTCMonth() - at.getUTCMonth();
  return at.setUTCMonth(at.getUTCMonth() + periodsBefore(months / period) * period);
}

/** Whole periods, with one to spare: where exactly in it a period's times lie, the library knows. */
function periodsBefore(periods: number): number {
  return Math.max(0, Math.floor(periods) - 1);
}
