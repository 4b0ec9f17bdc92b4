import { AppdError } from "../base/errors.ts";
import { isTimezone, nearestTimezone } from "../base/timezone.ts";

/**
 * A span of time in which a zone's offset does not change; it is endless where it never does. Local times are milliseconds
 * as well: what `Date.UTC` makes of the fields that a clock on the wall shows.
 */
export interface Span {
  /** Instants; the end is the first one outside. */
  readonly start: number;
  readonly end: number;
  /** Local time minus instant. */
  readonly offset: number;
  /**
   * The local time that clocks had reached when the span began. Below `start + offset` when they were put forward: what
   * lies between was never shown. Above it when they were put back: what lies between is shown again.
   */
  readonly reached: number;
}

/** A time zone as a row of spans, found when they are asked for and kept. */
export interface Zone {
  /** IANA name. */
  readonly name: string;
  /** The span in which `time` is. */
  spanAt(time: number): Span;
  /** Local time at an instant. */
  localAt(time: number): number;
  /**
   * The first instant at which clocks had reached `local`: of a time that was shown twice the first one, of a time that was
   * left out the moment at which the clocks were put forward.
   */
  instantOf(local: number): number;
}

/** Zones by name, each of them once, so that all who use one share what was found out about it. */
export interface Zones {
  /**
   * @param name IANA name, in any case
   * @throws AppdError when there is none of that name
   */
  zone(name: string): Zone;
}

/** Spans kept of one zone: enough for the forty years that a search may take. */
const MOST_SPANS = 96;

/** Clocks were never put forward or back by more than a day. */
export const LARGEST_SHIFT = 26 * 3_600_000;

/** A collection of zones, empty at first. */
export function createZones(): Zones {
  const zones = new Map<string, Zone>();
  return {
    zone(name) {
      const known = zones.get(name);
      if (known !== undefined) return known;
      const zone = createZone(name);
      zones.set(name, zone);
      return zone;
    },
  };
}

function createZone(name: string): Zone {
  if (!isTimezone(name)) throw unknownZone(name);
  let kept: Span[] = [];
  let last: Span | undefined;

  function spanAt(time: number): Span {
    if (last !== undefined && isIn(last, time)) return last;
    last = kept.find((span) => isIn(span, time));
    if (last !== undefined) return last;
    last = findSpan(name, time);
    kept = [last, ...kept.slice(0, MOST_SPANS - 1)];
    return last;
  }

  function instantOf(local: number): number {
    let span = spanAt(local - LARGEST_SHIFT);
    while (span.end + span.offset <= local) span = spanAt(span.end);
    return Math.max(span.start, local - span.offset);
  }

  return { name, spanAt, localAt: (time) => time + spanAt(time).offset, instantOf };
}

function unknownZone(name: string): AppdError {
  const near = nearestTimezone(name);
  const hint = near === undefined ? 'such as "Europe/Berlin" or "UTC"' : `did you mean "${near}"?`;
  return new AppdError(`there is no time zone "${name}"`, { exit: "config", hint });
}

function isIn({ start, end }: Span, time: number): boolean {
  return time >= start && time < end;
}

/** The span of `time`, by the runtime's copy of the database. Intl.DateTimeFormat says the same, and takes its time. */
function findSpan(name: string, time: number): Span {
  const here = Temporal.Instant.fromEpochMilliseconds(Math.floor(time)).toZonedDateTimeISO(name);
  const offset = offsetOf(here);
  const end = here.getTimeZoneTransition("next")?.epochMilliseconds ?? Infinity;
  // "previous" looks before an instant: from a moment later on it finds a change at `time` itself, where the span starts.
  const began = here.add({ milliseconds: 1 }).getTimeZoneTransition("previous");
  if (began === null) return { start: -Infinity, end, offset, reached: -Infinity };
  const start = began.epochMilliseconds;
  return { start, end, offset, reached: start + offsetOf(began.subtract({ milliseconds: 1 })) };
}

function offsetOf(time: Temporal.ZonedDateTime): number {
  return time.offsetNanoseconds / 1e6;
}
