import { DAY_MINUTES, daysText, timeOfDayText, type WorkHoursSpec } from "../base/work_hours.ts";
import type { WorkHours } from "./schedule.ts";
import type { Zone } from "./zone.ts";

const MINUTE = 60_000;
const DAY = DAY_MINUTES * MINUTE;

/** A week, and one more should the calendar have left out the only day of it, as in Samoa in 2011. */
const DAYS_AHEAD = 15;

/** Hours of one day; instants, the end is the first one outside. */
interface Window {
  readonly opens: number;
  readonly closes: number;
}

/**
 * Work hours in a zone. Hours over midnight belong to the day on which they begin, and an end equal to the start is the
 * whole day. Where clocks are put forward or back the hours begin and end when clocks first reach those times.
 *
 * @param zone the one of `spec.timezone`
 */
export function workHours(spec: WorkHoursSpec, zone: Zone): WorkHours {
  const length = spec.end > spec.start ? spec.end - spec.start : spec.end - spec.start + DAY_MINUTES;

  /** The windows that begin on the days around `time`, in order. */
  function* windowsFrom(time: number): Iterable<Window> {
    const today = Math.floor(zone.localAt(time) / DAY);
    // Two days back: last night's hours, and those of a day that clocks are on for the second time.
    for (let day = today - 2; day <= today + DAYS_AHEAD; day++) {
      if (!spec.days.includes((((day + 4) % 7) + 7) % 7)) continue;
      const start = day * DAY + spec.start * MINUTE;
      const window = { opens: zone.instantOf(start), closes: zone.instantOf(start + length * MINUTE) };
      if (window.closes > time && window.closes > window.opens) yield window;
    }
  }

  function nextOpening(time: number): number | undefined {
    for (const window of windowsFrom(time)) return Math.max(window.opens, time);
    return undefined;
  }

  return {
    isOpen: (time) => nextOpening(time) === time,
    nextOpening,
    text: `${daysText(spec.days)} ${timeOfDayText(spec.start)} - ${timeOfDayText(spec.end)}`,
  };
}
