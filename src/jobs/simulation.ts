import type { RunOutcome, TriggerKind, UpcomingSlot } from "../base/job_reports.ts";
import { nextTurn } from "../system/clock.ts";
import { VirtualClock } from "../system/virtual_clock.ts";
import type { JobsDeps } from "./deps.ts";
import { upcomingSlots } from "./job_report.ts";
import { MemoryLedger } from "./memory_ledger.ts";
import { isEnded, type Run } from "./run.ts";
import type { RunEnd, Runner, RunOrder } from "./runner.ts";
import { type JobsConfig, Scheduler } from "./scheduler.ts";

/** What would become of a slot. Times are ISO 8601. */
export interface SimulatedRun {
  readonly job: string;
  readonly slot: string;
  readonly started_at: string | null;
  readonly ended_at: string | null;
  readonly trigger: TriggerKind;
  readonly outcome: RunOutcome;
  readonly reason: string | null;
}

/** The jobs and their times. */
interface Plan extends Pick<JobsDeps, "timingOf" | "jitterOf"> {
  readonly config: JobsConfig;
}

export interface SimulationOptions extends Plan {
  /** Wall times in milliseconds; slots from the first on, up to and without the last. */
  readonly from: number;
  readonly to: number;
  /** Milliseconds that a run of a job takes. */
  readonly durationOf: (job: string) => number;
}

/**
 * What the scheduler would do in a time, done by the scheduler itself with a clock that is moved on by hand, books on a
 * sheet of paper, and runs that take their time and end well.
 */
export async function* simulate(options: SimulationOptions): AsyncGenerator<SimulatedRun> {
  const { from, to, config, durationOf } = options;
  const clock = new VirtualClock(from - 1);
  const ended: Run[] = [];
  using scheduler = virtualScheduler(options, clock, {
    durationOf,
    onEnded: (run) => ended.push(run),
  });
  await scheduler.begin(config, { clearWaitMs: 0 });
  await nextTurn();
  for (let ms = clock.untilNext; ms !== undefined && clock.now() + ms < to; ms = clock.untilNext) {
    clock.advance(ms);
    await nextTurn();
    yield* ended.splice(0).map(simulated);
  }
}

/** The next slots of a scheduler that begins at `now`, wall time in milliseconds; soonest first. */
export async function upcomingOf(
  options: Plan & { readonly now: number; readonly count: number; readonly job?: string },
): Promise<UpcomingSlot[]> {
  const { config, now, count, job } = options;
  const clock = new VirtualClock(now);
  using scheduler = virtualScheduler(options, clock, { durationOf: () => 0, onEnded() {} });
  await scheduler.begin(config, { clearWaitMs: 0 });
  const jobs = scheduler.list().filter(({ spec }) => job === undefined || spec.name === job);
  return upcomingSlots(scheduler, { count, jobs });
}

function virtualScheduler(
  { timingOf, jitterOf }: Plan,
  clock: VirtualClock,
  { durationOf, onEnded }: Pick<SimulationOptions, "durationOf"> & { readonly onEnded: (run: Run) => void },
): Scheduler {
  return new Scheduler({
    ...{ clock, timingOf, jitterOf },
    ledger: new MemoryLedger(),
    runner: virtualRunner(clock, durationOf),
    sinceBoot: () => undefined,
    onEvent(event) {
      if ("run" in event && isEnded(event.run)) onEnded(event.run);
    },
  });
}

function simulated(run: Run): SimulatedRun {
  const iso = (time: number | null) => time === null ? null : new Date(time).toISOString();
  return {
    job: run.job,
    slot: new Date(run.slotAt).toISOString(),
    started_at: iso(run.startedAt),
    ended_at: run.state === "skipped" ? null : iso(run.endedAt),
    trigger: run.cause.kind,
    outcome: run.state as RunOutcome,
    reason: run.reason,
  };
}

function virtualRunner(clock: VirtualClock, durationOf: (job: string) => number): Runner {
  return {
    start({ job, runId }: RunOrder) {
      const { promise, resolve } = Promise.withResolvers<RunEnd>();
      const end = (exit: RunEnd["exit"]) => resolve({ exit, output: "", leftovers: [] });
      const took = durationOf(job.name);
      if (took === 0) end({ code: 0 });
      else clock.after(took, () => end({ code: 0 }));
      return {
        identity: { runId, job: job.name, pid: 0, startTime: "", bootId: "" },
        ended: promise,
        stop: () => end({ signal: "SIGTERM" }),
      };
    },
    clear: () => Promise.resolve({ wasAlive: false, output: "" }),
  };
}
