import { integer } from "./kinds.ts";
import { mapOf } from "./kinds_nested.ts";
import { type GivenHours, workHours } from "./kind_work_hours.ts";
import type { Reading } from "./kind.ts";
import { type OutOf, section } from "./section.ts";
import { setting, type ValuesOf } from "./setting.ts";

const FIELDS = {
  work_hours: setting(workHours(), {
    defaultText: "none: there is work at any time",
    help: "days and hours in which jobs with work_hours_only run",
    doc: "The hours are told by the clock of their zone, also on days on which it changes.",
    reload: "applied",
    example: { days: ["mon-fri"], start: "09:00", end: "18:00", timezone: "Asia/Kolkata" },
  }),
  concurrency: setting(integer({ min: 1, max: 10_000 }), {
    default: 16,
    help: "most runs at once, of all jobs together; the others wait",
    reload: "applied",
    example: 4,
  }),
  pools: setting(
    mapOf(integer({ min: 1, max: 10_000 }), {
      label: "table of numbers",
      keys: /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/,
      expected: "1 to 64 letters, digits, dots, dashes or underscores, not beginning with a dot or a dash",
    }),
    {
      default: {},
      help: "places of each pool: most runs at once of the jobs that name it",
      reload: "applied",
      example: { db: 1, mail: 3 },
    },
  ),
} as const;

interface Finished extends Omit<ValuesOf<typeof FIELDS>, "workHours"> {
  /** Absent: none are given, or they are switched off. A zone is absent when it is the system's. */
  readonly workHours?: Omit<GivenHours, "enabled">;
  /** Whether they are given, switched off or not. */
  readonly hasWorkHours: boolean;
}

/** What all jobs have in common. */
export const SCHEDULER_SECTION = section("scheduler", {
  help: "what all jobs have in common",
  fields: FIELDS,
  finish({ workHours, ...rest }: ValuesOf<typeof FIELDS>, reading: Reading): Finished {
    if (workHours === undefined) return { ...rest, hasWorkHours: false };
    const { enabled, ...hours } = workHours;
    if (!enabled) return { ...rest, hasWorkHours: true };
    const zone = hours.timezone ?? zoneAtTop(reading);
    return { ...rest, hasWorkHours: true, workHours: { ...hours, ...(zone === undefined ? {} : { timezone: zone }) } };
  },
});

/** What the scheduler's section reads to. */
export type SchedulerSettings = OutOf<typeof SCHEDULER_SECTION>;

/** The time zone that the document gives for all schedules; undefined: the system's. */
export function zoneAtTop(reading: Pick<Reading, "lookup">): string | undefined {
  return reading.lookup("timezone") as string | undefined;
}
