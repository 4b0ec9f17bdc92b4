import type { Context } from "hono";
import { isCalendarDate } from "../base/calendar_date.ts";
import { AppdError } from "../base/errors.ts";

/** What a whole number may be. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** A whole number of the query, undefined when it is absent. @throws AppdError (usage) */
export function wholeOf(context: Context, name: string, { min, max }: Range): number | undefined {
  const text = context.req.query(name);
  if (text === undefined) return undefined;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  if (value >= min && value <= max) return value;
  throw refused(`${name} must be a whole number from ${min} to ${max}, and "${text}" is none`);
}

/** A moment of the query in milliseconds since the epoch, undefined when it is absent. @throws AppdError (usage) */
export function timeOf(context: Context, name: string): number | undefined {
  const text = context.req.query(name);
  return text === undefined ? undefined : instantIn(name, text);
}

/**
 * Milliseconds since the epoch of an RFC 3339 time; a date alone is its beginning in UTC. A time without a zone would mean
 * something else on each machine, and is refused.
 *
 * @throws AppdError (usage) naming `name`
 */
export function instantIn(name: string, text: unknown): number {
  const form = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/;
  const isOne = typeof text === "string" && form.test(text) && isCalendarDate(text.slice(0, "2025-11-01".length));
  const at = isOne ? Date.parse(text) : NaN;
  if (!Number.isNaN(at)) return at;
  throw refused(
    `${name} must be a time such as 2025-11-01T10:30:00Z${typeof text === "string" ? `, not "${text}"` : ""}`,
  );
}

/** One of some words of the query, undefined when it is absent. @throws AppdError (usage) */
export function wordOf<T extends string>(context: Context, name: string, words: readonly T[]): T | undefined {
  const text = context.req.query(name);
  return text === undefined ? undefined : wordIn(name, { text, words });
}

/** Several of some words, with commas between them or the parameter repeated. @throws AppdError (usage) */
export function wordsOf<T extends string>(context: Context, name: string, words: readonly T[]): T[] | undefined {
  const given = context.req.queries(name);
  if (given === undefined) return undefined;
  return [...new Set(given.flatMap((text) => text.split(",")).map((text) => wordIn(name, { text, words })))];
}

function wordIn<T extends string>(name: string, { text, words }: { text: string; words: readonly T[] }): T {
  const known = words.find((word) => word === text);
  if (known !== undefined) return known;
  throw refused(`${name} must be one of ${words.join(", ")}, and "${text}" is none of them`);
}

function refused(message: string): AppdError {
  return new AppdError(message, { exit: "usage" });
}
