import { parseDuration } from "../base/duration.ts";

/**
 * A moment that a person names: a duration ago (`10m`), or ISO 8601 (`2025-11-01`, `2025-11-01T10:30:00Z`; without a
 * zone it is local time).
 *
 * @param now wall time in milliseconds since the epoch
 * @returns milliseconds since the epoch, or undefined when the text is neither
 */
export function parseMoment(text: string, now: number): number | undefined {
  const ago = parseDuration(text);
  if (ago !== undefined) return now - ago;
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:?\d{2})?)?$/.exec(
    text.trim(),
  );
  if (!match) return undefined;
  const [, date, time = "00:00", zone = ""] = match;
  const at = Date.parse(`${date}T${time}${zone}`);
  return Number.isNaN(at) ? undefined : at;
}

/**
 * A moment to come that a person names: a duration from now on (`2h`), a time of day (`18:00`, the next one in local
 * time), or ISO 8601 as {@link parseMoment} has it.
 *
 * @param now wall time in milliseconds since the epoch
 * @returns milliseconds since the epoch, which may have passed; undefined when the text is no moment
 */
export function parseComing(text: string, now: number): number | undefined {
  const ahead = parseDuration(text);
  if (ahead !== undefined) return now + ahead;
  const [, hours, minutes] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text.trim()) ?? [];
  if (hours === undefined || minutes === undefined) return parseMoment(text, now);
  const at = new Date(now);
  at.setHours(Number(hours), Number(minutes), 0, 0);
  if (at.getTime() <= now) at.setDate(at.getDate() + 1);
  return at.getTime();
}
