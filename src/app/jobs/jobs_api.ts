import { aborted } from "../../base/aborted.ts";
import type { RunReport } from "../../base/job_reports.ts";
import { cannot } from "../../base/errors.ts";
import type { JobsApi } from "../../http/route.ts";
import { runReport, upcomingSlots } from "../../jobs/job_report.ts";
import type { Ledger } from "../../jobs/ledger.ts";
import { isEnded, type Run } from "../../jobs/run.ts";
import type { Scheduler } from "../../jobs/scheduler.ts";

/** Reason of a run that somebody ended. */
const BY_HAND = "by hand";

/** What can be asked of the jobs and done to them. */
export function jobsApi(scheduler: Scheduler, ledger: Ledger): JobsApi {
  const { desk } = scheduler;

  async function find(id: number, verb: string): Promise<Run> {
    const run = await ledger.run(id);
    if (run !== undefined) return desk.current(run);
    throw cannot([verb, `${id}`], "there is no such run", { exit: "notRunning", hint: "see them: appd jobs history" });
  }

  /** A job that was taken out of the configuration still has its history. */
  async function checkKnown(job: string): Promise<void> {
    const hasLines = (await ledger.history({ job, limit: 1 })).length > 0;
    if (!hasLines && scheduler.hasBegun) scheduler.job(job, "read the history of");
  }

  return {
    async history({ limit, ...query }) {
      const found = await ledger.history({ ...query, limit: limit + 1 });
      if (found.length === 0 && query.job !== undefined) await checkKnown(query.job);
      const runs = found.slice(0, limit);
      return {
        runs: runs.map((run) => runReport(desk.current(run))),
        next_before: found.length > limit ? runs.at(-1)?.id ?? null : null,
      };
    },
    show: async (id) => runReport(await find(id, "show run"), { output: true }),
    run: async (job) => runReport(await scheduler.triggers.run(scheduler.job(job, "run"))),
    async webhook(name, { key = crypto.randomUUID(), payload }) {
      const { run, duplicate } = await scheduler.triggers.webhook(scheduler.job(name, "trigger"), { key, payload });
      return { ...runReport(run), duplicate };
    },
    async ended(id, signal) {
      const waiting = desk.tally.ended(id);
      try {
        const now = await find(id, "wait for run");
        if (isEnded(now)) return runReport(now, { output: true });
        const ended = await Promise.race([waiting.run, aborted(signal).then(() => undefined)]);
        return runReport(ended ?? desk.current(now), { output: true });
      } finally {
        waiting.forget();
      }
    },
    async cancel(id) {
      const run = await find(id, "cancel run");
      if (isEnded(run) || desk.cancel(id, BY_HAND) === undefined) {
        throw cannot(["cancel run", `${id}`], `it has ended: ${run.state}`, { exit: "notRunning" });
      }
      return runReport(desk.current(run));
    },
    async cancelJob(name): Promise<readonly RunReport[]> {
      const runs = desk.cancelJob(scheduler.job(name, "cancel"), BY_HAND);
      return await Promise.resolve(runs.map((run) => runReport(run)));
    },
    async pause({ job, until }) {
      await scheduler.pause(until ?? null, job);
    },
    async resume({ job }) {
      await scheduler.resume(job);
    },
    upcoming({ count, job }) {
      const jobs = job === undefined ? scheduler.list() : [scheduler.job(job, "look ahead for")];
      return upcomingSlots(scheduler, { count, jobs });
    },
  };
}
