import type { JobSpec } from "../../jobs/job_spec.ts";
import type { Context } from "../context.ts";
import type { KitFor } from "../kit/create_kit.ts";
import type { OwnJob } from "../kit/jobs.ts";

/** What of the jobs the app has a word on. */
export interface OwnJobs {
  readonly own: readonly JobSpec[];
  /** Whether they run in the mode that was asked for. */
  readonly enabled: boolean;
}

/** The jobs of the app; their code is loaded when there are any. */
export async function ownJobs(
  { app, mode }: Context,
  { jobs, systemZone, kitFor }: {
    /** As they were read with the configuration. */
    readonly jobs: readonly OwnJob[];
    readonly systemZone: string;
    readonly kitFor?: KitFor | undefined;
  },
): Promise<OwnJobs> {
  const enabled = app.modes.find(({ name }) => name === mode)?.jobs ?? true;
  if (jobs.length === 0) return { own: [], enabled };
  const { ownJobSpecs } = await import("../kit/jobs.ts");
  return { own: ownJobSpecs(jobs, { systemZone, kitFor }), enabled };
}
