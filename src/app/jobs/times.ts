import { parseCron } from "../../base/cron_pattern.ts";
import { timeOfDayText } from "../../base/work_hours.ts";
import type { HoursText } from "../../jobs/job_report.ts";
import type { JobSpec, OpenHours, Timing } from "../../jobs/job_spec.ts";
import { cronSchedule } from "../../schedule/cron.ts";
import { jitter } from "../../schedule/jitter.ts";
import type { WorkHoursSpec } from "../../base/work_hours.ts";
import { workHours } from "../../schedule/work_hours.ts";
import { createZones } from "../../schedule/zone.ts";

/** What the schedule room tells the jobs room; zones are looked up once for all that use them. */
export interface Times {
  timingOf(spec: JobSpec): Timing;
  jitterOf(spec: JobSpec, slotAt: number): number;
  hoursOf(spec: WorkHoursSpec): OpenHours;
}

/** Expressions that are kept; jobs that use one share what was made of it. */
const MOST_TIMINGS = 5000;

export function createTimes(): Times {
  const zones = createZones();
  const timings = new Map<string, Timing>();
  return {
    timingOf({ name, cron, timezone }) {
      if (cron === undefined) throw new Error(`job ${name} has no cron expression`);
      const key = `${cron}\n${timezone}`;
      const timing = timings.get(key) ?? cronSchedule(parseCron(cron), zones.zone(timezone));
      if (timings.size >= MOST_TIMINGS) timings.clear();
      timings.set(key, timing);
      return timing;
    },
    jitterOf: ({ name, jitter: max }, slot) => jitter({ job: name, slot, max }),
    hoursOf: (spec) => workHours(spec, zones.zone(spec.timezone)),
  };
}

/** Work hours as the status prints them. */
export function hoursText({ start, end, timezone }: WorkHoursSpec): HoursText {
  return { hours: `${timeOfDayText(start)} - ${timeOfDayText(end)}`, timezone };
}
