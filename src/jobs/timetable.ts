import type { JobSpec, Timing } from "./job_spec.ts";
import { type MissedPlan, planMissed } from "./missed.ts";

/** Milliseconds that a slot may be late before it counts as missed: the daemon was stopped, or its clock jumped. */
export const GRACE_MS = 10_000;

/** Where a timed job stands. Kept in the store. */
export interface Place {
  /** The last slot that was dealt with, or when the job was first seen. Wall time in milliseconds. */
  readonly cursor: number;
  /** Slots so far; names those of an interval, whose instants a set clock can bring twice. */
  readonly seq: number;
}

/** A slot that is due. */
export interface DueSlot {
  readonly at: number;
  readonly seq: number;
}

/** Slots that passed, and what the missed policy makes of them. */
export interface Due {
  /** To be run, oldest first. */
  readonly run: readonly DueSlot[];
  /** The last one of `run` comes at its time; the others are made up for. */
  readonly onTime: boolean;
  /** Missed for good, oldest first. */
  readonly missed: readonly DueSlot[];
  /** Missed before those, in one row. */
  readonly older: { readonly from: DueSlot; readonly until: number; readonly count: number } | undefined;
  readonly place: Place;
}

/** What a job's times are made of. */
export interface TimedJob {
  readonly spec: JobSpec;
  /** Its instants, for one that stands at `cursor`: an interval is counted from there. */
  readonly timingFrom: (cursor: number) => Timing;
  /** Milliseconds that a slot is put off. */
  readonly jitter: (slotAt: number) => number;
}

/** The slot after those that were dealt with, and when it is due. */
export function upcoming({ timingFrom, jitter }: TimedJob, { cursor }: Place) {
  const at = timingFrom(cursor).next(cursor);
  return at === undefined ? undefined : { at, due: at + jitter(at) };
}

/**
 * Everything that is due by `now`.
 *
 * @param graceMs a slot that is later than this was missed; 0 when the daemon has just started
 */
export function takeDue(job: TimedJob, place: Place, { now, graceMs }: { now: number; graceMs: number }): Due {
  const { spec, jitter } = job;
  const timing = job.timingFrom(place.cursor);
  const last = lastDue(timing, { cursor: place.cursor, now, jitter });
  if (last === undefined) return { run: [], onTime: false, missed: [], older: undefined, place };
  const onTime = now - (last + jitter(last)) <= graceMs;
  // One that comes at its time is also the one run that makes up for those before it.
  const policy = onTime && spec.missed === "once" ? "skip" : spec.missed;
  const until = onTime ? last - 1 : last;
  const { missedMax, missedWindow } = spec;
  const plan = planMissed(timing, { after: place.cursor, until, missed: policy, missedMax, missedWindow });
  const seqOf = (at: number) => place.seq + (spec.every === undefined ? 0 : timing.count(place.cursor, at));
  const slot = (at: number): DueSlot => ({ at, seq: seqOf(at) });
  return {
    run: [...plan.run, ...(onTime ? [last] : [])].map(slot),
    onTime,
    missed: plan.missed.map(slot),
    older: olderOf(plan, slot),
    place: { cursor: last, seq: seqOf(last) },
  };
}

function olderOf({ older }: MissedPlan, slot: (at: number) => DueSlot): Due["older"] {
  return older === undefined ? undefined : { ...older, from: slot(older.from) };
}

/** The last slot that is due; the usual case, in which it is also the first, costs two looks. */
function lastDue(
  timing: Timing,
  { cursor, now, jitter }: { cursor: number; now: number; jitter: TimedJob["jitter"] },
): number | undefined {
  const first = timing.next(cursor);
  if (first === undefined || first + jitter(first) > now) return undefined;
  const second = timing.next(first);
  if (second === undefined || second > now) return first;
  const last = lastUntil(timing, { after: cursor, until: now });
  return last + jitter(last) <= now ? last : lastUntil(timing, { after: cursor, until: last - 1 });
}

/** The last slot after `after` and not after `until`, of which there is at least one; found by halving. */
function lastUntil(timing: Timing, { after, until }: { after: number; until: number }): number {
  let [before, beyond] = [after, until];
  while (beyond - before > 1) {
    const middle = Math.floor((before + beyond) / 2);
    if (timing.count(middle, until) > 0) before = middle;
    else beyond = middle;
  }
  return timing.next(before) ?? until;
}
