import { AppdError, messageOf } from "../base/errors.ts";
import type { CheckReport } from "../base/health_reports.ts";
import type { Clock, Timer } from "../system/clock.ts";

/** One check as its owner declares it. */
export interface CheckOptions {
  /** Whether its failure makes the daemon degraded (503), or is only shown. */
  readonly critical: boolean;
  /** Returns or resolves when all is well, throws or rejects with the reason when not; should honour `signal`. */
  readonly check: (signal: AbortSignal) => Promise<void> | void;
  /** Milliseconds after which a run counts as failed. */
  readonly timeoutMs: number;
}

/** A check that runs in the background. */
export interface Check extends Disposable {
  readonly last: CheckReport;
  /** Resolves at the first result, or when disposed. */
  readonly first: Promise<void>;
  /** Runs it now instead of at its next turn; a run that is under way goes on. */
  again(): void;
}

export interface CheckDeps {
  readonly clock: Clock;
  readonly interval: number;
  /** Hears of each result, and of the one before it. */
  readonly onResult: (now: CheckReport, before: CheckReport) => void;
}

/**
 * Starts the first run at once. A run that has timed out and still hangs holds up the next one, so that a dead
 * dependency never collects a pile of calls; its result stays `timed out` meanwhile.
 */
export function startCheck(options: CheckOptions, { clock, interval, onResult }: CheckDeps): Check {
  const { critical } = options;
  const first = Promise.withResolvers<void>();
  const stop = new AbortController();
  let last: CheckReport = { ok: false, critical, latency_ms: 0, error: "not checked yet" };
  let timer: Timer | undefined;
  let isRunning = false;

  function record(began: number, failure?: Failure): void {
    if (stop.signal.aborted) return;
    const before = last;
    const latency_ms = Math.round((clock.monotonic() - began) * 1000) / 1000;
    last = failure === undefined
      ? { ok: true, critical, latency_ms }
      : { ok: false, critical, latency_ms, ...failure, ...rowOf(before, clock.now()) };
    first.resolve();
    onResult(last, before);
  }

  function next(): void {
    isRunning = false;
    if (!stop.signal.aborted) timer = clock.after(untilNext(clock.monotonic(), interval), run);
  }

  function run(): void {
    isRunning = true;
    const began = clock.monotonic();
    const expired = new AbortController();
    let outcome: Promise<void> | void;
    try {
      outcome = options.check(AbortSignal.any([stop.signal, expired.signal]));
    } catch (error) {
      record(began, failureOf(error));
      return next();
    }
    if (!(outcome instanceof Promise)) {
      record(began);
      return next();
    }
    watch(outcome, { began, expired });
  }

  function watch(outcome: Promise<void>, { began, expired }: { began: number; expired: AbortController }): void {
    timer = clock.after(options.timeoutMs, () => {
      record(began, { error: `timed out after ${options.timeoutMs} ms` });
      expired.abort();
    });
    const end = (failure?: Failure) => {
      timer?.[Symbol.dispose]();
      if (!expired.signal.aborted) record(began, failure);
      next();
    };
    outcome.then(() => end(), (error) => end(failureOf(error)));
  }

  run();
  return {
    get last() {
      return last;
    },
    first: first.promise,
    again() {
      if (isRunning || stop.signal.aborted) return;
      timer?.[Symbol.dispose]();
      run();
    },
    [Symbol.dispose]() {
      stop.abort();
      timer?.[Symbol.dispose]();
      first.resolve();
    },
  };
}

/** Why a run failed, and what can be done where the check says that too. */
type Failure = Required<Pick<CheckReport, "error">> & Pick<CheckReport, "hint">;

function failureOf(error: unknown): Failure {
  const hint = error instanceof AppdError ? error.hint : undefined;
  return { error: messageOf(error), ...(hint === undefined ? {} : { hint }) };
}

/** The row of failures with one more; it begins `now` when the last run was well, or there was none. */
function rowOf({ since, failures = 0 }: CheckReport, now: number): Pick<CheckReport, "since" | "failures"> {
  return { since: since ?? new Date(now).toISOString(), failures: failures + 1 };
}

/** Milliseconds to the next multiple of the interval that is not too near: checks then share their wake-ups with others. */
function untilNext(now: number, interval: number): number {
  const rest = interval - now % interval;
  return rest < interval / 2 ? rest + interval : rest;
}
