import { humanDuration } from "./duration.ts";
import type { GuardReport } from "./status_report.ts";
import { utcTime } from "./utc_time.ts";

/**
 * What a guard does about a daemon that has died, as a sentence without a period.
 *
 * @param now wall time in milliseconds
 */
export function guardText({ pid, next_at: next, failed }: GuardReport, now: number): string {
  const does = pid === null
    ? "the guard has given up"
    : `a guard ${next === null ? "is starting it" : startText(next, now)}`;
  if (failed === null) return does;
  return `${does}; its last attempt failed at ${utcTime(Date.parse(failed.at))}: ${failed.error}`;
}

function startText(next: string, now: number): string {
  const at = Date.parse(next);
  const wait = Math.max(1, Math.ceil((at - now) / 1000)) * 1000;
  return `starts it again in ${humanDuration(wait)}, at ${utcTime(at)}`;
}
