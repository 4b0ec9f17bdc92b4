/**
 * The health room owns the checks of the daemon's dependencies: it runs them in the background and remembers each last
 * result. It never runs a check because somebody asked for the report, and never decides what a bad result leads to.
 */
import type { CheckReport } from "../base/health_reports.ts";
import type { Clock } from "../system/clock.ts";
import { type Check, type CheckOptions, startCheck } from "./check.ts";

export type { CheckOptions } from "./check.ts";

/** What all checks together say: a failed critical check degrades the daemon, any other is only shown. */
export type Worst = "healthy" | "degraded";

export interface HealthOptions {
  readonly clock: Clock;
  /** Milliseconds from the end of one run of a check to the next. */
  readonly interval: number;
}

/** A check that was well, or not checked yet, fails; or one that failed is well again. */
export interface CheckTurn {
  readonly name: string;
  readonly now: CheckReport;
  readonly before: CheckReport;
}

export interface Health extends Disposable {
  /**
   * Runs the check now and then every interval, until the result is disposed. A synchronous check has its first result
   * when `add` returns.
   *
   * @throws Error when the name is taken, a bug of the caller
   */
  add(name: string, options: CheckOptions): Disposable;
  /** The last results by name. Instant and without side effects, also while a check hangs. */
  report(): Record<string, CheckReport>;
  worst(): Worst;
  /** Runs a check now, because what it looks at has changed. One that is not there, or runs, is left alone. */
  again(name: string): void;
  /**
   * Resolves when every check added so far has a first result, which takes no longer than the longest timeout.
   *
   * @param which `critical`: only checks that decide what {@link worst} is
   */
  settled(which?: { readonly critical?: boolean }): Promise<void>;
  /** Calls `listener` whenever {@link worst} changes. */
  onChange(listener: (worst: Worst) => void): Disposable;
  /** Calls `listener` when a check begins to fail, and when it is well again; before those of {@link onChange}. */
  onTurn(listener: (turn: CheckTurn) => void): Disposable;
}

export function createHealth({ clock, interval }: HealthOptions): Health {
  const checks = new Map<string, Check>();
  const listeners = new Set<(worst: Worst) => void>();
  const turnListeners = new Set<(turn: CheckTurn) => void>();
  let known: Worst = "healthy";

  function worst(): Worst {
    return [...checks.values()].some(({ last }) => last.critical && !last.ok) ? "degraded" : "healthy";
  }

  function tell(): void {
    const now = worst();
    if (now === known) return;
    known = now;
    for (const listener of listeners) listener(now);
  }

  function heard(turn: CheckTurn): void {
    if ((turn.now.since === undefined) !== (turn.before.since === undefined)) {
      for (const listener of turnListeners) listener(turn);
    }
    tell();
  }

  return {
    add(name, options) {
      if (checks.has(name)) throw new Error(`health check "${name}" is there already`);
      const onResult = (now: CheckReport, before: CheckReport) => heard({ name, now, before });
      const check = startCheck(options, { clock, interval, onResult });
      checks.set(name, check);
      tell();
      return {
        [Symbol.dispose]() {
          check[Symbol.dispose]();
          if (checks.get(name) === check) checks.delete(name);
          tell();
        },
      };
    },
    report: () => Object.fromEntries([...checks].map(([name, check]) => [name, check.last])),
    worst,
    again: (name) => checks.get(name)?.again(),
    async settled({ critical = false } = {}) {
      const wanted = [...checks.values()].filter(({ last }) => last.critical || !critical);
      await Promise.all(wanted.map(({ first }) => first));
    },
    onChange(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    onTurn(listener) {
      turnListeners.add(listener);
      return { [Symbol.dispose]: () => void turnListeners.delete(listener) };
    },
    [Symbol.dispose]() {
      for (const check of checks.values()) check[Symbol.dispose]();
      checks.clear();
      listeners.clear();
      turnListeners.clear();
    },
  };
}
