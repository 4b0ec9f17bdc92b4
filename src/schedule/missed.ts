import type { CountedSchedule } from "./schedule.ts";

/** What becomes of slots that passed while nobody could run them. */
export interface MissedPolicy {
  /** `once`: the last one runs; `skip`: none; `all`: the newest ones do. */
  readonly missed: "once" | "skip" | "all";
  /** With `all`: most slots that run, and the milliseconds before `until` in which they have to be. */
  readonly missedMax: number;
  readonly missedWindow: number;
}

/** The time that is looked at: after `after`, and not after `until`. */
export interface MissedTime {
  readonly after: number;
  readonly until: number;
}

/** A row of missed slots that is written down as one. */
export interface MissedRow {
  /** The first and the last of them. */
  readonly from: number;
  readonly until: number;
  readonly count: number;
}

export interface MissedPlan {
  /** Slots to run, in order. */
  readonly run: readonly number[];
  /** Slots to write down as missed one by one, in order. */
  readonly missed: readonly number[];
  /** Those before them; absent when there are none. */
  readonly older?: MissedRow;
}

/** Most slots that are written down one by one. */
const MOST_ROWS = 100;

/**
 * Shares out the slots of a schedule that passed between `after` and `until`: every one of them is in exactly one part of
 * the plan. Its cost grows with the slots that are named one by one, not with those that passed.
 */
export function planMissed(schedule: CountedSchedule, at: MissedTime & MissedPolicy): MissedPlan {
  const total = schedule.count(at.after, at.until);
  if (total === 0) return { run: [], missed: [] };
  const runs = Math.min(total, runsOf(schedule, at));
  const rows = Math.min(total - runs, MOST_ROWS);
  const count = total - runs - rows;
  // One more than are named, should there be older ones: it is the last of them.
  const newest = newestSlots(schedule, { ...at, most: runs + rows + (count > 0 ? 1 : 0) });
  const named = newest.slice(newest.length - runs - rows);
  const plan = { run: named.slice(rows), missed: named.slice(0, rows) };
  const [until = 0] = newest;
  return count === 0 ? plan : { ...plan, older: { from: schedule.next(at.after) ?? until, until, count } };
}

function runsOf(schedule: CountedSchedule, at: MissedTime & MissedPolicy): number {
  if (at.missed === "skip") return 0;
  if (at.missed === "once") return 1;
  // A slot exactly as old as the window is in it.
  const after = Math.max(at.after, at.until - at.missedWindow - 1);
  return Math.min(at.missedMax, schedule.count(after, at.until));
}

/** The last `most` slots not after `until`, in order. */
function newestSlots(schedule: CountedSchedule, at: MissedTime & { readonly most: number }): readonly number[] {
  if (at.most === 0) return [];
  const slots: number[] = [];
  let slot = schedule.next(instantBefore(schedule, at));
  for (; slot !== undefined && slot <= at.until; slot = schedule.next(slot)) slots.push(slot);
  return slots.slice(-at.most);
}

/** An instant after which `most` slots are left, found by halving. */
function instantBefore(schedule: CountedSchedule, at: MissedTime & { readonly most: number }): number {
  let [enough, few] = [at.after, at.until];
  while (few - enough > 1) {
    const middle = Math.floor((enough + few) / 2);
    if (schedule.count(middle, at.until) >= at.most) enough = middle;
    else few = middle;
  }
  return enough;
}
