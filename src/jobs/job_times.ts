import type { JobsDeps } from "./deps.ts";
import { intervalTiming } from "./interval.ts";
import { type Job, markOf } from "./job.ts";
import type { JobSpec } from "./job_spec.ts";
import type { Place, TimedJob } from "./timetable.ts";

/** A clock that is set back further than this was wrong before: what it says now counts. Milliseconds. */
const CORRECTION_MS = 25 * 3_600_000;

/** What the times of a job are made of; undefined when it has none. */
export function timedOf(
  spec: JobSpec,
  { timingOf, jitterOf }: Pick<JobsDeps, "timingOf" | "jitterOf">,
): TimedJob | undefined {
  const { every, cron } = spec;
  if (every === undefined && cron === undefined) return undefined;
  const calendar = every === undefined ? timingOf(spec) : undefined;
  const timingFrom = (cursor: number) => calendar ?? intervalTiming(every ?? 0, cursor);
  return { spec, timingFrom, jitter: (slotAt) => spec.jitter === 0 ? 0 : jitterOf(spec, slotAt) };
}

/**
 * Gives a job its place in the times that it has now.
 *
 * @param now wall time in milliseconds
 * @returns whether that is another one than before
 */
export function findPlace(job: Job, now: number): boolean {
  const mark = markOf(job.spec);
  const isNew = job.mark !== mark || isAhead(job, now);
  if (isNew) job.place = newPlace(job, now);
  job.mark = mark;
  return isNew;
}

/** Its place was noted by a clock that was wrong: what it says now counts. */
function isAhead({ spec, place }: Job, now: number): boolean {
  const most = spec.every === undefined ? CORRECTION_MS : 0;
  return place !== null && place.cursor > now + most;
}

/** An interval that was changed counts from its last slot, when that is not long ago. */
function newPlace({ spec, place }: Job, now: number): Place {
  const keeps = place !== null && spec.every !== undefined && place.cursor <= now && place.cursor + spec.every > now;
  return { cursor: keeps ? place.cursor : now, seq: place?.seq ?? 0 };
}

/**
 * The clock was set: intervals keep their pace; what a calendar says is as the new time has it, but nothing runs a
 * second time.
 *
 * @param set `ms`: how far, in milliseconds; `now`: what it says now
 */
export function followClock(job: Job, { ms, now }: { readonly ms: number; readonly now: number }): void {
  if (job.expected !== undefined) job.expected = { ...job.expected, by: job.expected.by + ms };
  if (job.place === null) return;
  if (job.spec.every !== undefined) job.place = { ...job.place, cursor: job.place.cursor + ms };
  else if (ms < -CORRECTION_MS) job.place = { ...job.place, cursor: Math.min(job.place.cursor, now) };
}
