/**
 * The schedule room knows when things are due: cron expressions, time zones, work hours, jitter. Everything in it is a
 * pure function of its arguments; it starts nothing and asks no clock. Times are milliseconds since the epoch.
 */

/** A row of instants without end, or with one, each later than the one before. */
export interface Schedule {
  /** The first instant after `time`; undefined when there is none within forty years of it. */
  next(time: number): number | undefined;
}

/** A schedule that knows how many instants there are without going through them. */
export interface CountedSchedule extends Schedule {
  /** How many instants are after `after` and not after `until`. */
  count(after: number, until: number): number;
}

export interface WorkHours {
  isOpen(time: number): boolean;
  /** The first instant at or after `time` that is inside; undefined when there are no days at all. */
  nextOpening(time: number): number | undefined;
  /** `mon-fri 9:00 - 18:00`. */
  readonly text: string;
}
