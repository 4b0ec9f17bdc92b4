import type { JobsDeps } from "./deps.ts";
import type { Job } from "./job.ts";

/** New lines of a job after which old ones are looked for. */
const PRUNE_AFTER = 20;

/** Lines beyond the limits go a few at a time, with every so many new ones. */
export function prune(job: Job, { ledger, clock }: Pick<JobsDeps, "ledger" | "clock">): void {
  if (job.lines < PRUNE_AFTER) return;
  job.lines = 0;
  const { name, keepFor, keepRuns } = job.spec;
  void ledger.prune(name, { keep: keepRuns, before: clock.now() - keepFor });
}
