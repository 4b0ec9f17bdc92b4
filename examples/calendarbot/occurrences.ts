import type ICAL from "ical.js";
import { keepsRule, nearStart } from "./rules.ts";
import { timeOf, type Wall, wallOfTime, type Zone } from "./zones.ts";

/** Days that are looked at, in milliseconds since 1970. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** When an event begins, and everything that says when it does so again. */
export interface Series {
  readonly start: Wall;
  readonly zone: Zone;
  /** Milliseconds from start to end. */
  readonly length: number;
  readonly rules: readonly Rule[];
  /** Further times (RDATE). */
  readonly added: readonly Wall[];
  /** Whether a time is taken out (EXDATE), or told by an event of its own (RECURRENCE-ID). */
  isLeftOut(wall: Wall): boolean;
}

/** One RRULE. */
export interface Rule {
  /** Without its UNTIL: that may be a time of another zone, which the library would compare digit by digit. */
  readonly recur: ICAL.Recur;
  /** Whether a time is after UNTIL. */
  isOver(wall: Wall): boolean;
}

/** Most times of one event. */
export const MAX_TIMES = 5_000;
/** Most steps that one rule is followed. */
const MAX_STEPS = 100_000;
/** A zone is never further from UTC than this. */
const ZONE_MS = 86_400_000;

export interface Occurrences {
  readonly times: readonly Wall[];
  /** There are more than those. */
  readonly truncated: boolean;
}

/** The times at which an event begins and that reach into the window, in their order. */
export function occurrencesOf(series: Series, window: Window, ical: typeof ICAL): Occurrences {
  const span = { from: window.from - series.length - ZONE_MS, to: window.to + ZONE_MS };
  const all = new Set([series.start, ...series.added]);
  let truncated = false;
  for (const rule of series.rules) {
    const limit = all.size + MAX_TIMES;
    for (const wall of follow(rule, { series, span, ical })) {
      truncated = wall === undefined || all.size >= limit;
      if (wall === undefined || truncated) break;
      all.add(wall);
    }
  }
  const reaches = (wall: Wall) => {
    const at = series.zone.instantOf(wall);
    return at < window.to && (at + series.length > window.from || at >= window.from);
  };
  const times = [...all].filter((wall) => !series.isLeftOut(wall) && reaches(wall)).sort((a, b) => a - b);
  return { times: times.slice(0, MAX_TIMES), truncated: truncated || times.length > MAX_TIMES };
}

interface Following {
  readonly series: Series;
  readonly span: Window;
  readonly ical: typeof ICAL;
}

/** The times of one rule within the span; undefined when it takes too many steps. */
function* follow({ recur, isOver }: Rule, { series, span, ical }: Following): Generator<Wall | undefined> {
  const iterator = recur.iterator(timeOf(nearStart(recur, { start: series.start, from: span.from }), ical));
  for (let step = 0; step < MAX_STEPS; step++) {
    const next = iterator.next();
    if (!next) return;
    const wall = wallOfTime(next);
    if (wall >= span.to || isOver(wall)) return;
    if (wall >= span.from && wall >= series.start && keepsRule(wall, { rule: recur, start: series.start })) yield wall;
  }
  yield undefined;
}
