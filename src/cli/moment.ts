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
