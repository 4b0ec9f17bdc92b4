import { AppdError } from "../base/errors.ts";
import { FakeClock } from "../system/fake_clock.ts";
import type { JobEvent } from "./events.ts";
import { intervalTiming } from "./interval.ts";
import type { JobSpec, OpenHours, SchedulerSpec, Timing } from "./job_spec.ts";
import type { Ledger } from "./ledger.ts";
import { MemoryLedger } from "./memory_ledger.ts";
import type { Run } from "./run.ts";
import type { RunEnd, RunExit, RunIdentity, Runner, RunOrder } from "./runner.ts";
import { Scheduler } from "./scheduler.ts";

/** Milliseconds. */
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** A job that runs every hour and has nothing special. */
export function jobSpec(more: Partial<JobSpec> = {}): JobSpec {
  return {
    name: "tick",
    enabled: true,
    work: { mark: "" },
    on: [],
    runOnStart: false,
    timezone: "UTC",
    jitter: 0,
    timeout: 0,
    retries: 0,
    retryDelay: 10_000,
    retryMaxDelay: 600_000,
    overlap: "skip",
    missed: "once",
    missedMax: 100,
    missedWindow: 86_400_000,
    critical: false,
    stopTimeout: 10_000,
    keepRuns: 1000,
    keepFor: 90 * 86_400_000,
    ...more,
  };
}

/** A job that runs every full hour, see {@link Bench}. */
export const CRON = jobSpec({ cron: "0 * * * *" });

/** A process that ends when it is told to. */
export interface FakeRun {
  readonly order: RunOrder;
  readonly stops: (number | undefined)[];
  end(exit?: RunExit): void;
  /** Ends it as a function that ignored its signal is let go; its code goes on until `lingers` resolves. */
  letGo(lingers: Promise<unknown>): void;
}

/** Starts nothing and remembers what it was asked for. */
export class FakeRunner implements Runner {
  readonly started: FakeRun[] = [];
  readonly cleared: RunIdentity[] = [];
  /** When set, starts are refused with it. */
  refusal: { reason: string; mayPass?: boolean } | undefined;
  /** What a stop does; ends the process by the signal unless it is changed. */
  onStop: (run: FakeRun) => void = (run) => run.end({ signal: "SIGTERM" });

  start(order: RunOrder) {
    if (this.refusal !== undefined) {
      const error = new AppdError(this.refusal.reason, { exit: "generic" });
      throw Object.assign(error, { mayPass: this.refusal.mayPass ?? false });
    }
    const { promise, resolve } = Promise.withResolvers<RunEnd>();
    const run: FakeRun = {
      order,
      stops: [],
      end: (exit = { code: 0 }) => resolve({ exit, output: "done\n", leftovers: [] }),
      letGo: (lingers) => resolve({ exit: null, output: "", leftovers: [{ pid: 0, command: "its code" }], lingers }),
    };
    this.started.push(run);
    return {
      identity: { runId: order.runId, job: order.job.name, pid: 1000 + order.runId, startTime: "1", bootId: "b" },
      ended: promise,
      stop: (timeoutMs?: number) => {
        run.stops.push(timeoutMs);
        this.onStop(run);
      },
    };
  }

  clear(identity: RunIdentity) {
    this.cleared.push(identity);
    return Promise.resolve({ wasAlive: true, output: "last words\n" });
  }
}

/** Every so many milliseconds since the epoch: a calendar that is easy to count with. */
export function calendar(ms: number): Timing {
  return intervalTiming(ms, 0);
}

/** Office hours, 9 to 17 each day in UTC. */
export const OFFICE: OpenHours = {
  isOpen: (time) => new Date(time).getUTCHours() >= 9 && new Date(time).getUTCHours() < 17,
  nextOpening(time) {
    if (this.isOpen(time)) return time;
    const nine = new Date(time).setUTCHours(9, 0, 0, 0);
    return nine > time ? nine : nine + 86_400_000;
  },
  text: "9:00 - 17:00",
};

/** A scheduler with everything around it faked; cron jobs run every full hour. */
export class Bench {
  readonly clock: FakeClock;
  readonly runner = new FakeRunner();
  readonly events: JobEvent[] = [];
  readonly scheduler: Scheduler;
  readonly ledger: Ledger;

  constructor(options: { clock?: FakeClock; ledger?: Ledger; timing?: Timing; jitter?: number } = {}) {
    this.clock = options.clock ?? new FakeClock(Date.UTC(2026, 0, 5, 10, 30));
    this.ledger = options.ledger ?? new MemoryLedger();
    this.scheduler = new Scheduler({
      clock: this.clock,
      ledger: this.ledger,
      runner: this.runner,
      timingOf: () => options.timing ?? calendar(HOUR),
      jitterOf: () => options.jitter ?? 0,
      sinceBoot: () => undefined,
      onEvent: (event) => this.events.push(event),
    });
  }

  async begin(jobs: readonly JobSpec[], scheduler: Partial<SchedulerSpec> = {}): Promise<this> {
    await this.scheduler.begin({ jobs, scheduler: { concurrency: 100, pools: {}, ...scheduler } });
    await settle();
    return this;
  }

  apply(jobs: readonly JobSpec[], scheduler: Partial<SchedulerSpec> = {}): void {
    this.scheduler.apply({ jobs, scheduler: { concurrency: 100, pools: {}, ...scheduler } });
  }

  /** Time passes, with a look at the clock each minute and at the end. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= MINUTE) {
      this.clock.advance(Math.min(left, MINUTE));
      this.scheduler.tick();
      await settle();
    }
  }

  /** Lines of history as `slot state reason`, oldest first. */
  async lines(job = "tick"): Promise<string[]> {
    const runs = await this.ledger.history({ job, limit: 10_000 });
    return runs.map(lineOf).reverse();
  }
}

/** A clock that shows a time of the day on which tests begin. */
export function clockAt(time: string): FakeClock {
  return new FakeClock(Date.parse(`2026-01-05T${time}:00Z`));
}

/** The books as a daemon leaves them that saw `spec` for the first time at a time of that day. */
export async function leftAt(time: string, spec: JobSpec): Promise<MemoryLedger> {
  const ledger = new MemoryLedger();
  await new Bench({ ledger, clock: clockAt(time) }).begin([spec]);
  return ledger;
}

function lineOf({ slotAt, slots, state, reason }: Run): string {
  const many = slots === 1 ? "" : ` x${slots}`;
  return `${new Date(slotAt).toISOString().slice(5, 16)}${many} ${state}${reason === null ? "" : `: ${reason}`}`;
}

/** Lets everything that waits for promises alone come to rest. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}
