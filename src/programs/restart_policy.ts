import { endingText } from "../base/ending.ts";
import type { Exit } from "./program_spec.ts";
import type { History, Moment, Policy } from "./state.ts";

/** Milliseconds: the first delay, the longest, and the part by which chance moves it either way. */
const FIRST_DELAY = 1000;
const LONGEST_DELAY = 60_000;
const JITTER = 0.2;

/** So many failures within so many milliseconds are a crash loop. */
const LOOP_FAILURES = 5;
const LOOP_WINDOW = 300_000;

/**
 * Exit codes that another start cannot mend: sysexits(3) EX_USAGE 64, EX_NOPERM 77, EX_CONFIG 78; a shell's 126 (cannot
 * be executed) and 127 (not found).
 */
export const HOPELESS_CODES: readonly number[] = [64, 77, 78, 126, 127];

/** What follows the end of a life or a spawn that failed for a shortage. */
export type Decision =
  | { readonly next: "exited" }
  | { readonly next: "failed"; readonly reason: string }
  | { readonly next: "at once"; readonly history: History }
  | { readonly next: "backoff"; readonly delayMs: number; readonly history: History; readonly loopBegan: boolean };

/** @param wasStable whether the life had been ready for {@link Policy.stableAfter} */
export function afterExit(
  exit: Exit,
  past: { history: History; policy: Policy; moment: Moment; wasStable: boolean },
): Decision {
  const code = exit !== "unknown" && "code" in exit ? exit.code : undefined;
  if (code !== undefined && HOPELESS_CODES.includes(code)) return { next: "failed", reason: endingText(exit) };
  if (past.policy.restart === "never") return { next: "exited" };
  if (past.policy.restart === "on-failure" && code === 0) return { next: "exited" };
  if (past.wasStable) return { next: "at once", history: afterStable(past.history) };
  return afterFailure(past.history, past.moment);
}

/** What follows when a program that was unwell has been stopped. @param wasStable as in {@link afterExit} */
export function afterUnwell(
  unwell: { readonly reason: string; readonly wasStable: boolean },
  past: { history: History; policy: Policy; moment: Moment },
): Decision {
  if (past.policy.restart === "never") return { next: "failed", reason: unwell.reason };
  return unwell.wasStable
    ? { next: "at once", history: afterStable(past.history) }
    : afterFailure(past.history, past.moment);
}

/** The backoff that follows one more failure. */
export function afterFailure(history: History, moment: Moment): Decision {
  const recent = history.failures.filter((at) => at > moment.mono - LOOP_WINDOW).slice(-LOOP_FAILURES + 1);
  const failures = [...recent, moment.mono];
  const crashLoop = history.crashLoop || failures.length >= LOOP_FAILURES;
  const base = crashLoop ? LONGEST_DELAY : Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** Math.min(history.attempts, 16));
  return {
    next: "backoff",
    delayMs: Math.round(base * (1 + JITTER * (2 * moment.random - 1))),
    history: { ...history, failures, crashLoop, attempts: history.attempts + 1 },
    loopBegan: crashLoop && !history.crashLoop,
  };
}

/** The past of a program that has been stable counts for nothing. */
export function afterStable(history: History): History {
  return { ...history, attempts: 0, failures: [], crashLoop: false };
}
