import type { JobSpec, Timing } from "./job_spec.ts";

/** Milliseconds that a slot may be late before it counts as missed: the daemon was stopped, or its clock jumped. */
export const GRACE_MS = 10_000;
/** Missed slots that get a line each; of a longer row the older ones share one line. */
const MISSED_LINES = 100;

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
  /** Missed before those. */
  readonly older: { readonly from: DueSlot; readonly until: number; readonly count: number } | undefined;
  readonly place: Place;
}

/** What a job's times are made of. */
export interface TimedJob {
  readonly spec: JobSpec;
  readonly timing: Timing;
  /** Milliseconds that a slot is put off. */
  readonly jitter: (slotAt: number) => number;
}

/** The slot after those that were dealt with, and when it is due. */
export function upcoming({ timing, jitter }: TimedJob, { cursor }: Place): { at: number; due: number } | undefined {
  const at = timing.next(cursor);
  return at === undefined ? undefined : { at, due: at + jitter(at) };
}

/**
 * Everything that is due by `now`.
 *
 * @param graceMs a slot that is later than this was missed; 0 when the daemon has just started
 */
export function takeDue(job: TimedJob, place: Place, { now, graceMs }: { now: number; graceMs: number }): Due {
  const { spec, timing } = job;
  const most = MISSED_LINES + 3 + (spec.missed === "all" ? spec.missedMax : 0);
  const passed = dueOnly(job, timing.between(place.cursor, { until: now, most }), now);
  const { count, newest } = passed;
  const last = newest.at(-1);
  if (last === undefined) return { run: [], onTime: false, missed: [], older: undefined, place };
  const seqOf = (index: number) => place.seq + count - newest.length + index + 1;
  const slots = newest.map((at, index): DueSlot => ({ at, seq: seqOf(index) }));
  const onTime = now - (last + job.jitter(last)) <= graceMs;
  const run = chosen(spec, { slots, onTime, now });
  const rest = slots.filter((slot) => !run.includes(slot));
  return {
    run,
    onTime,
    missed: rest.slice(-MISSED_LINES),
    older: olderOf(passed, { rest, seq: place.seq, listed: slots.length }),
    place: { cursor: last, seq: place.seq + count },
  };
}

/** Without the last one while its jitter lasts. */
function dueOnly({ jitter }: TimedJob, passed: ReturnType<Timing["between"]>, now: number) {
  const last = passed.newest.at(-1);
  if (last === undefined || last + jitter(last) <= now) return passed;
  return { ...passed, count: passed.count - 1, newest: passed.newest.slice(0, -1) };
}

function chosen(
  { missed, missedMax, missedWindow }: JobSpec,
  { slots, onTime, now }: { slots: readonly DueSlot[]; onTime: boolean; now: number },
): readonly DueSlot[] {
  const current = onTime ? slots.slice(-1) : [];
  switch (missed) {
    case "skip":
      return current;
    case "once":
      return slots.slice(-1);
    case "all": {
      const late = slots.slice(0, onTime ? -1 : undefined).filter(({ at }) => at >= now - missedWindow);
      return [...(missedMax > 0 ? late.slice(-missedMax) : []), ...current];
    }
  }
}

/** The row of slots that get no line of their own. */
function olderOf(
  { count, first }: ReturnType<Timing["between"]>,
  { rest, seq, listed }: { rest: readonly DueSlot[]; seq: number; listed: number },
): Due["older"] {
  const cut = rest.slice(0, Math.max(0, rest.length - MISSED_LINES));
  const unlisted = count - listed;
  const until = cut.at(-1)?.at;
  if (first === undefined || unlisted + cut.length <= 0) return undefined;
  return { from: { at: first, seq: seq + 1 }, until: until ?? first, count: unlisted + cut.length };
}
