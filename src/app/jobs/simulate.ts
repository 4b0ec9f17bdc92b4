import { simulate as simulateJobs, type SimulatedRun } from "../../jobs/simulation.ts";
import type { Context } from "../context.ts";
import { configuredJobs } from "./configured_jobs.ts";

/** What is simulated; times in milliseconds since the epoch. */
export interface SimulateOptions {
  readonly from: number;
  readonly to: number;
  /** Only this job is told of; the others run too, because they may be in its way. */
  readonly job?: string;
  /** How long a run of a job takes, in milliseconds; of the others nothing. */
  readonly durations: Readonly<Record<string, number>>;
}

/** Runs the configuration on a virtual clock with the real engine. */
export type Simulate = (context: Context, options: SimulateOptions) => AsyncIterable<SimulatedRun>;

/** See {@link Simulate}. @throws AppdError (config) as the daemon's start, (generic) when there is no such job */
export async function* simulate(context: Context, options: SimulateOptions): AsyncGenerator<SimulatedRun> {
  const { from, to, job, durations } = options;
  const named = [...(job === undefined ? [] : [job]), ...Object.keys(durations)];
  const { times, ...config } = await configuredJobs(context, { jobs: named, verb: "simulate" });
  const runs = simulateJobs({
    ...{ from, to, config },
    timingOf: (spec) => times.timingOf(spec),
    jitterOf: (spec, slotAt) => times.jitterOf(spec, slotAt),
    durationOf: (name) => durations[name] ?? 0,
  });
  for await (const run of runs) if (job === undefined || run.job === job) yield run;
}
