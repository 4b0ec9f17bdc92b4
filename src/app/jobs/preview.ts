import type { UpcomingSlot } from "../../base/job_reports.ts";
import { upcomingOf } from "../../jobs/simulation.ts";
import type { Context } from "../context.ts";
import { configuredJobs } from "./configured_jobs.ts";

/**
 * What a daemon that was started now would run, soonest first: intervals count from now, pauses are not known.
 *
 * @throws AppdError (config) as the daemon's start, (generic) when there is no such job
 */
export async function previewJobs(
  context: Context,
  { count, job }: { readonly count: number; readonly job?: string | undefined },
): Promise<readonly UpcomingSlot[]> {
  const { times, ...config } = await configuredJobs(context, {
    jobs: job === undefined ? [] : [job],
    verb: "look ahead for",
  });
  return await upcomingOf({
    ...{ config, count },
    ...(job === undefined ? {} : { job }),
    now: context.system.clock.now(),
    timingOf: (spec) => times.timingOf(spec),
    jitterOf: (spec, slotAt) => times.jitterOf(spec, slotAt),
  });
}
