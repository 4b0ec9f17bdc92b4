import type { Clock } from "../system/clock.ts";

/** How far a shutdown has come; times as `status` shows them. */
export interface ShutdownProgress {
  readonly began_at: string;
  /** Names of the parts that have not ended yet. */
  readonly remaining: readonly string[];
  readonly deadline: string;
}

/** The result of a shutdown: who ended in time, who did not. Durations in milliseconds. */
export interface ShutdownReport {
  readonly durationMs: number;
  readonly late: readonly string[];
  readonly failed: readonly { readonly part: string; readonly error: unknown }[];
}

/** One part of the daemon that takes time to end. */
export interface ShutdownStep {
  readonly name: string;
  /** What it needs of the time, in milliseconds: when no more is left, it begins beside what has not ended yet. */
  readonly reserve?: number;
  /** Ends the part; gets the milliseconds that are left. Must not outlive them, and is not waited for when it does. */
  stop(remainingMs: number): Promise<void> | void;
}

/** A shutdown under way. */
export interface Shutdown {
  progress(): ShutdownProgress;
  readonly done: Promise<ShutdownReport>;
}

/**
 * Runs the steps in order, each within what is left of `timeoutMs`. A step that fails or is late is named in the report,
 * and the next one runs all the same. A step has all the time, but for what the next one has as its `reserve`: then both
 * go on at the same time.
 */
export function beginShutdown(clock: Clock, steps: readonly ShutdownStep[], timeoutMs: number): Shutdown {
  const began = clock.monotonic();
  const beganAt = clock.now();
  const remaining = new Set(steps);
  const timeLeft = () => Math.max(0, timeoutMs - (clock.monotonic() - began));
  const late: string[] = [];
  const failed: { part: string; error: unknown }[] = [];

  /** @param earlier resolves when all steps before have ended */
  async function end(step: ShutdownStep, earlier: Promise<void>): Promise<void> {
    await turnOf(step, earlier);
    const outcome = await withDeadline(clock, { step, left: timeLeft() });
    if (outcome.kind === "late") late.push(step.name);
    if (outcome.kind === "failed") failed.push({ part: step.name, error: outcome.error });
    remaining.delete(step);
    await earlier;
  }

  async function turnOf({ reserve }: ShutdownStep, earlier: Promise<void>): Promise<void> {
    if (reserve === undefined) return await earlier;
    const { promise: isTime, resolve } = Promise.withResolvers<void>();
    using _timer = clock.after(Math.max(0, timeoutMs - reserve), resolve);
    await Promise.race([earlier, isTime]);
  }

  async function run(): Promise<ShutdownReport> {
    await steps.reduce((earlier, step) => end(step, earlier), Promise.resolve());
    return { durationMs: clock.monotonic() - began, late, failed };
  }

  return {
    progress: () => ({
      began_at: new Date(beganAt).toISOString(),
      remaining: [...remaining].map(({ name }) => name),
      deadline: new Date(beganAt + timeoutMs).toISOString(),
    }),
    done: run(),
  };
}

type Outcome = { readonly kind: "done" | "late" } | { readonly kind: "failed"; readonly error: unknown };

/** Time that a step may take beyond its share before it counts as late; a late step is left behind, not awaited. */
const GRACE_MS = 500;

async function withDeadline(
  clock: Clock,
  task: { step: ShutdownStep; left: number },
): Promise<Outcome> {
  const { promise: tooLate, resolve } = Promise.withResolvers<Outcome>();
  using _timer = clock.after(task.left + GRACE_MS, () => resolve({ kind: "late" }));
  const work = Promise.resolve().then(() => task.step.stop(task.left)).then(
    (): Outcome => ({ kind: "done" }),
    (error: unknown): Outcome => ({ kind: "failed", error }),
  );
  return await Promise.race([work, tooLate]);
}
