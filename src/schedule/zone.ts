import { AppdError } from "../base/errors.ts";
import { isTimezone, nearestTimezone } from "../base/timezone.ts";

/**
 * A span of time in which a zone's offset does not change. Local times are milliseconds as well: what `Date.UTC` makes of
 * the fields that a clock on the wall shows.
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
  /** The span in which `time` is. Spans also end where the table does, without a change of the offset. */
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

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What is looked up at once: a bit more than a year. */
const CHUNK = 400 * DAY;

/** Chunks kept of one zone: enough for the forty years that a search may take. */
const MOST_CHUNKS = 48;

/** The smallest distance of two changes in the database since 1970 is some days (Ramadan in Egypt and Morocco: 25). */
const STRIDE = 2 * DAY;

/** Clocks were never put forward or back by more than a day. */
export const LARGEST_SHIFT = 26 * HOUR;

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
  const offsetAt = offsetsOf(name);
  const chunks = new Map<number, readonly Span[]>();
  let last: Span = { start: 0, end: 0, offset: 0, reached: 0 };

  function chunkAt(index: number): readonly Span[] {
    const known = chunks.get(index);
    if (known !== undefined) return known;
    if (chunks.size >= MOST_CHUNKS) chunks.clear();
    const spans = findSpans(offsetAt, { start: index * CHUNK, end: (index + 1) * CHUNK });
    chunks.set(index, spans);
    return spans;
  }

  function spanAt(time: number): Span {
    if (time >= last.start && time < last.end) return last;
    const spans = chunkAt(Math.floor(time / CHUNK));
    last = spans.find((span) => time < span.end) ?? last;
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

/** Milliseconds to add to an instant for the local time, by the runtime's copy of the database. */
function offsetsOf(name: string): (time: number) => number {
  const format = new Intl.DateTimeFormat("en-US", { timeZone: name, timeZoneName: "longOffset" });
  return (time) => {
    const [, sign, hours, minutes, seconds = 0] = /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?/.exec(format.format(time)) ?? [];
    if (sign === undefined) return 0;
    const size = Number(hours) * HOUR + Number(minutes) * 60_000 + Number(seconds) * 1000;
    return sign === "-" ? -size : size;
  };
}

/** Spans from `start` to `end`; two days before them are looked at for what clocks had reached. */
function findSpans(
  offsetAt: (time: number) => number,
  { start, end }: { readonly start: number; readonly end: number },
): readonly Span[] {
  const spans: Span[] = [];
  let at = start - 2 * DAY;
  let offset = offsetAt(at);
  let reached = at + offset;
  for (let from = at; from < end;) {
    const to = Math.min(from + STRIDE, end);
    const after = offsetAt(to);
    if (after !== offset) {
      const change = findChange(offsetAt, { from, to, offset });
      spans.push({ start: at, end: change, offset, reached });
      reached = Math.max(reached, change + offset);
      [at, from, offset] = [change, change, offsetAt(change)];
    } else from = to;
  }
  spans.push({ start: at, end, offset, reached });
  return spans.filter((span) => span.end > start && span.start < span.end).map((span) => clip(span, start));
}

/** The part of a span from `start` on: without a change of the offset, clocks had reached what they showed. */
function clip(span: Span, start: number): Span {
  if (span.start >= start) return span;
  return { ...span, start, reached: Math.max(span.reached, start + span.offset) };
}

/** The first second at which the offset is another one than at `from`, by halving. */
function findChange(
  offsetAt: (time: number) => number,
  { from, to, offset }: { readonly from: number; readonly to: number; readonly offset: number },
): number {
  let [before, after] = [from / 1000, to / 1000];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offsetAt(middle * 1000) === offset) before = middle;
    else after = middle;
  }
  return after * 1000;
}
