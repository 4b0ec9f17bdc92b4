import type { CronPattern } from "../base/cron_pattern.ts";
import { type CronClock, cronClock } from "./cron_clock.ts";
import type { CountedSchedule } from "./schedule.ts";
import { LARGEST_SHIFT, type Span, type Zone } from "./zone.ts";

/**
 * The instants of a cron expression in a zone. Where clocks are put forward or back it does what cron(8) says:
 *
 * - A fixed time comes exactly once: one that the clocks left out at the moment at which they were put forward, one that
 *   they show twice at its first showing.
 * - An expression that repeats through the day follows real time: it comes in both showings, and times that were left out
 *   do not come.
 *
 * Unlike cron(8) it makes no difference how far the clocks are moved: of the day that Samoa left out in 2011, a fixed time
 * comes when that day would have begun.
 */
export function cronSchedule(pattern: CronPattern, zone: Zone): CountedSchedule {
  const clock = cronClock(pattern);
  const reading: Reading = pattern.fixed ? fixedReading : repeatedReading;
  return {
    next: (time) => nextOf({ clock, zone, reading }, time),
    count: (after, until) => countOf({ clock, zone, reading }, { after, until }),
  };
}

interface Scene {
  readonly clock: CronClock;
  readonly zone: Zone;
  readonly reading: Reading;
}

/** The first local time of a span that counts. */
type Reading = (span: Span) => number;

/** From where clocks had been: what they left out belongs to the start of the span, what they show again does not count. */
function fixedReading(span: Span): number {
  return span.reached;
}

function repeatedReading(span: Span): number {
  return span.start + span.offset;
}

/** The first local time after `time` that counts in the span. */
function firstLocal(span: Span, { reading, time }: { readonly reading: Reading; readonly time: number }): number {
  const least = reading(span);
  return time < span.start ? least : Math.max(least, Math.floor(time / 1000) * 1000 + 1000 + span.offset);
}

function nextOf({ clock, zone, reading }: Scene, time: number): number | undefined {
  let span = zone.spanAt(time);
  for (;;) {
    const local = clock.atOrAfter(firstLocal(span, { reading, time }));
    if (local === undefined) return undefined;
    if (local < span.end + span.offset) return Math.max(span.start, local - span.offset);
    span = zone.spanAt(spanAfter(span, { local, time }));
  }
}

/**
 * Where to look on when the next local time is `local`: in the following span, or far ahead. Not so shortly after `time`,
 * because the following span may show times again that are earlier than `local`.
 */
function spanAfter(span: Span, { local, time }: { readonly local: number; readonly time: number }): number {
  const isNear = span.end < time + LARGEST_SHIFT;
  return isNear ? span.end : Math.max(span.end, local - span.offset - 2 * LARGEST_SHIFT);
}

function countOf({ clock, zone, reading }: Scene, { after, until }: { after: number; until: number }): number {
  if (until <= after) return 0;
  let total = 0;
  for (let span = zone.spanAt(after);; span = zone.spanAt(span.end)) {
    const start = span.start + span.offset;
    const from = firstLocal(span, { reading, time: after });
    // Up to and with `until`, in whole seconds.
    const to = Math.min(span.end, Math.floor(until / 1000) * 1000 + 1) + span.offset;
    const leftOut = after < span.start && clock.count(from, start + 1) > 0 ? 1 : 0;
    total += leftOut + clock.count(Math.max(from, leftOut + start), to);
    if (span.end > until) return total;
  }
}
