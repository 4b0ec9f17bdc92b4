import type { JobsDeps } from "./deps.ts";
import { expectEnd } from "./deadline.ts";
import type { Desk } from "./desk.ts";
import type { Job } from "./job.ts";
import type { Run } from "./run.ts";

interface Recovery extends Pick<JobsDeps, "clock" | "ledger" | "runner"> {
  readonly desk: Desk;
  readonly job: (name: string) => Job | undefined;
}

/**
 * Takes up the runs that have no outcome yet: what waited goes on waiting, what ran is ended where it still does, and is
 * `interrupted`. Resolves when all of those have their outcome.
 */
export async function recover(open: readonly Run[], recovery: Recovery): Promise<void> {
  await Promise.all(open.map((run) => {
    const job = recovery.job(run.job);
    if (run.state === "running") return interrupt(run, job, recovery);
    if (job !== undefined) return recovery.desk.resume(job, run);
    const reason = "the job was taken out of the configuration";
    return recovery.ledger.record({ update: [{ ...run, state: "cancelled", reason, endedAt: recovery.clock.now() }] });
  }));
}

async function interrupt(run: Run, job: Job | undefined, { clock, ledger, runner, desk }: Recovery): Promise<void> {
  job?.active.set(run.id, { kind: "clearing", run });
  if (job !== undefined) expectEnd(job, run.notBefore ?? run.slotAt);
  const { id: runId, job: name, pid, startTime, bootId } = run;
  const { wasAlive, output } = await runner.clear({ runId, job: name, pid, startTime, bootId });
  const reason = `the daemon died while it ran${wasAlive ? "; what was left of it was ended" : ""}`;
  const ended: Run = { ...run, state: "interrupted", reason, endedAt: clock.now(), output };
  if (job === undefined) await ledger.record({ update: [ended] });
  else await desk.close(job, ended);
}
