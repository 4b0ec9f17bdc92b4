import { humanDuration } from "../base/duration.ts";
import { triggerText } from "../base/event_trigger.ts";
import type { JobStatus, LastRun, RunOutcome, RunReport, UpcomingSlot } from "../base/job_reports.ts";
import type { ProgramExit } from "../base/program_reports.ts";
import type { SchedulerStatus } from "../base/scheduler_status.ts";
import { type Job, runOf } from "./job.ts";
import type { JobSpec, SchedulerSpec } from "./job_spec.ts";
import type { Run } from "./run.ts";
import type { Scheduler } from "./scheduler.ts";

const iso = (time: number) => new Date(time).toISOString();
const isoOrNull = (time: number | null | undefined) => time === null || time === undefined ? null : iso(time);
const seconds = (ms: number | null) => ms === null ? null : Math.round(ms) / 1000;

/** A line of history as users see it. @param output with the last lines that it wrote */
export function runReport(run: Run, { output = false }: { output?: boolean } = {}): RunReport {
  return {
    id: run.id,
    job: run.job,
    number: run.number,
    slot: iso(run.slotAt),
    slots: run.slots,
    slot_until: isoOrNull(run.slotUntil),
    trigger: run.cause.kind,
    detail: run.cause.detail,
    state: run.state,
    reason: run.reason,
    attempts: run.attempts,
    created_at: iso(run.createdAt),
    started_at: isoOrNull(run.startedAt),
    ended_at: isoOrNull(run.endedAt),
    duration_s: seconds(run.durationMs),
    exit: exitOf(run),
    pid: run.state === "running" && run.pid > 0 ? run.pid : null,
    next_retry_at: isoOrNull(run.retryAt),
    ...(output ? { output: run.output } : {}),
  };
}

function exitOf({ exit, endedAt, startedAt }: Run): ProgramExit | null {
  if (exit === null) return null;
  const at = iso(endedAt ?? startedAt ?? 0);
  if ("code" in exit) return { code: exit.code, signal: null, at };
  return { code: null, signal: exit.signal, ...(exit.outOfMemory ? { out_of_memory: true } : {}), at };
}

function lastOf(run: Run | null): LastRun | null {
  if (run === null) return null;
  return {
    slot: iso(run.slotAt),
    outcome: run.state as RunOutcome,
    reason: run.reason,
    started_at: isoOrNull(run.startedAt),
    duration_s: seconds(run.durationMs),
    exit: exitOf(run),
  };
}

/** What a job is like now. */
export function jobStatus(job: Job, around: { readonly scheduler: Scheduler; readonly logFile: string }): JobStatus {
  const { spec, active, waiting, lingering } = job;
  const { desk } = around.scheduler;
  const runs = [...active.values()].map(runOf);
  const retries = runs.flatMap(({ state, retryAt }) => state === "retrying" && retryAt !== null ? [retryAt] : []);
  const pause = job.pause ?? desk.pause;
  return {
    name: spec.name,
    ...(spec.builtIn ? { built_in: true } : {}),
    enabled: spec.enabled,
    ...(spec.leftOut === undefined ? {} : { left_out: spec.leftOut }),
    paused: pause !== null,
    paused_until: isoOrNull(pause?.until),
    running: runs.some(({ state }) => state !== "retrying"),
    retrying: runs.some(({ state }) => state === "retrying"),
    next_retry_at: retries.length === 0 ? null : iso(most(retries, Math.min)),
    in_flight: active.size,
    queued: waiting.size,
    ...(lingering.size === 0
      ? {}
      : { lingering: [...lingering].map(({ run, since }) => ({ run, since: iso(since) })) }),
    triggers: job.number,
    last: lastOf(job.lastRun),
    last_skip: job.lastSkip === null ? null : { slot: iso(job.lastSkip.slotAt), reason: job.lastSkip.reason ?? "" },
    next_at: isoOrNull(nextRunAt(job, around.scheduler)),
    schedule: scheduleText(spec),
    interval_s: spec.every === undefined ? null : seconds(spec.every),
    critical: spec.critical,
    work_hours_only: spec.outsideHours !== undefined,
    overdue_since: isoOrNull(job.overdueSince),
    log_file: around.logFile,
    problem: spec.work.problem ?? null,
  };
}

/** `every 3h`, `cron 0 9 * * 1-5 (Europe/Berlin)`, `on git:myproject`; `by hand` when nothing else triggers it. */
export function scheduleText({ every, cron, timezone, on, runOnStart }: JobSpec): string {
  const parts = [
    ...(every === undefined ? [] : [`every ${humanDuration(every)}`]),
    ...(cron === undefined ? [] : [`cron ${cron} (${timezone})`]),
    ...(on.length === 0 ? [] : [`on ${on.map(triggerText).join(", ")}`]),
    ...(runOnStart ? ["at the daemon's start"] : []),
  ];
  return parts.length === 0 ? "by hand" : parts.join("; ");
}

/**
 * The scheduler's part of the status; its interval and triggers are those of jobs that are not in the background.
 *
 * @param lagMs between the last slot and the start of its process
 */
export function schedulerStatus(
  scheduler: Scheduler,
  { now, lagMs, hours }: { now: number; lagMs: number | null; hours: HoursText | undefined },
): SchedulerStatus {
  const jobs = scheduler.list().filter(({ spec }) => !spec.background);
  const { desk, spec } = scheduler;
  const dues = jobs.flatMap((job) => nextRunAt(job, scheduler) ?? []);
  const lasts = jobs.flatMap(({ lastRun }) => lastRun?.startedAt ?? []);
  const intervals = new Set(jobs.flatMap(({ spec }) => spec.every ?? (spec.cron === undefined ? [] : [NaN])));
  const [interval] = intervals;
  return {
    paused: desk.pause !== null,
    paused_until: isoOrNull(desk.pause?.until),
    interval_s: intervals.size === 1 && interval !== undefined && !Number.isNaN(interval) ? seconds(interval) : null,
    in_flight: desk.load.inFlight,
    queued: desk.load.queued,
    lag_ms: lagMs === null ? null : Math.round(lagMs),
    work_hours: {
      enabled: spec.hours !== undefined,
      hours: hours?.hours ?? null,
      timezone: hours?.timezone ?? null,
      in_hours: spec.hours?.isOpen(now) ?? true,
      changes_at: spec.hours === undefined || spec.hours.isOpen(now) ? null : isoOrNull(spec.hours.nextOpening(now)),
    },
    triggers: jobs.reduce((sum, { number }) => sum + number, 0),
    last_at: lasts.length === 0 ? null : iso(most(lasts, Math.max)),
    next_at: dues.length === 0 ? null : iso(most(dues, Math.min)),
  };
}

/** The work hours in words. */
export interface HoursText {
  /** `9:00 - 18:00`. */
  readonly hours: string;
  readonly timezone: string;
}

function most(times: readonly number[], which: (a: number, b: number) => number): number {
  return times.reduce((a, b) => which(a, b));
}

/** Openings of the work hours that are tried for one with a slot in it. */
const MOST_OPENINGS = 50;

/** When a timed job is going to run, after pauses that end and within its hours; undefined when that cannot be said. */
function nextRunAt(job: Job, scheduler: Scheduler): number | undefined {
  const { timed, place, spec } = job;
  const pauses = [scheduler.desk.pause, job.pause].filter((pause) => pause !== null);
  if (timed === undefined || place === null || !spec.enabled || pauses.some(({ until }) => until === null)) {
    return undefined;
  }
  const timing = timed.timingFrom(place.cursor);
  const { hours } = scheduler.spec;
  let from = Math.max(place.cursor, ...pauses.map(({ until }) => (until ?? 0) - 1));
  for (let tries = 0; tries < MOST_OPENINGS; tries++) {
    const at = timing.next(from);
    if (at === undefined) return undefined;
    const due = at + timed.jitter(at);
    if (spec.outsideHours === undefined || hours === undefined || hours.isOpen(due)) return due;
    const opening = hours.nextOpening(due);
    if (opening === undefined || spec.outsideHours === "defer") return opening;
    from = opening - 1;
  }
  return undefined;
}

/** The next times of timed jobs, soonest first, and what is going to hinder them. */
export function upcomingSlots(
  scheduler: Scheduler,
  { count, jobs }: { readonly count: number; readonly jobs: readonly Job[] },
): UpcomingSlot[] {
  const found = jobs.flatMap((job) => firstSlots(job, count));
  return found.sort((a, b) => a.due - b.due).slice(0, count).map(({ job, at, due }) => ({
    job: job.spec.name,
    at: iso(due),
    slot: iso(at),
    trigger: job.spec.cron === undefined ? "every" : "cron",
    note: noteOf(job, { due, scheduler }),
  }));
}

function firstSlots(job: Job, count: number): { job: Job; at: number; due: number }[] {
  const { timed, place, spec } = job;
  const slots: { job: Job; at: number; due: number }[] = [];
  if (timed === undefined || place === null || !spec.enabled) return slots;
  const timing = timed.timingFrom(place.cursor);
  for (let at = timing.next(place.cursor); at !== undefined && slots.length < count; at = timing.next(at)) {
    slots.push({ job, at, due: at + timed.jitter(at) });
  }
  return slots;
}

function noteOf(job: Job, { due, scheduler }: { due: number; scheduler: Scheduler }): string | null {
  for (const pause of [scheduler.desk.pause, job.pause]) {
    if (pause !== null && (pause.until === null || pause.until > due)) return "skipped: paused";
  }
  return hoursNote(job.spec, { due, spec: scheduler.spec });
}

function hoursNote({ outsideHours }: JobSpec, { due, spec }: { due: number; spec: SchedulerSpec }): string | null {
  const { hours } = spec;
  if (outsideHours === undefined || hours === undefined || hours.isOpen(due)) return null;
  if (outsideHours === "skip") return "skipped: outside work hours";
  return `deferred to ${isoOrNull(hours.nextOpening(due)) ?? "never"}`;
}
