import { parseDuration } from "../base/duration.ts";

const DAYS_OF_A_WEEK = 7;

/**
 * Milliseconds of a duration as a person types it: what {@link parseDuration} reads, and weeks before it (`2w`, `1w3d`).
 * Undefined when the text is none.
 */
export function parseSpan(text: string): number | undefined {
  const days = (_all: string, weeks: string) => `${Number(weeks) * DAYS_OF_A_WEEK}d`;
  return parseDuration(text.trim().replace(/^(\d{1,6}(?:\.\d{1,6})?)w/, days));
}
