import type { Health } from "../../health/health.ts";
import { endingText } from "../../base/ending.ts";
import type { Run } from "../../jobs/run.ts";
import type { Scheduler } from "../../jobs/scheduler.ts";
import type { StoreLedger } from "../../jobs/store_ledger.ts";
import type { Store } from "../../store/store.ts";

/** Longest time that a check of our own may take, in milliseconds; they all answer at once. */
const TIMEOUT_MS = 1000;

/** Outcomes that make a critical job degrade the daemon. */
const BAD: ReadonlySet<string> = new Set(["failed", "timeout", "interrupted"]);

/** What health says of the database and of critical jobs. */
export function addJobChecks(
  health: Health,
  { scheduler, ledger, store }: { scheduler: Scheduler; ledger: StoreLedger; store: Store },
): Disposable {
  const stack = new DisposableStack();
  stack.use(health.add("database", {
    critical: true,
    timeoutMs: TIMEOUT_MS,
    check() {
      const { ok, error } = store.health();
      const problem = ok ? ledger.problem : error ?? "it cannot be used";
      if (problem !== undefined) throw new Error(problem);
    },
  }));
  stack.use(health.add("jobs", {
    critical: true,
    timeoutMs: TIMEOUT_MS,
    check() {
      const problems = criticalProblems(scheduler);
      if (problems.length > 0) throw new Error(problems.join("; "));
    },
  }));
  return stack;
}

/**
 * What health says from the loss of the database on, until the next start.
 *
 * @param setAside where the damaged one is; empty when it was removed
 */
export function addLossCheck(health: Health, setAside: string): Disposable {
  const what = setAside === "" ? "it was removed" : `the damaged one is kept as ${setAside}`;
  return health.add("history", {
    critical: false,
    timeoutMs: TIMEOUT_MS,
    check() {
      throw new Error(`the database was lost and begins anew: ${what}`);
    },
  });
}

function whyOf({ reason, exit }: Run): string {
  const why = reason ?? (exit === null ? null : endingText(exit));
  return why === null ? "" : ` (${why})`;
}

function criticalProblems(scheduler: Scheduler): string[] {
  return scheduler.critical.flatMap(({ spec, lastRun, overdueSince, lingering }) => {
    const [code] = lingering;
    if (code !== undefined) return [`the code of ${spec.name}, run ${code.run}, ignores its signal`];
    if (overdueSince !== null) return [`${spec.name} is overdue`];
    if (lastRun === null || !BAD.has(lastRun.state)) return [];
    return [`${spec.name} ended with ${lastRun.state}${whyOf(lastRun)}`];
  });
}
