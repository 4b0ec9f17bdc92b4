/**
 * What clocks on the wall show, for the oracle: a year in quarters of an hour, read off `Intl.DateTimeFormat`. It is for
 * zones that are whole quarters away from UTC and change on a quarter; nearly all of this century do.
 */

const QUARTER = 900_000;

export interface WallYear {
  readonly zone: string;
  /** The number of the first quarter since the epoch. */
  readonly first: number;
  /** For each quarter of the year the quarter that clocks show, counted in the same way. */
  readonly shown: Int32Array;
  /** Quarters at which the clocks were put forward or back. */
  readonly changes: readonly number[];
}

export function wallYear(zone: string, year: number): WallYear {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  });
  const shownAt = (quarter: number) => {
    const [day, month, year, hour, minute] = (format.format(quarter * QUARTER).match(/\d+/g) ?? []).map(Number);
    return Date.UTC(year ?? 0, (month ?? 0) - 1, day, hour, minute) / QUARTER;
  };
  const first = Date.UTC(year, 0, 1) / QUARTER;
  const shown = new Int32Array(Date.UTC(year + 1, 0, 1) / QUARTER - first);
  const changes: number[] = [];
  // Hour by hour; an hour in which something changed is read quarter by quarter.
  let before = shownAt(first);
  for (let at = 0; at < shown.length; at += 4) {
    const after = shownAt(first + at + 4);
    for (let n = 0; n < 4; n++) shown[at + n] = after === before + 4 ? before + n : shownAt(first + at + n);
    before = after;
  }
  for (let at = 1; at < shown.length; at++) if (shown[at] !== shown[at - 1]! + 1) changes.push(first + at);
  return { zone, first, shown, changes };
}
