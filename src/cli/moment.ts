import { isCalendarDate } from "../base/calendar_date.ts";
import { parseSpan } from "./span.ts";

/**
 * A moment that has passed, as a person names it: a duration ago (`10m`), a time of day (`13:28`, the last one in local
 * time), or ISO 8601 (`2025-11-01`, `2025-11-01T10:30:00Z`; without a zone it is local time).
 *
 * @param now wall time in milliseconds since the epoch
 * @returns milliseconds since the epoch, which may be to come; undefined when the text is no moment
 */
export function parsePast(text: string, now: number): number | undefined {
  const ago = parseSpan(text);
  if (ago !== undefined) return now - ago;
  const at = timeOfDay(text, now);
  if (at === undefined) return parseIso(text);
  if (at.getTime() > now) at.setDate(at.getDate() - 1);
  return at.getTime();
}

/**
 * A moment to come, as a person names it: a duration from now on (`2h`), a time of day (`18:00`, the next one in local
 * time), or ISO 8601 as {@link parsePast} has it.
 *
 * @param now wall time in milliseconds since the epoch
 * @returns milliseconds since the epoch, which may have passed; undefined when the text is no moment
 */
export function parseComing(text: string, now: number): number | undefined {
  const ahead = parseSpan(text);
  if (ahead !== undefined) return now + ahead;
  const at = timeOfDay(text, now);
  if (at === undefined) return parseIso(text);
  if (at.getTime() <= now) at.setDate(at.getDate() + 1);
  return at.getTime();
}

/** Today at `18:00`. */
function timeOfDay(text: string, now: number): Date | undefined {
  const [, hours, minutes] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text.trim()) ?? [];
  if (hours === undefined || minutes === undefined) return undefined;
  const at = new Date(now);
  at.setHours(Number(hours), Number(minutes), 0, 0);
  return at;
}

function parseIso(text: string): number | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:?\d{2})?)?$/.exec(
    text.trim(),
  );
  const [, date, time = "00:00", zone = ""] = match ?? [];
  if (date === undefined || !isCalendarDate(date)) return undefined;
  const at = Date.parse(`${date}T${time}${zone}`);
  return Number.isNaN(at) ? undefined : at;
}
